import type { RepDecision, RepRef } from "../books/rep-book.ts";
import type { RepState } from "../books/rep-state.ts";
import type { Prompt } from "../domain/prompt.ts";
import { changePromptCommands, type FoundPrompt } from "./prompt-change.ts";

/** What Siro told about a customer's consent. */
export interface ConsentReport {
  readonly status: string;
  readonly atMs: number;
  readonly recordingId?: string;
}

const WORDS: Readonly<Record<string, string>> = {
  declined: "The customer declined to be recorded",
  granted: "The customer agreed to be recorded",
  requested: "The customer was asked for consent",
};

/**
 * Writes down what a customer said about being recorded; the newest word stays.
 *
 * It belongs to the prompt whose recording it names, else to the last start the rep was asked for before. Once a
 * customer declined, nobody is reminded to start any more.
 */
export function recordConsent(
  state: RepState,
  rep: RepRef,
  report: ConsentReport,
): RepDecision<void> {
  const found = findAsked(state, report);
  if (found === undefined || !isNews(found.prompt, report)) {
    return { result: undefined, commands: [] };
  }
  const { prompt } = found;
  const { status } = report;
  const atMs = Math.min(report.atMs, state.nowMs);
  const isDeclined = status === "declined" && prompt.answeredAtMs === undefined;
  const next: Prompt = {
    ...prompt,
    consent: { status, atMs },
    ...(isDeclined ? { answeredAtMs: atMs } : {}),
  };
  const text = `${WORDS[status] ?? "The customer's consent changed"} (${prompt.action})`;
  return {
    result: undefined,
    commands: changePromptCommands(rep, found, {
      next,
      atMs: state.nowMs,
      entry: { kind: "siro.reported", text },
    }),
  };
}

/** Of two words of one moment the refusal counts. */
function isNews({ consent }: Prompt, { status, atMs }: ConsentReport): boolean {
  if (consent === undefined || consent.status === status) {
    return consent === undefined;
  }
  return consent.atMs < atMs || (consent.atMs === atMs && status === "declined");
}

function findAsked(
  { visits }: RepState,
  { recordingId, atMs }: ConsentReport,
): FoundPrompt | undefined {
  const begins = visits
    .flatMap((visit) => visit.prompts.map((prompt) => ({ visit, prompt })))
    .filter(({ prompt }) => prompt.action !== "stop" && prompt.firedAtMs !== undefined)
    .toSorted((left, right) => (left.prompt.firedAtMs ?? 0) - (right.prompt.firedAtMs ?? 0));
  const named = begins.find(
    ({ prompt }) => recordingId !== undefined && prompt.recording?.recordingId === recordingId,
  );
  const asked = begins.findLast(
    ({ prompt }) => (prompt.firedAtMs ?? 0) <= atMs && atMs <= prompt.expiresAtMs,
  );
  return named ?? asked;
}
