import type { ListPage, ParkedEntry } from "../api-shapes.ts";
import { ConnectionChoice } from "../appointments/filter-bar.tsx";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { More } from "../parts/more.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { go, hrefWith, type Place } from "../place.ts";
import { useList } from "../use-list.ts";
import { useReloadOn } from "../use-reload-on.ts";
import type { LiveOverview } from "../watch-overview.ts";
import { count } from "../words.ts";
import { filterOf, wordFilter } from "./parked-filter.ts";
import { ReasonGroup } from "./reason-group.tsx";
import { ReplayPanel } from "./replay-panel.tsx";
import { useReplay } from "./use-replay.ts";

interface ParkedList extends ListPage<ParkedEntry> {
  readonly total: number;
}

/** Work the bridge gave up on, by reason, and the ways to hand it back. */
export function ParkedPage({
  place,
  live: { overview, state },
}: {
  readonly place: Place;
  readonly live: LiveOverview;
}) {
  const connections = overview?.connections ?? [];
  const filter = filterOf(place.query);
  const list = useList<ParkedEntry, ParkedList>(
    `/parked?${new URLSearchParams({ limit: "100", ...filter })}`,
  );
  useReloadOn(
    // Also when the bridge is back: what was missed meanwhile is not known.
    state === "live" ? connections.map(({ parked }) => parked) : undefined,
    list.reload,
  );
  const replay = useReplay(list.reload);
  const total = list.page?.total ?? 0;
  const groups = groupByReason(list.items);
  const isEmpty = list.items.length === 0 && !list.isLoading && list.error === undefined;
  return (
    <>
      <PageHead
        title="Parked"
        lead="Work the bridge gave up on until somebody looks. Nothing here is lost: mend the reason, then replay it."
      />
      <div class="toolbar">
        <ConnectionChoice place={place} connections={connections} />
        <ReasonFilter place={place} />
        {total === 0 ? null : (
          <>
            <span class="quiet toolbar-count">{count(total, "entry", "entries")}</span>
            <WorkButton icon="replay" isBusy={replay.isBusy} onClick={() => replay.ask(filter)}>
              Replay {wordFilter(filter)}
            </WorkButton>
          </>
        )}
      </div>
      <ReplayPanel replay={replay} />
      {list.error === undefined ? null : <Failed error={list.error} retry={list.reload} />}
      {list.items.length === 0 && list.isLoading ? <Loading /> : null}
      {isEmpty ? <NothingParked isNarrowed={Object.keys(filter).length > 0} /> : null}
      {groups.map(([reason, items]) => (
        <ReasonGroup
          key={reason}
          reason={reason}
          items={items}
          filter={{ ...filter, reason }}
          replay={replay}
          onChange={list.reload}
        />
      ))}
      <More list={list} />
    </>
  );
}

function ReasonFilter({ place }: { readonly place: Place }) {
  const reason = place.query.get("reason");
  return reason === null ? null : (
    <button type="button" class="small" onClick={() => go(hrefWith(place, { reason: "" }))}>
      Only {reason} ×<span class="unseen"> show all reasons</span>
    </button>
  );
}

function NothingParked({ isNarrowed }: { readonly isNarrowed: boolean }) {
  return (
    <Empty icon="done" title="Nothing is parked">
      {isNarrowed ? (
        <a href="/admin/parked">Look at every connection and reason</a>
      ) : (
        "Everything that arrived was dealt with."
      )}
    </Empty>
  );
}

function groupByReason(items: readonly ParkedEntry[]) {
  const groups = new Map<string, ParkedEntry[]>();
  for (const item of items) {
    groups.set(item.reason, [...(groups.get(item.reason) ?? []), item]);
  }
  return [...groups];
}
