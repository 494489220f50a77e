import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { MendNote } from "../books/siro-mend-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Prompt, PromptRecording, PromptRef } from "../domain/prompt.ts";
import { recordingNamed, recordingsOf } from "../domain/recordings-of.ts";
import type { MendJob, MendRef, SiroMend } from "../domain/siro-mend.ts";
import { BridgeError } from "../errors.ts";
import { carryOutRepair } from "./carry-out-repair.ts";
import { decideRepair, PATIENCE_MS, restBeforeLookMs, untilNextLookMs } from "./decide-repair.ts";
import type { Siro } from "./open-siro.ts";
import type { SiroRecording } from "./read-recordings.ts";
import type { FindRecording } from "./share-recordings.ts";
import { userOf } from "./user-of.ts";

const MINUTE_MS = 60_000;

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
  readonly siro: Pick<Siro, "asUser">;
  readonly findRecording: FindRecording;
  readonly readDossier: (recordId: string) => Promise<AppointmentDossier | undefined>;
  /** All prompts of the recording's rep that may have begun it. */
  readonly readPrompts: (ref: PromptRef, seen: PromptRecording) => Promise<readonly Prompt[]>;
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
export async function lookAfterRecording(deps: LookAfterDeps, job: MendJob): Promise<LookedAfter> {
  const known = await readKnown(deps, job);
  if (known === undefined) {
    return { kind: "done", note: "no recording" };
  }
  const isForTitle = isTitleWanted(deps, known);
  if (!isForTitle && !isLinkWanted(deps, known)) {
    return { kind: "done", note: "nothing to do" };
  }
  const restMs = isForTitle ? 0 : restMsOf(deps, known);
  if (restMs > 0) {
    return { kind: "later", afterMs: restMs };
  }
  const patient = { ...known, recording: await findRecording(deps, known) };
  const titleFailure = await settled(mendTitle(deps, patient));
  const looked = await mendLink(deps, patient);
  if (looked.kind === "done" && titleFailure !== undefined) {
    throw titleFailure;
  }
  return looked;
}

async function readKnown(deps: LookAfterDeps, job: MendJob): Promise<Known | undefined> {
  const dossier = await deps.readDossier(job.recordId);
  const prompt = dossier?.prompts.find(({ promptId }) => promptId === job.promptId);
  const seen =
    job.recordingId === undefined
      ? prompt?.recording
      : prompt && recordingNamed(prompt, job.recordingId);
  if (dossier === undefined || prompt === undefined || seen?.recordingId === undefined) {
    return undefined;
  }
  const { recordingId } = seen;
  const note = await deps.readNote(recordingId);
  const { appointment } = dossier.stored;
  return { ref: { ...job, recordingId }, appointment, prompt, seen, note };
}

function restMsOf({ settings, nowMs }: LookAfterDeps, { seen, note, appointment }: Known): number {
  return restBeforeLookMs({
    seen,
    processedAtMs: note.processedAtMs,
    graceMs: settings.repairAfterMinutes * MINUTE_MS,
    visitEndAtMs: appointment.endAtMs,
    nowMs: nowMs(),
  });
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

/**
 * A link that Siro told of by itself was compared with the visit's records when it was told.
 *
 * A dry run speaks once; what it spoke of is done when it no longer is one.
 */
function isLinkWanted({ settings }: LookAfterDeps, { note, seen }: Known): boolean {
  const isSaid = settings.repair === "dry-run" && note.dryRunAtMs !== undefined;
  return (
    settings.repair !== "off" &&
    !isSaid &&
    note.settledAtMs === undefined &&
    seen.linkedAtMs === undefined
  );
}

/** A list from before the last that is known about the recording says nothing about it. */
function findRecording(
  deps: LookAfterDeps,
  { ref: { recordingId }, seen: { seenAtMs, endedAtMs = 0 }, note: { processedAtMs = 0 } }: Known,
): Promise<SiroRecording | undefined> {
  const notBeforeMs = Math.max(seenAtMs, endedAtMs, processedAtMs);
  return deps.findRecording({ recordingId, seenAtMs, notBeforeMs });
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
  const { ref, seen, recording } = patient;
  if (!isLinkWanted(deps, patient)) {
    const isTitlePending = recording === undefined && nowMs() - seen.seenAtMs < PATIENCE_MS;
    return isTitlePending ? { kind: "later", afterMs: untilNextLookMs(nowMs()) } : DONE;
  }
  const processedAtMs = await noteProcessed(deps, patient);
  const graceMs = settings.repairAfterMinutes * MINUTE_MS;
  const isOfOtherVisit = (await deps.readPrompts(ref, seen)).some(
    (one) => one.recordId !== ref.recordId && recordingNamed(one, ref.recordingId) !== undefined,
  );
  const others = recordingsOf(patient.prompt).filter((one) => one !== seen);
  const facts = { ...patient, others, isOfOtherVisit, processedAtMs, graceMs, nowMs: nowMs() };
  const decision = decideRepair(facts);
  if (decision.kind === "wait") {
    return { kind: "later", afterMs: decision.forMs };
  }
  const told = await carryOutRepair(deps, { ref, recording }, decision);
  const isOnlySaid = decision.kind === "link" && settings.repair === "dry-run";
  const deed = isOnlySaid ? { dryRunAtMs: nowMs() } : { settledAtMs: nowMs() };
  await deps.saveDeed(ref, { note: deed, told });
  return { kind: "done", note: decision.kind };
}

/** When it was first seen to be processed, by whatever told it first. */
async function noteProcessed(
  { saveDeed, nowMs }: LookAfterDeps,
  { ref, note, recording }: Patient,
): Promise<number | undefined> {
  if (note.processedAtMs !== undefined || recording?.isProcessed !== true) {
    return note.processedAtMs;
  }
  const processedAtMs = nowMs();
  await saveDeed(ref, { note: { processedAtMs }, told: [] });
  return processedAtMs;
}

const DONE = { kind: "done", note: "title" } as const;
