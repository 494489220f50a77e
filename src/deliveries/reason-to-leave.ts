import { findLivePrompt, type RepState } from "../books/rep-state.ts";
import type { ClearRef } from "../domain/clear.ts";
import type { Prompt } from "../domain/prompt.ts";
import { isMovedAway } from "./called-off.ts";
import { isVisitOver } from "./is-visit-over.ts";
import type { FoundPrompt } from "./prompt-change.ts";

/** A prompt that is due this soon may be on its way before a clearing arrives, which would then take it back. */
const ABOUT_TO_COME_MS = 5_000;
/** So long after a prompt's moment its job has begun. */
const COME_MS = 1_000;
/** One that has not begun after this is not waited for. */
const LONG_PAST_MS = 60_000;
/** Clearings of an answered prompt have had their tries after this. */
const TIDIED_MS = 60_000;

/** Why a device keeps what it shows, for now or for good. */
export type Leave =
  | { readonly kind: "wait"; readonly afterMs: number }
  | {
      readonly kind: "not-needed";
      readonly why: "expired" | "answered" | "replaced" | "still-on";
    };

/** Says why a device should keep what it shows about an appointment; undefined when it should not. Pure. */
export function reasonToLeave(
  state: RepState,
  found: FoundPrompt,
  { clears, recordId, why }: ClearRef,
): Leave | undefined {
  const { nowMs } = state;
  const live = findLivePrompt(state)?.prompt;
  const isLiveWanted = live?.recordId === recordId && live.answeredAtMs === undefined;
  if (isLiveWanted && live.promptId !== clears) {
    return leave("replaced");
  }
  const ownReason = ownReasonToLeave(found, { why, nowMs, isLive: isLiveWanted });
  if (ownReason !== undefined) {
    return ownReason;
  }
  const nextMs = Math.min(...found.visit.prompts.flatMap((one) => comingMs(one, nowMs)));
  return nextMs === Number.POSITIVE_INFINITY
    ? undefined
    : { kind: "wait", afterMs: Math.max(nextMs - nowMs, 0) + COME_MS };
}

interface Place extends Pick<ClearRef, "why"> {
  readonly nowMs: number;
  /** The prompt itself is the one that may be delivered, and nobody answered it. */
  readonly isLive: boolean;
}

/** What each kind of clearing has to ask. */
function ownReasonToLeave(found: FoundPrompt, { why, nowMs, isLive }: Place): Leave | undefined {
  const { prompt } = found;
  const leftMs = prompt.expiresAtMs - nowMs;
  switch (why) {
    case "answered":
      return leftMs <= 0 ? leave("expired") : undefined;
    case "called-off":
      return isStillOn(found, nowMs) ? leave("still-on") : undefined;
    case "late":
      return isLive ? leave("still-on") : undefined;
    case "expired":
      return leftMs > 0 ? { kind: "wait", afterMs: leftMs } : reasonAtExpiry(found);
  }
}

function reasonAtExpiry(found: FoundPrompt): Leave | undefined {
  return isTidied(found) ? leave("answered") : undefined;
}

function leave(why: Extract<Leave, { kind: "not-needed" }>["why"]): Leave {
  return { kind: "not-needed", why };
}

function isStillOn({ prompt, visit }: FoundPrompt, nowMs: number): boolean {
  const { userId } = prompt;
  const isOver = isVisitOver(visit.stored.appointment, { action: "start", userId }, nowMs);
  return !isOver && !isMovedAway(prompt, nowMs);
}

/** The rep answered this prompt, or a later one of its visit: every device was cleared then. */
function isTidied({ prompt: { firedAtMs = 0, expiresAtMs }, visit }: FoundPrompt): boolean {
  return visit.prompts.some(
    ({ answeredAtMs = 0 }) => answeredAtMs > firedAtMs && answeredAtMs < expiresAtMs - TIDIED_MS,
  );
}

function comingMs({ state, dueAtMs, expiresAtMs }: Prompt, nowMs: number): readonly number[] {
  const isComing =
    state === "waiting" &&
    dueAtMs <= nowMs + ABOUT_TO_COME_MS &&
    nowMs < Math.min(dueAtMs + LONG_PAST_MS, expiresAtMs);
  return isComing ? [dueAtMs] : [];
}
