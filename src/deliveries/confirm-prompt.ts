import type { RepDecision } from "../books/change-rep.ts";
import type { RepState } from "../books/rep-state.ts";
import { confirmationOf, type Prompt, type PromptRef } from "../domain/prompt.ts";
import type { SiroWatch } from "../domain/siro-watch.ts";
import { changePromptCommands, type FoundPrompt, findPrompt } from "./prompt-change.ts";
import { runningRecording } from "./running-recording.ts";

const MINUTE_MS = 60_000;

/** What judging one prompt came to. */
export type ConfirmOutcome =
  /** It is confirmed, called off, or was judged before. */
  | { readonly kind: "settled" }
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "not-confirmed" };

/** What judging needs from the world. */
export interface ConfirmPromptDeps {
  readonly settings: SiroWatch;
  /** When Siro was last asked with success; its silence counts only from then on. */
  readonly lookedAtMs: number;
  readonly readRepState: () => Promise<RepState>;
  readonly changeRep: (
    decide: (state: RepState) => RepDecision<ConfirmOutcome>,
  ) => Promise<ConfirmOutcome>;
  /** Brings the prompt at once to every device that has not been tried; safe to repeat. */
  readonly escalate: () => Promise<void>;
}

/**
 * Judges a start or restart some minutes after it was sent: without evidence of a recording it is brought to all
 * devices that were not tried, and counts as not confirmed.
 *
 * Nobody is told that nothing was recorded: that cannot be known. While Siro cannot be asked nothing is judged.
 */
export async function confirmPrompt(
  deps: ConfirmPromptDeps,
  ref: PromptRef,
): Promise<ConfirmOutcome> {
  const found = await deps.readRepState();
  if (judge(deps, found, ref).kind === "not-confirmed") {
    // First, so that a crash in between leaves the judgement to be made again; a prompt that was answered is spared.
    await deps.escalate();
  }
  return deps.changeRep((state) => decide(deps, state, ref));
}

function decide(
  deps: ConfirmPromptDeps,
  state: RepState,
  ref: PromptRef,
): RepDecision<ConfirmOutcome> {
  const outcome = judge(deps, state, ref);
  const found = findPrompt(state, ref);
  if (outcome.kind !== "not-confirmed" || found === undefined) {
    return { result: outcome, commands: [] };
  }
  const { prompt } = found;
  const next: Prompt = { ...prompt, notConfirmedAtMs: state.nowMs };
  const text = `Not confirmed: Siro told of no recording within ${deps.settings.confirmMinutes} minutes (${prompt.action}); that does not mean there is none`;
  return {
    result: outcome,
    commands: changePromptCommands(ref, found, {
      next,
      atMs: state.nowMs,
      entry: { kind: "prompt.not-confirmed", text },
    }),
  };
}

function judge(deps: ConfirmPromptDeps, state: RepState, ref: PromptRef): ConfirmOutcome {
  const found = findPrompt(state, ref);
  if (found === undefined || !isOpen(found)) {
    return { kind: "settled" };
  }
  const { nowMs } = state;
  const { prompt } = found;
  const { confirmMinutes, lateHours, pollSeconds } = deps.settings;
  const againMs = nowMs + pollSeconds * 1000;
  const { sentAtMs = nowMs, firedAtMs = nowMs } = prompt;
  const dueAtMs = sentAtMs + confirmMinutes * MINUTE_MS;
  if (nowMs > firedAtMs + lateHours * 60 * MINUTE_MS) {
    return { kind: "settled" };
  }
  if (nowMs < dueAtMs) {
    return {
      kind: "wait",
      untilMs: prompt.sentAtMs === undefined ? againMs : dueAtMs,
    };
  }
  const running = runningRecording(state, ref.userId);
  const mayBeIt = running !== undefined && [undefined, ref.recordId].includes(running.recordId);
  return deps.lookedAtMs < dueAtMs || mayBeIt
    ? { kind: "wait", untilMs: againMs }
    : { kind: "not-confirmed" };
}

/** Asked for, not called off, and without any word of Siro's or the customer's. */
function isOpen({ prompt, visit }: FoundPrompt): boolean {
  const { status, reps } = visit.stored.appointment;
  const isOff = status === "canceled" || reps.every(({ userId }) => userId !== prompt.userId);
  const isAsked = prompt.state === "due" || prompt.state === "sent";
  const isDeclined = prompt.consent?.status === "declined" && !prompt.consent.isUnsure;
  return isAsked && !isOff && !isDeclined && confirmationOf(prompt) === "unknown";
}
