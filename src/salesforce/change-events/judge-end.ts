import { status } from "@grpc/grpc-js";
import { BridgeError } from "../../errors.ts";
import { PubSubCallError } from "./pubsub-call-error.ts";
import type { SubscriptionEnd } from "./run-subscription.ts";

/** What to do after a subscription ended. */
export interface Verdict {
  /** `renew-session`: sign in again first · `from-earliest`: the position is not known any more. */
  readonly remedy: "none" | "renew-session" | "from-earliest";
  /** How soon to try again: `refused` is for what an operator has to mend. */
  readonly pace: "soon" | "refused";
  /** A heading of `docs/failures.md`. */
  readonly code: string;
  /** At least so long to wait, if the org said so. */
  readonly retryAfterMs?: number;
  /** Codes and names only. */
  readonly detail: string;
}

/** Statuses that mean the channel or the rights, not the moment. */
const REFUSALS: readonly number[] = [
  status.PERMISSION_DENIED,
  status.NOT_FOUND,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
];

/** Judges how a subscription ended; `stopped` is nobody's trouble and not asked about. */
export function judgeEnd(end: Exclude<SubscriptionEnd, { kind: "stopped" }>): Verdict {
  switch (end.kind) {
    case "silent":
      return lost("silent");
    case "closed":
      return judgeCallError(end.error);
    case "not-taken":
      return judgeError(end.error);
  }
}

/** Judges what kept a subscription from being opened or its events from being taken. */
export function judgeError(error: unknown): Verdict {
  if (error instanceof PubSubCallError) {
    return judgeCallError(error);
  }
  if (!(error instanceof BridgeError)) {
    return { remedy: "none", pace: "soon", code: "UNEXPECTED_ERROR", detail: nameOf(error) };
  }
  const { code, retry, name } = error;
  const retryAfterMs = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return {
    remedy: "none",
    pace: retry === "later" ? "soon" : "refused",
    code,
    detail: name,
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  };
}

function judgeCallError(error: PubSubCallError): Verdict {
  const detail = error.reason ?? `status ${error.status}`;
  if (error.isReplayRefused) {
    return { remedy: "from-earliest", pace: "soon", code: "CHANGE_POSITION_LOST", detail };
  }
  if (error.status === status.UNAUTHENTICATED) {
    return { ...lost(detail), remedy: "renew-session" };
  }
  if (error.status === status.RESOURCE_EXHAUSTED) {
    return { remedy: "none", pace: "refused", code: "CHANGE_EVENTS_LIMIT", detail };
  }
  return REFUSALS.includes(error.status)
    ? { remedy: "none", pace: "refused", code: "CHANGE_EVENTS_REFUSED", detail }
    : lost(detail);
}

function lost(detail: string): Verdict {
  return { remedy: "none", pace: "soon", code: "CHANGE_STREAM_LOST", detail };
}

function nameOf(error: unknown): string {
  return typeof error === "object" && error !== null && "name" in error
    ? String(error.name)
    : "unknown";
}
