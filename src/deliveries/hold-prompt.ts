import type { Hold } from "../domain/hold.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { RedisCommand } from "../redis-script.ts";
import { changePromptCommands, type FoundPrompt } from "./prompt-change.ts";

/** A release is seen at once; this is for one that was missed. */
const LOOK_AGAIN_MS = 10_000;

/** What a prompt that must not be sent now waits for. */
export interface Held {
  readonly kind: "held";
  readonly afterMs: number;
}

/** Puts off a prompt of a connection on hold; no longer than until it expires, so that its end is told in time. */
export function heldUntilLater({ expiresAtMs }: Prompt, nowMs: number): Held {
  return { kind: "held", afterMs: Math.max(1, Math.min(LOOK_AGAIN_MS, expiresAtMs - nowMs)) };
}

/** The commands that say on the timeline, once per hold, what keeps a prompt from being sent. */
export function holdCommands(
  ref: PromptRef,
  found: FoundPrompt,
  { hold: { by, sinceMs }, nowMs }: { readonly hold: Hold; readonly nowMs: number },
): readonly RedisCommand[] {
  const { prompt } = found;
  if (prompt.heldSinceMs === sinceMs) {
    return [];
  }
  const text = `The ${prompt.action} is not sent yet: the connection is held by ${by} since ${isoInstant(sinceMs)}`;
  return changePromptCommands(ref, found, {
    next: { ...prompt, heldSinceMs: sinceMs },
    atMs: nowMs,
    entry: { kind: "prompt.held", text },
  });
}
