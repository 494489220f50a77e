import type { ListPage } from "../api-shapes.ts";
import { ConnectionChoice } from "../appointments/filter-bar.tsx";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { More } from "../parts/more.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import type { Place } from "../place.ts";
import { useList } from "../use-list.ts";
import { useReloadOn } from "../use-reload-on.ts";
import type { LiveOverview } from "../watch-overview.ts";
import { count } from "../words.ts";
import { filterOf, wordFilter } from "./parked-filter.ts";
import type { ParkedEntry, ReasonCount } from "./parked-shapes.ts";
import { ReasonChoice } from "./reason-choice.tsx";
import { ReasonGroup } from "./reason-group.tsx";
import { ReplayPanel } from "./replay-panel.tsx";
import { useReplay } from "./use-replay.ts";

interface ParkedList extends ListPage<ParkedEntry> {
  readonly total: number;
  readonly reasons: readonly ReasonCount[];
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
  const { total = 0, reasons = [] } = list.page ?? {};
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
        {total === 0 ? null : (
          <>
            <span class="quiet toolbar-count">{count(total, "entry", "entries")}</span>
            <WorkButton
              needs="operator"
              icon="replay"
              isBusy={replay.isBusy}
              onClick={() => replay.ask(filter)}
            >
              Replay {wordFilter(filter)}
            </WorkButton>
          </>
        )}
      </div>
      <ReasonChoice place={place} reasons={reasons} />
      <ReplayPanel replay={replay} />
      {list.error === undefined ? null : <Failed error={list.error} retry={list.reload} />}
      {list.items.length === 0 && list.isLoading ? <Loading /> : null}
      {isEmpty ? <NothingParked isNarrowed={Object.keys(filter).length > 0} /> : null}
      {groups.map(([reason, items]) => (
        <ReasonGroup
          key={reason}
          reason={reason}
          total={reasons.find((one) => one.reason === reason)?.count ?? 0}
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
