import type { RepState } from "../books/rep-state.ts";
import type { ClearRef } from "../domain/clear.ts";
import type { Prompt } from "../domain/prompt.ts";

/** When a device has to take back what it just accepted, and why. */
export interface LaterClear {
  readonly why: Extract<ClearRef["why"], "late" | "expired">;
  readonly afterMs: number;
}

/**
 * Says when a device that accepted a prompt has to take it back: at its expiry, or at once when it is not wanted any
 * more, because the rep answered or the plan changed while it was under way. Pure.
 */
export function clearAfter({ livePromptId, nowMs }: RepState, prompt: Prompt): LaterClear {
  const isOffered = prompt.state === "due" || prompt.state === "sent";
  const isWanted =
    isOffered && livePromptId === prompt.promptId && prompt.answeredAtMs === undefined;
  const leftMs = prompt.expiresAtMs - nowMs;
  return isWanted && leftMs > 0 ? { why: "expired", afterMs: leftMs } : { why: "late", afterMs: 0 };
}
