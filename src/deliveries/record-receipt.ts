import { type ReceiptKey, receiptCommand } from "../books/appointment-book.ts";
import type { RepDecision } from "../books/change-rep.ts";
import type { RepState } from "../books/rep-state.ts";
import { rememberRecordingCommand } from "../books/siro-recording-book.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import { isSurer, type Receipt, receiptRank } from "../domain/receipt.ts";
import { recordingNamed } from "../domain/recordings-of.ts";
import {
  changePromptCommands,
  type FoundPrompt,
  findPromptById,
  issueCommands,
} from "./prompt-change.ts";
import { isGuessAgainst, isOfNoPrompt, recordingAfter } from "./recording-after.ts";
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
      /** The recording that the receipt tells of, where it says which. */
      readonly recordingId: string | undefined;
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
 * Writes down a piece of evidence; the first of its kind and device stays, unless a surer one comes, or one that
 * tells the same of an earlier moment.
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
    const news = await newsOf(deps, found.prompt, evidence);
    return news === undefined
      ? { result: { kind: "known" }, commands: [] }
      : decide(deps.connection, news, { state, found });
  });
}

/** The evidence as it goes on record, beside what is there of another recording; undefined when it is no news. */
async function newsOf(
  { readReceipt }: RecordReceiptDeps,
  prompt: Prompt,
  evidence: Evidence,
): Promise<Evidence | undefined> {
  if (isOfNoPrompt(prompt, evidence)) {
    return undefined;
  }
  const first = await readReceipt(prompt.recordId, evidence);
  if (!isBeside(prompt, evidence, first)) {
    return isNews(evidence, first) ? evidence : undefined;
  }
  const further = { ...evidence, isFurther: true };
  return isNews(further, await readReceipt(prompt.recordId, further)) ? further : undefined;
}

/** The first receipt of this kind tells of another recording of the prompt, and goes on doing so. */
function isBeside(prompt: Prompt, evidence: Evidence, first: Receipt | undefined): boolean {
  const { kind, recordingId } = evidence;
  const known = recordingNamed(prompt, first?.recordingId);
  return (
    RECORDING_KINDS.has(kind) &&
    known !== undefined &&
    recordingId !== undefined &&
    known.recordingId !== recordingId &&
    !isGuessAgainst(known, evidence)
  );
}

const RECORDING_KINDS: ReadonlySet<Evidence["kind"]> = new Set(["recording", "stopped", "linked"]);

function isNews(evidence: Evidence, known: Receipt | undefined): boolean {
  const { certainty, recordingId } = evidence;
  if (known === undefined || isSurer(certainty, known.certainty)) {
    return true;
  }
  const isWeaker = isSurer(known.certainty, certainty);
  const isNamed = known.recordingId === undefined && recordingId !== undefined;
  return !isWeaker && (isNamed || isEarlier(evidence, known));
}

/** Of one recording, what was told later may have happened before. */
function isEarlier({ kind, recordingId, atMs }: Evidence, known: Receipt): boolean {
  return (
    RECORDING_KINDS.has(kind) &&
    recordingId === known.recordingId &&
    atMs !== undefined &&
    atMs < known.atMs
  );
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
  const begun = recordingAfter(found.prompt, receipt);
  const next = begun === undefined ? answer : { ...(answer ?? found.prompt), ...begun };
  const { recordingId } = receipt;
  const entry = tellReceipt(receipt, found.prompt, state.nowMs);
  return {
    result: {
      kind: "recorded",
      ref,
      isAnswer: answer !== undefined,
      isSent: answer !== undefined && answer.sentAtMs !== found.prompt.sentAtMs,
      isRecording: begun !== undefined,
      recordingId,
    },
    commands: [
      receiptCommand(ref, receipt),
      ...(begun === undefined || recordingId === undefined
        ? []
        : [rememberRecordingCommand(ref, recordingId)]),
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
