import { type IssuedTrail, isLeftover } from "../books/issued-trail.ts";
import type { RepState, RepVisit } from "../books/rep-state.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Prompt } from "../domain/prompt.ts";
import { type RecorderSign, recorderStateOf } from "../domain/recorder-trail.ts";
import { recordingNamed } from "../domain/recordings-of.ts";
import { endOfVisit } from "./end-of-visit.ts";
import {
  isBegunFor,
  lastBegin,
  type RunningRecording,
  runningRecording,
} from "./running-recording.ts";

const ENDS: readonly RecorderSign["sign"][] = ["stop", "cancelled", "stop-link"];

/** What to do at a prompt's moment. */
export type Choice =
  | {
      readonly kind: "send";
      readonly action: Prompt["action"];
      /** For a restart: the visit whose recording it ends, where that is known. */
      readonly endsRecordId: string | undefined;
      /** Why it is another action than the one that was planned. */
      readonly why?: string;
    }
  | {
      readonly kind: "skip";
      readonly why: string;
      /** Siro said that what the prompt asks for is the case: the plan goes on as if it had been followed. */
      readonly isDone: boolean;
      /** For a start: the recording that makes it needless, where no prompt has it yet. */
      readonly begun?: RunningRecording;
    };

/** What was asked before, and whether visits may be joined by a restart. */
export interface ChoiceRules {
  readonly trail: IssuedTrail;
  readonly isJoining: boolean;
}

/**
 * Chooses what to ask at a prompt's moment, from what was asked before and from what Siro told since. Pure.
 *
 * The presence of a sign is evidence, its absence is none: where Siro is silent, what was asked decides alone.
 */
export function chooseAction(state: RepState, prompt: Prompt, rules: ChoiceRules): Choice {
  const running = runningRecording(state, prompt.userId);
  return prompt.action === "stop"
    ? chooseStop(state, prompt, { ...rules, running })
    : chooseBegin(state, prompt, { ...rules, running });
}

interface Ground extends ChoiceRules {
  readonly running: RunningRecording | undefined;
}

function chooseStop(state: RepState, prompt: Prompt, { trail, running }: Ground): Choice {
  const openSinceMs = trail.openSinceMs(prompt.recordId);
  if (openSinceMs === undefined) {
    return skip("no recording of this visit waits for its stop");
  }
  if (running !== undefined && [prompt.recordId, undefined].includes(running.recordId)) {
    return send(prompt);
  }
  const visit = visitOf(state, prompt.recordId);
  const isBegun = visit !== undefined && lastBegin(visit)?.recording !== undefined;
  const endedAtMs = isBegun ? endOfVisit(state, visit) : idleSinceMs(state, prompt, trail);
  if (endedAtMs !== undefined) {
    return done(`Siro said that the recording ended at ${isoInstant(endedAtMs)}`);
  }
  // One that began before this visit was asked for holds its talk, too, and nobody else will end it.
  const isOther = running !== undefined && running.sinceMs > openSinceMs;
  return isOther && willBeEnded(state, running.recordId, trail)
    ? done("Siro said that another visit's recording runs")
    : send(prompt);
}

/** Something is still to end a visit's recording, or the visit waits for that; otherwise nobody will. */
function willBeEnded(
  { nowMs, visits }: RepState,
  recordId: string | undefined,
  trail: IssuedTrail,
): boolean {
  const isAhead = visits
    .flatMap(({ prompts }) => prompts)
    .filter(({ state, expiresAtMs }) => ["waiting", "due"].includes(state) && nowMs < expiresAtMs)
    .some((one) => (one.action === "stop" ? one.recordId : one.endsRecordId) === recordId);
  return recordId !== undefined && (isAhead || trail.openSinceMs(recordId) !== undefined);
}

/** When the recorder ended since this visit was asked for, unless it may have been another recording's end. */
function idleSinceMs(
  state: RepState,
  { recordId }: Prompt,
  trail: IssuedTrail,
): number | undefined {
  const recorder = state.recorder.filter((one) => !isNamelessStopLink(one));
  const openSinceMs = trail.openSinceMs(recordId) ?? 0;
  const end = recorder.findLast(({ sign }) => ENDS.includes(sign));
  const isIdle = recorderStateOf(recorder, state.nowMs).state === "idle";
  if (!isIdle || end === undefined || end.atMs <= openSinceMs) {
    return undefined;
  }
  const owner = state.visits
    .flatMap(({ prompts }) => prompts)
    .find((one) => recordingNamed(one, end.recordingId) !== undefined);
  // Nobody's recording may be this visit's only if it began for it: nothing ran before, and it began since.
  const isOfVisit =
    owner === undefined
      ? trail.lastOf(recordId)?.action === "start" && isBegunSince(state, end, openSinceMs)
      : owner.recordId === recordId;
  return isOfVisit ? end.atMs : undefined;
}

/** Which recording it was to end, and whether it did, nobody knows. */
function isNamelessStopLink({ sign, recordingId }: RecorderSign): boolean {
  return sign === "stop-link" && recordingId === undefined;
}

function isBegunSince(
  { recorder }: RepState,
  { recordingId }: RecorderSign,
  sinceMs: number,
): boolean {
  const begin = recorder.find((one) => one.sign === "start" && one.recordingId === recordingId);
  return recordingId !== undefined && begin !== undefined && begin.atMs >= sinceMs;
}

function chooseBegin(state: RepState, prompt: Prompt, ground: Ground): Choice {
  const { running } = ground;
  if (isPassedBy(state, prompt)) {
    return skip("the next visit began already");
  }
  if (running?.recordId === prompt.recordId) {
    return chooseOwn(state, prompt, running);
  }
  return running !== undefined && !isMeantToRun(state, running.recordId, ground)
    ? chooseRestart(prompt, running)
    : chooseByPlan(state, prompt, ground);
}

/** A recording of this visit runs; if it began for another time of the visit, it says nothing about this one. */
function chooseOwn(state: RepState, prompt: Prompt, running: RunningRecording): Choice {
  const visit = visitOf(state, prompt.recordId);
  if (visit === undefined || !isBegunFor(running, prompt, visit.stored.appointment)) {
    return send(prompt);
  }
  const skipped = done("Siro said that this visit is recorded already");
  return running.isPrompted ? skipped : { ...skipped, begun: running };
}

/** Something runs that is not this visit's. */
function chooseRestart(prompt: Prompt, running: RunningRecording): Choice {
  const restart = send(prompt, "restart", running.recordId ?? prompt.endsRecordId);
  return prompt.action === "restart"
    ? restart
    : { ...restart, why: "another recording of the rep runs" };
}

/** Nothing is known to run; what was asked before says what may. */
function chooseByPlan(state: RepState, prompt: Prompt, ground: ChoiceRules): Choice {
  const endsRecordId = prompt.endsRecordId ?? forgottenRecording(state, prompt, ground);
  if (endsRecordId === undefined) {
    return send(prompt);
  }
  return isEnded(state, endsRecordId)
    ? { ...send(prompt, "start"), why: "Siro said that the earlier recording ended" }
    : send(prompt, "restart", endsRecordId);
}

/** A moment that comes late must not undo what the rep was asked since. */
function isPassedBy({ livePromptId, visits }: RepState, { recordId, dueAtMs }: Prompt): boolean {
  const prompts = visits.flatMap((visit) => visit.prompts);
  const live = prompts.find(({ promptId }) => promptId === livePromptId);
  return live?.endsRecordId === recordId && live.dueAtMs > dueAtMs;
}

/**
 * The recording of an earlier visit that still runs when a start is due: its stop is late, or nobody took it.
 * The start becomes a restart, or the talk would be filed under the earlier customer.
 */
function forgottenRecording(
  state: RepState,
  { action, recordId }: Prompt,
  ground: ChoiceRules,
): string | undefined {
  const { openRecordId } = ground.trail;
  const appointment = visitOf(state, openRecordId)?.stored.appointment;
  if (action !== "start" || appointment === undefined || appointment.recordId === recordId) {
    return undefined;
  }
  const isLeft = isMeantToRun(state, openRecordId, ground) || isLeftover(appointment, state.nowMs);
  return isLeft ? undefined : appointment.recordId;
}

/** Where visits are never joined, one whose stop lies ahead runs on beside the next. */
function isMeantToRun(
  state: RepState,
  recordId: string | undefined,
  { isJoining }: ChoiceRules,
): boolean {
  const hasStopAhead = visitOf(state, recordId)?.prompts.some(
    (one) => one.action === "stop" && one.state === "waiting" && one.dueAtMs > state.nowMs,
  );
  return !isJoining && hasStopAhead === true;
}

/** Nothing runs any more of what a visit's last prompt began, and nothing else does. */
function isEnded(state: RepState, recordId: string): boolean {
  const visit = visitOf(state, recordId);
  const endedAtMs = visit && endOfVisit(state, visit);
  const recorder = recorderStateOf(state.recorder, state.nowMs);
  return endedAtMs !== undefined && recorder.state === "idle";
}

function visitOf({ visits }: RepState, recordId: string | undefined): RepVisit | undefined {
  return visits.find(({ stored }) => stored.appointment.recordId === recordId);
}

function send(
  { action: planned, endsRecordId: plannedEnd }: Prompt,
  action: Prompt["action"] = planned,
  endsRecordId: string | undefined = action === "restart" ? plannedEnd : undefined,
): Extract<Choice, { kind: "send" }> {
  return { kind: "send", action, endsRecordId };
}

function skip(why: string): Choice {
  return { kind: "skip", why, isDone: false };
}

function done(why: string): Extract<Choice, { kind: "skip" }> {
  return { kind: "skip", why, isDone: true };
}
