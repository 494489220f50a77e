import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { PostAnswer } from "../../outbound/post-json.ts";
import { laterOutcome, unansweredOutcome } from "./channel-outcomes.ts";

/** What a push service answered, and how long that took. */
export interface PushAnswer {
  readonly answer: PostAnswer;
  readonly tookMs: number;
}

/**
 * What the answer of a push service means.
 *
 * Only 404 and 410 say that a subscription is gone (RFC 8030, sections 5 and 7.3). 400, 401 and 403 are about
 * us: no device is lost over a fault of ours.
 */
export function judgePushAnswer({ answer, tookMs }: PushAnswer): AttemptOutcome {
  if (answer.kind !== "answered") {
    return unansweredOutcome(answer);
  }
  const { status } = answer;
  const text = `HTTP ${status}`;
  switch (status) {
    case 404:
    case 410:
      return { kind: "device-gone", answer: text };
    case 400:
    case 401:
    case 403:
      return {
        kind: "refused",
        reason: "VAPID_REFUSED",
        answer: `${text}: the push service refuses our key, our contact or our request; the device stays`,
      };
    case 413:
      return { kind: "refused", reason: "PUSH_TOO_LARGE", answer: text };
    default:
      return status >= 200 && status < 300
        ? { kind: "accepted", tookMs, answer: text }
        : laterOutcome(answer);
  }
}
