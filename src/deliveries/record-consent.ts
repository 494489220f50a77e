import type { RepDecision } from "../books/change-rep.ts";
import type { RepRef } from "../books/rep-book.ts";
import type { RepState } from "../books/rep-state.ts";
import type { Prompt } from "../domain/prompt.ts";
import { firstSignOf } from "../domain/recorder-trail.ts";
import { recordingNamed } from "../domain/recordings-of.ts";
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

/** A phone's clock may be behind. */
const CLOCK_MS = 10_000;

/**
 * Writes down what a customer said about being recorded; the newest word stays.
 *
 * It belongs to the prompt whose recording it names, else to the last start the rep was asked for before, if the
 * recording began after that. Where nobody knows when it began, the word is told and nothing follows from it. Once
 * a customer declined, nobody is reminded to start any more.
 */
export function recordConsent(
  state: RepState,
  rep: RepRef,
  report: ConsentReport,
): RepDecision<void> {
  const asked = findAsked(state, report);
  if (asked === undefined || !isNews(asked, report)) {
    return { result: undefined, commands: [] };
  }
  const { found, isUnsure } = asked;
  const { prompt } = found;
  const { status } = report;
  const atMs = Math.min(report.atMs, state.nowMs);
  const isDeclined = status === "declined" && !isUnsure && prompt.answeredAtMs === undefined;
  const next: Prompt = {
    ...prompt,
    consent: { status, atMs, ...(isUnsure ? { isUnsure } : {}) },
    ...(isDeclined ? { answeredAtMs: atMs } : {}),
  };
  const word = `${WORDS[status] ?? "The customer's consent changed"} (${prompt.action})`;
  const text = isUnsure ? `${word}, perhaps for another recording` : word;
  return {
    result: undefined,
    commands: changePromptCommands(rep, found, {
      next,
      atMs: state.nowMs,
      entry: { kind: "siro.reported", text },
    }),
  };
}

/** The prompt that a word is about, and whether that cannot be told for sure. */
interface Asked {
  readonly found: FoundPrompt;
  readonly isUnsure: boolean;
}

/** Of two words of one moment the refusal counts; an unsure word never takes the place of a sure one. */
function isNews({ found, isUnsure }: Asked, { status, atMs }: ConsentReport): boolean {
  const { consent } = found.prompt;
  if (consent === undefined) {
    return true;
  }
  if ((consent.isUnsure === true) !== isUnsure) {
    return !isUnsure;
  }
  if (consent.status === status) {
    return false;
  }
  return consent.atMs < atMs || (consent.atMs === atMs && status === "declined");
}

function findAsked({ visits, recorder }: RepState, report: ConsentReport): Asked | undefined {
  const { recordingId, atMs } = report;
  const begins = visits
    .flatMap((visit) => visit.prompts.map((prompt) => ({ visit, prompt })))
    .filter(({ prompt }) => prompt.action !== "stop" && prompt.firedAtMs !== undefined)
    .toSorted((left, right) => (left.prompt.firedAtMs ?? 0) - (right.prompt.firedAtMs ?? 0));
  const named = begins.find(({ prompt }) => recordingNamed(prompt, recordingId) !== undefined);
  if (named !== undefined) {
    return { found: named, isUnsure: false };
  }
  const asked = begins.findLast(
    ({ prompt }) => (prompt.firedAtMs ?? 0) <= atMs && atMs <= prompt.expiresAtMs,
  );
  if (asked === undefined || recordingId === undefined) {
    return asked && { found: asked, isUnsure: false };
  }
  const first = firstSignOf(recorder, recordingId);
  const isEarlier = first !== undefined && first.atMs < (asked.prompt.firedAtMs ?? 0) - CLOCK_MS;
  return isEarlier ? undefined : { found: asked, isUnsure: first?.isStart !== true };
}
