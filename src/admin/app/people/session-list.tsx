import { apiPath, callApi } from "../call-api.ts";
import { ago, dayAndClock } from "../moments.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing, useNow } from "../use-call.ts";
import type { Session } from "./people-shapes.ts";

const NOW_EVERY_MS = 30_000;

/** The browsers in which somebody is signed in, and the way to end each. */
export function SessionList({
  sessions,
  onEnded,
}: {
  readonly sessions: readonly Session[];
  readonly onEnded: () => void;
}) {
  const nowMs = useNow(NOW_EVERY_MS);
  return (
    <ul class="lines">
      {sessions.map((session) => (
        <SessionLine key={session.id} session={session} nowMs={nowMs} onEnded={onEnded} />
      ))}
    </ul>
  );
}

function SessionLine({
  session: { id, browser, address, since, lastSeen, isThis },
  nowMs,
  onEnded,
}: {
  readonly session: Session;
  readonly nowMs: number;
  readonly onEnded: () => void;
}) {
  const { isBusy, error, begin } = useDoing();
  const end = () =>
    begin(async () => {
      await callApi(`/sessions${apiPath(id)}`, { method: "DELETE" });
      onEnded();
    });
  return (
    <li class="line">
      <div class="session">
        <span>
          <strong>{browser}</strong>
          {isThis ? <span class="tag accent">this browser</span> : null}
        </span>
        <small class="quiet">
          {address} · seen <time dateTime={lastSeen}>{ago(lastSeen, nowMs)}</time> · signed in{" "}
          <time dateTime={since}>{dayAndClock(since)}</time>
        </small>
      </div>
      {isThis ? null : (
        <WorkButton isBusy={isBusy} about={`${browser}, ${address}`} onClick={end}>
          End
        </WorkButton>
      )}
      {error === undefined ? null : <Failed error={error} />}
    </li>
  );
}
