import type { Appointment } from "../domain/appointment.ts";
import type { PromptAction } from "../domain/prompt.ts";

/** Says whether a visit is past the point where this action makes sense; a stop always does. */
export function isVisitOver(
  { status, endAtMs }: Appointment,
  action: PromptAction,
  nowMs: number,
): boolean {
  const isEnded = status === "completed" || status === "canceled" || nowMs >= endAtMs;
  return action !== "stop" && isEnded;
}
