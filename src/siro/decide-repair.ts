import type { Appointment } from "../domain/appointment.ts";
import type { CrmObject } from "../domain/crm-object.ts";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import type { PromptRecording } from "../domain/prompt.ts";
import type { SiroRecording } from "./read-recordings.ts";

/** Siro is looked at again at every so many minutes of the hour: those who wait share what is read then. */
const LOOK_AGAIN_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** Recordings were seen to stay unfinished for half a day; what is not there after this never will be. */
export const PATIENCE_MS = 48 * 3_600_000;

/** How long it is from now to the next look at what Siro has not done yet. */
export function untilNextLookMs(nowMs: number): number {
  return LOOK_AGAIN_MS - (nowMs % LOOK_AGAIN_MS);
}

/** What decides when it is worth looking at a recording in Siro's list. */
export interface RestFacts {
  readonly seen: Pick<PromptRecording, "endedAtMs">;
  readonly processedAtMs: number | undefined;
  readonly graceMs: number;
  readonly visitEndAtMs: number;
  readonly nowMs: number;
}

/**
 * How long it is no use to look at a recording: while it runs, whose end may never be heard of, before anything
 * can be processed, and while Siro may still link it by itself. Pure.
 */
export function restBeforeLookMs(facts: RestFacts): number {
  const { seen, processedAtMs, graceMs, visitEndAtMs, nowMs } = facts;
  if (processedAtMs !== undefined) {
    const freeAtMs = processedAtMs + graceMs;
    return freeAtMs <= nowMs ? 0 : roundUp(freeAtMs, MINUTE_MS) - nowMs;
  }
  return Math.max(0, roundUp(seen.endedAtMs ?? visitEndAtMs, LOOK_AGAIN_MS) - nowMs);
}

/** Those who wait for nearly the same moment wait for the same one. */
function roundUp(atMs: number, stepMs: number): number {
  return Math.ceil(atMs / stepMs) * stepMs;
}

/** What a decision about one recording's link rests on. */
export interface RepairFacts {
  readonly appointment: Appointment;
  /** What is known about it here. */
  readonly seen: PromptRecording;
  /** The other recordings that its prompt began. */
  readonly others: readonly PromptRecording[];
  /** A prompt of this rep for another visit has this recording, too, or was told of its link. */
  readonly isOfOtherVisit: boolean;
  /** As Siro lists it; undefined where Siro does not. */
  readonly recording: SiroRecording | undefined;
  /** When it was first seen to be processed. */
  readonly processedAtMs: number | undefined;
  /** How long from then on Siro may link it by itself. */
  readonly graceMs: number;
  readonly nowMs: number;
}

/** What to do about one recording's link. */
export type RepairDecision =
  /** It hangs where it should. */
  | { readonly kind: "right" }
  | { readonly kind: "wait"; readonly forMs: number }
  /** Nothing can be done; `why` is for people. */
  | { readonly kind: "give-up"; readonly why: string }
  | {
      readonly kind: "link";
      /** The best first; another one only where Siro does not know the one before. */
      readonly targets: readonly CrmObject[];
      /** What it hangs on now; empty for nothing. */
      readonly wrongIds: readonly string[];
    };

/**
 * Decides what a recording should be linked to, and whether it is time. Pure.
 *
 * Only a recording that surely belongs to the visit is touched: one that is known by rep and time alone could be
 * anybody's, unless it goes on with a visit that surely was recorded; what such a one hangs on the rep chose. Of one
 * that two visits have nobody knows whose it is. The visit itself comes first, because it carries its relations; a
 * second link may drop the first.
 */
export function decideRepair(facts: RepairFacts): RepairDecision {
  const isUnsure = facts.seen.certainty === "time" && !isContinued(facts);
  if (isUnsure || facts.recording?.isDeleted === true) {
    return giveUp(isUnsure ? "it is known by rep and time alone" : "it was deleted");
  }
  return facts.recording?.isProcessed === true ? decideProcessed(facts) : waitOn(facts);
}

/** Waits on for Siro, but not for ever. */
function waitOn({ seen, nowMs }: RepairFacts): RepairDecision {
  return nowMs - seen.seenAtMs > PATIENCE_MS
    ? giveUp("Siro never showed it as processed")
    : { kind: "wait", forMs: untilNextLookMs(nowMs) };
}

function decideProcessed(facts: RepairFacts): RepairDecision {
  const { nowMs, processedAtMs, graceMs } = facts;
  if (isRight(facts)) {
    return { kind: "right" };
  }
  const why = reasonToLeave(facts);
  if (why !== undefined) {
    return giveUp(why);
  }
  const leftMs = (processedAtMs ?? nowMs) + graceMs - nowMs;
  return leftMs > 0 ? { kind: "wait", forMs: leftMs } : linkTo(facts);
}

function giveUp(why: string): RepairDecision {
  return { kind: "give-up", why };
}

/** Why a recording that does not hang on its visit's records is better left where it hangs. */
function reasonToLeave({ isOfOtherVisit, seen, recording }: RepairFacts): string | undefined {
  if (isOfOtherVisit) {
    return "another visit's prompt has it, too";
  }
  const isElsewhere = (recording?.crm?.recordIds ?? []).length > 0;
  return seen.certainty === "time" && isElsewhere
    ? "it was begun by hand, and hangs on other records"
    : undefined;
}

/** Begun by hand while the visit lasted, after a recording that surely is the visit's: the same talk goes on. */
function isContinued({ seen, others, appointment }: RepairFacts): boolean {
  return (
    seen.isByHand === true &&
    seen.seenAtMs <= appointment.endAtMs &&
    others.some((one) => one.certainty !== "time" && one.seenAtMs <= seen.seenAtMs)
  );
}

/** One of the visit's records is enough: Siro keeps relations of its own. */
function isRight({ appointment: { recordId, crmObjects }, recording }: RepairFacts): boolean {
  const ids = [recordId, ...crmObjects.map(({ objectId }) => objectId)];
  const own = new Set(ids.map(canonicalRecordId));
  return recording?.crm?.recordIds.some((id) => own.has(id)) === true;
}

function linkTo({ appointment, recording }: RepairFacts): RepairDecision {
  const targets = targetsOf(appointment);
  return targets.length === 0
    ? { kind: "give-up", why: "the visit names no record that a recording can be linked to" }
    : { kind: "link", targets, wrongIds: recording?.crm?.recordIds ?? [] };
}

/** Visits are engagements in Siro; without one, the first of the visit's own records in its own order. */
function targetsOf({ recordType, recordId, crmObjects }: Appointment): readonly CrmObject[] {
  const parents = crmObjects.filter(({ objectType }) => PARENTS.has(objectType));
  return recordType === "ServiceAppointment" || recordType === "Event"
    ? [{ objectType: recordType, objectId: recordId }, ...parents]
    : [...crmObjects.filter(isVisit), ...parents];
}

const PARENTS: ReadonlySet<CrmObject["objectType"]> = new Set(["Opportunity", "Lead", "Account"]);

function isVisit({ objectType }: CrmObject): boolean {
  return objectType === "ServiceAppointment" || objectType === "Event";
}
