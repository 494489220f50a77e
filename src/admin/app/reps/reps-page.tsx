import { useState } from "preact/hooks";
import type { Rep } from "../api-shapes.ts";
import { apiPath } from "../call-api.ts";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { More } from "../parts/more.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { go, hrefWith, type Place } from "../place.ts";
import { useCall } from "../use-call.ts";
import type { LiveOverview } from "../watch-overview.ts";
import { InviteMany } from "./invite-many.tsx";
import { RepRow } from "./rep-row.tsx";
import { isWanted, REP_VIEWS, type RepView, viewOf } from "./rep-views.ts";

const SHOWN_AT_ONCE = 100;

/** Who can be reached, and who cannot. */
export function RepsPage({
  place,
  live: { overview, error },
}: {
  readonly place: Place;
  readonly live: LiveOverview;
}) {
  const [words, setWords] = useState("");
  const view = viewOf(place.query.get("show"));
  return (
    <>
      <PageHead
        title="Reps and devices"
        lead="A rep without a device that works gets no link, whatever is planned."
      />
      <div class="toolbar">
        <ViewChoice place={place} view={view} />
        <input
          type="search"
          class="grow"
          placeholder="Name, e-mail or id"
          aria-label="Find a rep"
          value={words}
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
      </div>
      {overview === undefined && error !== undefined ? <Failed error={error} /> : null}
      {overview === undefined && error === undefined ? <Loading /> : null}
      {overview?.connections.map(({ name }) => (
        <ConnectionReps key={name} connection={name} view={view} words={words} />
      ))}
    </>
  );
}

function ViewChoice({ place, view }: { readonly place: Place; readonly view: RepView }) {
  return (
    <fieldset class="segments">
      <legend class="unseen">Show</legend>
      {REP_VIEWS.map(({ name, word }) => (
        <button
          key={name}
          type="button"
          aria-pressed={view.name === name}
          onClick={() => go(hrefWith(place, { show: name }))}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}

function ConnectionReps({
  connection,
  view,
  words,
}: {
  readonly connection: string;
  readonly view: RepView;
  readonly words: string;
}) {
  const { answer, error, isLoading, reload } = useCall<{ readonly items: readonly Rep[] }>(
    `/reps${apiPath(connection)}`,
  );
  const [most, setMost] = useState(SHOWN_AT_ONCE);
  const reps = answer?.items ?? [];
  const shown = reps.filter((rep) => isWanted(rep, view, words));
  return (
    <section class="block" aria-label={`Reps of ${connection}`}>
      <div class="card-head">
        <h2>{connection}</h2>
        {answer === undefined ? null : <Tally reps={reps} />}
        <InviteMany connection={connection} onDone={reload} />
      </div>
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined && isLoading ? <Loading /> : null}
      {answer !== undefined && shown.length === 0 ? <Nobody isKnown={reps.length > 0} /> : null}
      {shown.length === 0 ? null : (
        <ul class="rows reps">
          {shown.slice(0, most).map((rep) => (
            <RepRow key={rep.userId} connection={connection} rep={rep} onChange={reload} />
          ))}
        </ul>
      )}
      <More
        list={{
          items: shown,
          hasMore: shown.length > most,
          isLoading: false,
          more: () => setMost(most + SHOWN_AT_ONCE),
        }}
      />
    </section>
  );
}

function Tally({ reps }: { readonly reps: readonly Rep[] }) {
  const counts = REP_VIEWS.slice(1).map(
    (view) => `${reps.filter((rep) => isWanted(rep, view, "")).length} ${view.tally}`,
  );
  return (
    <span class="quiet">
      {reps.length.toLocaleString()} known · {counts.join(" · ")}
    </span>
  );
}

function Nobody({ isKnown }: { readonly isKnown: boolean }) {
  return isKnown ? (
    <Empty icon="people" title="Nobody fits">
      <a href="/admin/reps">Show everybody</a>
    </Empty>
  ) : (
    <Empty icon="people" title="No reps are known yet">
      An appointment that names a rep makes them known.
    </Empty>
  );
}
