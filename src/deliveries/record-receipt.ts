import { type ReceiptKey, receiptCommand } from "../books/appointment-book.ts";
import type { RepDecision } from "../books/rep-book.ts";
import type { RepState } from "../books/rep-state.ts";
import { rememberRecordingCommand } from "../books/siro-recording-book.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import { isSurer, type Receipt, receiptRank } from "../domain/receipt.ts";
import {
  changePromptCommands,
  type FoundPrompt,
  findPromptById,
  issueCommands,
} from "./prompt-change.ts";
import { recordingAfter } from "./recording-after.ts";
import { tellReceipt } from "./tell-receipt.ts";

/** What somebody says happened to a prompt; without a time of its own it happened now. */
export type Evidence = Omit<Receipt, "userId" | "atMs"> & Partial<Pick<Receipt, "atMs">>;

/** What recording came to. */
export type RecordedReceipt =
  | {
      readonly kind: "recorded";
      readonly ref: PromptRef;
      /** With this one the prompt counts as answered for the first time. */
      readonly isAnswer: boolean;
      /** No device had accepted the prompt before. */
      readonly isSent: boolean;
      /** The prompt knows more about its recording now. */
      readonly isRecording: boolean;
    }
  /** It was on record before; nothing changed. */
  | { readonly kind: "known" }
  /** The rep has no such prompt, or its moment has not come. */
  | { readonly kind: "unknown" };

/** What recording needs from the world; all of it about one rep. */
export interface RecordReceiptDeps {
  readonly connection: string;
  readonly changeRep: (
    decide: (state: RepState) => Promise<RepDecision<RecordedReceipt>>,
  ) => Promise<RecordedReceipt>;
  readonly readReceipt: (recordId: string, receipt: ReceiptKey) => Promise<Receipt | undefined>;
}

/**
 * Writes down a piece of evidence; the first of its kind and device stays, unless a surer one comes.
 *
 * Receipts only rise: the first that says the rep followed the prompt makes it answered, and nothing takes that
 * back. Evidence about a prompt that another one replaced is kept, too, but changes nothing else.
 */
export function recordReceipt(
  deps: RecordReceiptDeps,
  evidence: Evidence,
): Promise<RecordedReceipt> {
  return deps.changeRep(async (state) => {
    const found = findPromptById(state, evidence.promptId);
    if (found === undefined || found.prompt.state === "waiting") {
      return { result: { kind: "unknown" }, commands: [] };
    }
    // Read after the state: if it changes from here on, the state changes, too, and the commit is refused.
    const known = await deps.readReceipt(found.prompt.recordId, evidence);
    return isNews(evidence, known)
      ? decide(deps.connection, evidence, { state, found })
      : { result: { kind: "known" }, commands: [] };
  });
}

function isNews({ certainty, recordingId }: Evidence, known: Receipt | undefined): boolean {
  if (known === undefined || isSurer(certainty, known.certainty)) {
    return true;
  }
  const isWeaker = isSurer(known.certainty, certainty);
  return !isWeaker && known.recordingId === undefined && recordingId !== undefined;
}

interface Place {
  readonly state: RepState;
  readonly found: FoundPrompt;
}

function decide(
  connection: string,
  evidence: Evidence,
  { state, found }: Place,
): RepDecision<RecordedReceipt> {
  const { promptId, recordId, userId } = found.prompt;
  const ref = { connection, userId, recordId, promptId };
  // A phone's clock may be ahead.
  const atMs = Math.min(evidence.atMs ?? state.nowMs, state.nowMs);
  const receipt: Receipt = { ...evidence, userId, atMs };
  const answer = answered(receipt, { state, found });
  const recording = recordingAfter(found.prompt, receipt);
  const next = recording === undefined ? answer : { ...(answer ?? found.prompt), recording };
  const entry = tellReceipt(receipt, found.prompt, state.nowMs);
  return {
    result: {
      kind: "recorded",
      ref,
      isAnswer: answer !== undefined,
      isSent: answer !== undefined && answer.sentAtMs !== found.prompt.sentAtMs,
      isRecording: recording !== undefined,
    },
    commands: [
      receiptCommand(ref, receipt),
      ...(recording?.recordingId === undefined
        ? []
        : [rememberRecordingCommand(ref, recording.recordingId)]),
      ...(answer !== undefined && isLive({ state, found })
        ? // A rep who follows the live prompt on the page has been offered it, whether or not a device has.
          issueCommands(state, ref, found)
        : []),
      ...(next === undefined
        ? timelineCommands(ref, [{ ...entry, atMs: state.nowMs, promptId, userId }])
        : changePromptCommands(ref, found, { next, entry, atMs: state.nowMs })),
    ],
  };
}

/** The prompt as the rep's first answer leaves it; undefined when the receipt changes nothing about it. */
function answered({ kind, certainty, atMs }: Receipt, { state, found }: Place): Prompt | undefined {
  const { prompt } = found;
  const isOffered = prompt.state === "due" || prompt.state === "sent";
  // That a recording hangs on the visit's records does not say that this prompt began it.
  const isAlikeOnly = kind === "linked" && certainty === "objects";
  if (
    isAlikeOnly ||
    receiptRank(kind) <= receiptRank("delivered") ||
    !isOffered ||
    prompt.answeredAtMs !== undefined
  ) {
    return undefined;
  }
  return isLive({ state, found })
    ? { ...prompt, state: "sent", sentAtMs: prompt.sentAtMs ?? atMs, answeredAtMs: atMs }
    : { ...prompt, answeredAtMs: atMs };
}

function isLive({ state, found: { prompt } }: Place): boolean {
  return state.livePromptId === prompt.promptId && state.nowMs < prompt.expiresAtMs;
}
