import type { AppointmentDossier } from "./books/appointment-book.ts";
import type { Delivery } from "./domain/delivery.ts";
import type { Prompt } from "./domain/prompt.ts";

/** What the prompts of one appointment tell about how well the bridge does. */
export interface PromptSigns {
  /** The due moment of the oldest prompt that should have reached a device by now. */
  readonly overdueSinceMs: number | undefined;
  /** Prompts that a device accepted: when, and how long after they were due; without those that were on hold. */
  readonly accepted: readonly { readonly atMs: number; readonly lateMs: number }[];
  /** When starts and restarts were found not to be confirmed, and still are not. */
  readonly notConfirmedAtMs: readonly number[];
}

/** Reads the signs out of a dossier. Pure; they change by time alone at a prompt's due and expiry. */
export function promptSigns(
  { prompts, deliveries }: AppointmentDossier,
  nowMs: number,
): PromptSigns {
  const overdue = prompts.filter((prompt) => isOverdue(prompt, deliveries, nowMs));
  return {
    overdueSinceMs:
      overdue.length === 0 ? undefined : Math.min(...overdue.map(({ dueAtMs }) => dueAtMs)),
    accepted: prompts.flatMap(({ sentAtMs, dueAtMs, heldSinceMs }) =>
      sentAtMs === undefined || heldSinceMs !== undefined
        ? []
        : [{ atMs: sentAtMs, lateMs: Math.max(0, sentAtMs - dueAtMs) }],
    ),
    notConfirmedAtMs: prompts.flatMap(({ recording, notConfirmedAtMs }) =>
      recording === undefined && notConfirmedAtMs !== undefined ? [notConfirmedAtMs] : [],
    ),
  };
}

/** A rep without any device to try is no delay of the bridge's, nor is what an operator put on hold. */
function isOverdue(prompt: Prompt, deliveries: readonly Delivery[], nowMs: number): boolean {
  const { state, dueAtMs, expiresAtMs, promptId, heldSinceMs } = prompt;
  if (nowMs < dueAtMs || nowMs >= expiresAtMs || heldSinceMs !== undefined) {
    return false;
  }
  const isTrying = deliveries.some(
    (one) => one.promptId === promptId && (one.state === "sending" || one.state === "retrying"),
  );
  return state === "waiting" || (state === "due" && isTrying);
}
