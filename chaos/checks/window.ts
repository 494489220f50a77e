import type { SentEvent } from "../load/ack-book.ts";
import { earliestDueMs } from "../load/expected.ts";
import type { VisitVersion } from "../load/visits.ts";
import type { Arrival } from "../world/sink.ts";
import { START_LEAD_MS, STOP_EXPIRY_MS, STOP_GRACE_MS } from "../world/tenants.ts";

/** When a prompt is due and until when it is of use, epoch milliseconds. */
export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

type Moment = Pick<Arrival, "action" | "userId" | "atMs">;

/**
 * When one visit's prompt may come, by the sender's own times and the tenants' settings; undefined when nobody ever
 * asked for it.
 *
 * A version that was replaced counts no longer once the bridge had `slackMs` to follow.
 */
export function windowOf(
  events: readonly SentEvent[],
  moment: Moment,
  slackMs: number,
): Window | undefined {
  const standing = events.filter(
    (event) =>
      !events.some(
        (other) => isAfter(other, event) && (other.ackedAtMs ?? Infinity) + slackMs <= moment.atMs,
      ),
  );
  // What comes although nothing asks for it any more is another check's.
  return around(standing, events, moment) ?? around(events, events, moment);
}

function isAfter(left: SentEvent, right: SentEvent): boolean {
  const laterMs = left.version.occurredAtMs - right.version.occurredAtMs;
  return laterMs > 0 || (laterMs === 0 && (left.ackedAtMs ?? 0) > (right.ackedAtMs ?? Infinity));
}

function around(
  some: readonly SentEvent[],
  all: readonly SentEvent[],
  { action, userId }: Moment,
): Window | undefined {
  const isOn = ({ version }: SentEvent) =>
    version.status === "scheduled" && version.userId === userId;
  const windows =
    action === "stop"
      ? some.map((one) => stopWindow(one.version, isOn(one) ? undefined : earliestDueMs(all)))
      : some.filter(isOn).map(({ version }) => startWindow(version));
  return windows.length === 0 || !all.some(isOn)
    ? undefined
    : {
        fromMs: Math.min(...windows.map(({ fromMs }) => fromMs)),
        untilMs: Math.max(...windows.map(({ untilMs }) => untilMs)),
      };
}

function startWindow({ startAtMs, endAtMs }: VisitVersion): Window {
  return { fromMs: startAtMs - START_LEAD_MS, untilMs: endAtMs };
}

/** Who is not expected any more stops at once, if they had been asked to start. */
function stopWindow({ endAtMs }: VisitVersion, atOnceMs: number | undefined): Window {
  const dueAtMs = endAtMs + STOP_GRACE_MS;
  return { fromMs: atOnceMs ?? dueAtMs, untilMs: dueAtMs + STOP_EXPIRY_MS };
}
