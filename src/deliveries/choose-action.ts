import { type IssuedTrail, isLeftover } from "../books/issued-trail.ts";
import type { RepState, RepVisit } from "../books/rep-state.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Prompt } from "../domain/prompt.ts";
import { type RecorderSign, recorderStateOf } from "../domain/recorder-trail.ts";
import { lastBegin, type RunningRecording, runningRecording } from "./running-recording.ts";

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
  const endedAtMs = endOfVisit(state, prompt.recordId) ?? idleSinceMs(state, prompt, trail);
  if (endedAtMs !== undefined) {
    return done(`Siro said that the recording ended at ${isoInstant(endedAtMs)}`);
  }
  // One that began before this visit was asked for holds its talk, too, and nobody else will end it.
  return running !== undefined && running.sinceMs > openSinceMs
    ? done("Siro said that another visit's recording runs")
    : send(prompt);
}

/** When the recorder ended since this visit was asked for, unless it may have been an earlier recording's end. */
function idleSinceMs(
  state: RepState,
  { recordId }: Prompt,
  trail: IssuedTrail,
): number | undefined {
  if (recorderStateOf(state.recorder, state.nowMs).state !== "idle") {
    return undefined;
  }
  const end = state.recorder.findLast(({ sign }) => ENDS.includes(sign));
  const owner = state.visits
    .flatMap(({ prompts }) => prompts)
    .find(({ recording }) => end?.recordingId && recording?.recordingId === end.recordingId);
  const isOfVisit =
    owner === undefined ? trail.lastOf(recordId)?.action === "start" : owner.recordId === recordId;
  const isSince = end !== undefined && end.atMs > (trail.openSinceMs(recordId) ?? 0);
  return isOfVisit && isSince ? end.atMs : undefined;
}

function chooseBegin(state: RepState, prompt: Prompt, ground: Ground): Choice {
  const { running } = ground;
  if (isPassedBy(state, prompt)) {
    return skip("the next visit began already");
  }
  if (running?.recordId === prompt.recordId) {
    const skipped = done("Siro said that this visit is recorded already");
    return running.isPrompted ? skipped : { ...skipped, begun: running };
  }
  return running !== undefined && !isMeantToRun(state, running.recordId, ground)
    ? chooseRestart(prompt, running)
    : chooseByPlan(state, prompt, ground);
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
  const endedAtMs = endOfVisit(state, recordId);
  const recorder = recorderStateOf(state.recorder, state.nowMs);
  return endedAtMs !== undefined && recorder.state === "idle";
}

function endOfVisit(state: RepState, recordId: string): number | undefined {
  const visit = visitOf(state, recordId);
  return visit === undefined ? undefined : lastBegin(visit)?.recording?.endedAtMs;
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
