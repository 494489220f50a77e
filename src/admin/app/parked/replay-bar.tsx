import { WorkButton } from "../parts/work-button.tsx";
import type { ReplayProgress } from "./parked-shapes.ts";

const ENDINGS: Readonly<Record<string, string>> = {
  canceled: "Stopped by you: ",
  stopped: "Broke off: ",
};

/** How far a replay has come, as a bar and in words. */
export function ReplayBar({
  progress: { total, done, failed, state },
  stop,
}: {
  readonly progress: ReplayProgress;
  readonly stop: () => void;
}) {
  const isRunning = state === "running";
  const trouble = failed > 0 ? `, ${failed.toLocaleString()} could not be` : "";
  return (
    <div class="card replay-bar">
      <progress max={Math.max(1, total)} value={done + failed} aria-label="Replay" />
      <p role="status">
        {isRunning ? "Replaying: " : ENDINGS[state]}
        {done.toLocaleString()} of {total.toLocaleString()} replayed{trouble}
        {isRunning ? " …" : "."}
      </p>
      {isRunning ? (
        <WorkButton needs="operator" onClick={stop}>
          Stop
        </WorkButton>
      ) : null}
    </div>
  );
}
