import type { Prompt } from "./prompt.ts";

/** A prompt that nobody got this long after its moment is late. */
export const LATE_AFTER_MS = 30_000;

/** The newest prompt that begins a recording and still counts; without one, the newest that does not. */
export function beginOf(prompts: readonly Prompt[]): Prompt | undefined {
  const begins = prompts
    .filter(({ action }) => action !== "stop")
    .sort((left, right) => right.generation - left.generation || right.dueAtMs - left.dueAtMs);
  return begins.find(({ state }) => state !== "superseded" && state !== "skipped") ?? begins[0];
}

/** Says whether the rep is known to have followed a prompt, or to record. */
export function isOpened({
  answeredAtMs,
  recording,
}: Pick<Prompt, "answeredAtMs" | "recording">): boolean {
  return answeredAtMs !== undefined || recording !== undefined;
}
