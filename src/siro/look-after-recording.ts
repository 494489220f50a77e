import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { MendNote } from "../books/siro-mend-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Prompt, PromptRecording, PromptRef } from "../domain/prompt.ts";
import type { MendRef, SiroMend } from "../domain/siro-mend.ts";
import { BridgeError } from "../errors.ts";
import { carryOutRepair } from "./carry-out-repair.ts";
import { decideRepair, LOOK_AGAIN_MS, PATIENCE_MS } from "./decide-repair.ts";
import type { Siro } from "./open-siro.ts";
import type { SiroRecording } from "./read-recordings.ts";
import { userOf } from "./user-of.ts";

/** Siro's clock, and that of a phone, may differ from the one that saw the recording begin. */
const MADE_AROUND_MS = 30 * 60_000;

/** What was done about a recording, for its note and the timeline. */
export interface MendDeed {
  readonly note: MendNote;
  /** In words for people; empty where nothing has to be told. */
  readonly told: readonly string[];
}

/** What looking after the recordings of one connection needs from the world. */
export interface LookAfterDeps {
  readonly settings: SiroMend;
  readonly integrationConnectionId: string | undefined;
  readonly siro: Pick<Siro, "readRecordings" | "asUser">;
  readonly readDossier: (recordId: string) => Promise<AppointmentDossier | undefined>;
  /** All prompts of the recording's rep. */
  readonly readPrompts: (ref: PromptRef) => Promise<readonly Prompt[]>;
  readonly readNote: (recordingId: string) => Promise<MendNote>;
  readonly saveDeed: (ref: MendRef, deed: MendDeed) => Promise<void>;
  readonly nowMs: () => number;
}

/** What came of one look at one recording. */
export type LookedAfter =
  | { readonly kind: "done"; readonly note: string }
  | { readonly kind: "later"; readonly afterMs: number };

/** One recording, with all that is known about it. */
interface Patient {
  readonly ref: MendRef;
  readonly appointment: Appointment;
  readonly prompt: Prompt;
  readonly seen: PromptRecording;
  readonly note: MendNote;
  readonly recording: SiroRecording | undefined;
}

/**
 * Gives a recording its title and its link, each once, as far as the settings want it.
 *
 * May be called any number of times: what was done is noted together with its proof, and both calls to Siro may be
 * repeated without harm.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 */
export async function lookAfterRecording(
  deps: LookAfterDeps,
  ref: PromptRef,
): Promise<LookedAfter> {
  const known = await readKnown(deps, ref);
  if (known === undefined) {
    return { kind: "done", note: "no recording" };
  }
  const isForTitle = isTitleWanted(deps, known);
  if (!isForTitle && !isLinkWanted(deps, known)) {
    return { kind: "done", note: "nothing to do" };
  }
  const runsForMs = isForTitle ? 0 : stillRunsForMs(known, deps.nowMs());
  if (runsForMs > 0) {
    return { kind: "later", afterMs: runsForMs };
  }
  const patient = { ...known, recording: await findRecording(deps, known) };
  const titleFailure = await settled(mendTitle(deps, patient));
  const looked = await mendLink(deps, patient);
  if (looked.kind === "done" && titleFailure !== undefined) {
    throw titleFailure;
  }
  return looked;
}

async function readKnown(deps: LookAfterDeps, ref: PromptRef): Promise<Known | undefined> {
  const dossier = await deps.readDossier(ref.recordId);
  const prompt = dossier?.prompts.find(({ promptId }) => promptId === ref.promptId);
  const seen = prompt?.recording;
  if (dossier === undefined || prompt === undefined || seen?.recordingId === undefined) {
    return undefined;
  }
  const { recordingId } = seen;
  const note = await deps.readNote(recordingId);
  const { appointment } = dossier.stored;
  return { ref: { ...ref, recordingId }, appointment, prompt, seen, note };
}

/** Nothing can be said about the link of a recording that runs; its end may never be heard of. */
function stillRunsForMs({ seen, appointment }: Known, nowMs: number): number {
  return seen.endedAtMs === undefined ? Math.max(0, appointment.endAtMs - nowMs) : 0;
}

/** A title that cannot be set must not keep the link from being mended. */
async function settled(work: Promise<void>): Promise<BridgeError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof BridgeError) {
      return error;
    }
    throw error;
  }
}

type Known = Omit<Patient, "recording">;

function isTitleWanted({ settings }: LookAfterDeps, { prompt, seen, note, appointment }: Known) {
  return (
    settings.titleRestarts &&
    prompt.action === "restart" &&
    seen.certainty !== "time" &&
    appointment.title !== "" &&
    note.titledAtMs === undefined
  );
}

/** A link that Siro told of by itself was compared with the visit's records when it was told. */
function isLinkWanted({ settings }: LookAfterDeps, { note, seen }: Known): boolean {
  return (
    settings.repair !== "off" && note.settledAtMs === undefined && seen.linkedAtMs === undefined
  );
}

async function findRecording(
  { siro }: LookAfterDeps,
  { ref: { recordingId }, seen: { seenAtMs } }: Known,
): Promise<SiroRecording | undefined> {
  const { recordings } = await siro.readRecordings({
    madeAfterMs: seenAtMs - MADE_AROUND_MS,
    madeBeforeMs: seenAtMs + MADE_AROUND_MS,
  });
  return recordings.find((recording) => recording.recordingId === recordingId);
}

async function mendTitle(deps: LookAfterDeps, patient: Patient): Promise<void> {
  const { ref, recording, appointment } = patient;
  if (!isTitleWanted(deps, patient) || recording === undefined) {
    return;
  }
  const { title } = appointment;
  const isSet = recording.title === title;
  if (!isSet) {
    await userOf(deps.siro, ref, recording).titleRecording(ref.recordingId, title);
  }
  const told = isSet ? [] : ["The recording got its visit's title in Siro"];
  await deps.saveDeed(ref, { note: { titledAtMs: deps.nowMs() }, told });
}

async function mendLink(deps: LookAfterDeps, patient: Patient): Promise<LookedAfter> {
  const { settings, nowMs } = deps;
  const { ref, seen, recording, note } = patient;
  if (!isLinkWanted(deps, patient)) {
    const isTitlePending = recording === undefined && nowMs() - seen.seenAtMs < PATIENCE_MS;
    return isTitlePending ? { kind: "later", afterMs: LOOK_AGAIN_MS } : DONE;
  }
  const processedAtMs = note.processedAtMs ?? (recording?.isProcessed ? nowMs() : undefined);
  if (processedAtMs !== undefined && note.processedAtMs === undefined) {
    await deps.saveDeed(ref, { note: { processedAtMs }, told: [] });
  }
  const graceMs = settings.repairAfterMinutes * 60_000;
  const isOfOtherVisit = (await deps.readPrompts(ref)).some(
    (one) => one.recordId !== ref.recordId && one.recording?.recordingId === ref.recordingId,
  );
  const facts = { ...patient, isOfOtherVisit, processedAtMs, graceMs, nowMs: nowMs() };
  const decision = decideRepair(facts);
  if (decision.kind === "wait") {
    return { kind: "later", afterMs: decision.forMs };
  }
  const told = await carryOutRepair(deps, { ref, recording }, decision);
  await deps.saveDeed(ref, { note: { settledAtMs: nowMs() }, told });
  return { kind: "done", note: decision.kind };
}

const DONE = { kind: "done", note: "title" } as const;
