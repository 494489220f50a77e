import { useEffect, useState } from "preact/hooks";
import type { ListPage } from "../api-shapes.ts";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { More } from "../parts/more.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { go, hrefWith, type Place } from "../place.ts";
import { useList } from "../use-list.ts";
import { type AuditEntry, AuditLine } from "./audit-line.tsx";

const TYPING_MS = 300;

/** Who changed what, and when. */
export function AuditPage({ place }: { readonly place: Place }) {
  const filter = {
    who: place.query.get("who") ?? "",
    q: place.query.get("q") ?? "",
  };
  const list = useList<AuditEntry, ListPage<AuditEntry>>(
    `/audit?${new URLSearchParams({ limit: "50", ...filter })}`,
  );
  const isEmpty = list.items.length === 0 && !list.isLoading && list.error === undefined;
  return (
    <>
      <PageHead title="Audit" lead="Every change that somebody made here, the newest first.">
        <WorkButton icon="replay" isBusy={list.isLoading} onClick={list.reload}>
          Look again
        </WorkButton>
      </PageHead>
      <search class="toolbar">
        <Words place={place} name="q" label="What was changed" />
        <Words place={place} name="who" label="Who" />
      </search>
      {list.error === undefined ? null : <Failed error={list.error} retry={list.reload} />}
      {list.items.length === 0 && list.isLoading ? <Loading /> : null}
      {isEmpty && !list.hasMore ? <Nothing isNarrowed={filter.who + filter.q !== ""} /> : null}
      {list.items.length === 0 ? null : (
        <ul class="rows" aria-label="Changes">
          {list.items.map((entry) => (
            <AuditLine key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      <More list={list} />
    </>
  );
}

function Words({
  place,
  name,
  label,
}: {
  readonly place: Place;
  readonly name: "q" | "who";
  readonly label: string;
}) {
  const asked = place.query.get(name) ?? "";
  const [words, setWords] = useState(asked);
  useEffect(() => setWords(asked), [asked]);
  useEffect(() => {
    if (words === asked) {
      return;
    }
    const timer = setTimeout(
      () => go(hrefWith(place, { [name]: words }), { replace: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [words, asked, name, place]);
  return (
    <input
      type="search"
      class="grow"
      placeholder={label}
      aria-label={label}
      value={words}
      onInput={({ currentTarget }) => setWords(currentTarget.value)}
    />
  );
}

function Nothing({ isNarrowed }: { readonly isNarrowed: boolean }) {
  return (
    <Empty icon="audit" title="Nothing to show">
      {isNarrowed ? (
        <a href="/admin/audit">Look at every change</a>
      ) : (
        "Nobody changed anything yet."
      )}
    </Empty>
  );
}
