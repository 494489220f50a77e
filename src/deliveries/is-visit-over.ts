import type { Appointment } from "../domain/appointment.ts";
import type { Prompt } from "../domain/prompt.ts";

/**
 * Says whether a visit is past the point where this prompt makes sense: over, or another rep's now.
 *
 * A stop always makes sense.
 */
export function isVisitOver(
  { status, endAtMs, reps }: Appointment,
  { action, userId }: Pick<Prompt, "action" | "userId">,
  nowMs: number,
): boolean {
  const isEnded = status === "completed" || status === "canceled" || nowMs >= endAtMs;
  return action !== "stop" && (isEnded || reps.every((rep) => rep.userId !== userId));
}
