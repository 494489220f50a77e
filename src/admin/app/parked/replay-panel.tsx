import { useEffect, useRef } from "preact/hooks";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { count } from "../words.ts";
import { wordFilter } from "./parked-filter.ts";
import { ReplayBar } from "./replay-bar.tsx";
import type { Replay, ReplayQuestion } from "./use-replay.ts";

/** Where a replay is confirmed and followed. */
export function ReplayPanel({ replay }: { readonly replay: Replay }) {
  const { question, progress, error } = replay;
  return (
    <>
      {question === undefined ? null : <Confirm question={question} replay={replay} />}
      {progress === undefined ? null : <ReplayBar progress={progress} stop={replay.stop} />}
      {error === undefined ? null : <Failed error={error} />}
    </>
  );
}

function Confirm({
  question: { filter, matching },
  replay: { isBusy, confirm, leave },
}: {
  readonly question: ReplayQuestion;
  readonly replay: Replay;
}) {
  const box = useRef<HTMLFieldSetElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <fieldset ref={box} class="confirm" tabIndex={-1}>
      <legend class="unseen">Confirm the replay</legend>
      <p>
        <strong>Replay {wordFilter(filter)}:</strong> {questionText(matching)}
      </p>
      <div class="actions">
        {matching === 0 ? null : (
          <WorkButton look="strong" isBusy={isBusy} onClick={confirm}>
            Replay {count(matching, "entry", "entries")}
          </WorkButton>
        )}
        <WorkButton onClick={leave}>{matching === 0 ? "Close" : "Leave them parked"}</WorkButton>
      </div>
    </fieldset>
  );
}

function questionText(matching: number): string {
  return matching === 0
    ? "none of these can be replayed by this version."
    : `${count(matching, "entry", "entries")} will be tried again. Records are read anew first, so nothing older takes effect.`;
}
