import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { findFailure } from "../failures/read-failures.ts";
import { ago, dayAndClock } from "../moments.ts";
import { Failed, FailureLink } from "../parts/messages.tsx";
import { Prose } from "../parts/prose.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing, useNow } from "../use-call.ts";
import { count, workName } from "../words.ts";
import { type ParkedFilter, wordFilter } from "./parked-filter.ts";
import type { ParkedEntry } from "./parked-shapes.ts";
import type { Replay } from "./use-replay.ts";
import { WorkDialog } from "./work-dialog.tsx";

/** More of the same reason rarely say more. */
const SHOWN_AT_FIRST = 10;

/** The entries of one reason, with what the documentation says about it. */
export interface ReasonGroupProps {
  readonly reason: string;
  /** How many there are, those that are not loaded included. */
  readonly total: number;
  readonly items: readonly ParkedEntry[];
  readonly filter: ParkedFilter;
  readonly replay: Replay;
  readonly onChange: () => void;
}

/** One reason: explained, its entries, and the way to replay them all. */
export function ReasonGroup(props: ReasonGroupProps) {
  const { reason, total, items, filter, replay, onChange } = props;
  const nowMs = useNow(30_000);
  const [wantsWhole, setIsWhole] = useState(false);
  const isWhole = wantsWhole || items.length <= SHOWN_AT_FIRST;
  const explained = findFailure(reason)?.paragraphs ?? [];
  return (
    <section class="card" aria-label={reason}>
      <div class="card-head">
        <h2>
          <FailureLink code={reason} />
        </h2>
        <span class="quiet">{count(Math.max(total, items.length), "entry", "entries")}</span>
      </div>
      <div class="prose">
        {explained.map((text) => (
          <Prose key={text} text={text} />
        ))}
      </div>
      <div class="actions">
        <WorkButton
          needs="operator"
          icon="replay"
          isBusy={replay.isBusy}
          onClick={() => replay.ask(filter)}
        >
          Replay {wordFilter(filter)}
        </WorkButton>
      </div>
      <ul class="lines">
        {items.slice(0, isWhole ? items.length : SHOWN_AT_FIRST).map((item) => (
          <Entry key={item.id} entry={item} nowMs={nowMs} onReplayed={onChange} />
        ))}
      </ul>
      {isWhole ? null : (
        <div class="actions">
          <WorkButton look="plain" onClick={() => setIsWhole(true)}>
            {`Show the other ${items.length - SHOWN_AT_FIRST}`}
          </WorkButton>
        </div>
      )}
    </section>
  );
}

function Entry({
  entry,
  nowMs,
  onReplayed,
}: {
  readonly entry: ParkedEntry;
  readonly nowMs: number;
  readonly onReplayed: () => void;
}) {
  const { id, connection, recordId, detail, kind, lastParkedAt } = entry;
  const [isOpen, setIsOpen] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const replay = () =>
    begin(async () => {
      await callApi(`/parked${apiPath(id)}/replay`, { method: "POST" });
      onReplayed();
    });
  return (
    <li class="line parked-line">
      <span class="line-main">
        {recordId === null ? (
          <span>No record</span>
        ) : (
          <a href={`/admin/appointments${apiPath(connection, recordId)}`}>
            <code>{recordId}</code>
          </a>
        )}
        <small class="quiet">
          {workName(kind)} of {connection} ·{" "}
          <time dateTime={lastParkedAt} title={dayAndClock(lastParkedAt)}>
            {ago(lastParkedAt, nowMs)}
          </time>
        </small>
        <span class="detail">{detail}</span>
      </span>
      <span class="actions">
        <WorkButton icon="eye" look="plain" about={recordId ?? id} onClick={() => setIsOpen(true)}>
          Look inside
        </WorkButton>
        <WorkButton
          needs="operator"
          icon="replay"
          isBusy={isBusy}
          about={recordId ?? id}
          onClick={replay}
        >
          Replay
        </WorkButton>
      </span>
      {isOpen ? (
        <WorkDialog entry={entry} close={() => setIsOpen(false)} onReplayed={onReplayed} />
      ) : null}
      {error === undefined ? null : <Failed error={error} />}
    </li>
  );
}
