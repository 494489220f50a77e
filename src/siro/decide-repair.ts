import type { Appointment } from "../domain/appointment.ts";
import type { CrmObject } from "../domain/crm-object.ts";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import type { PromptRecording } from "../domain/prompt.ts";
import type { SiroRecording } from "./read-recordings.ts";

/** Siro is looked at again after so long when it is not done yet. */
export const LOOK_AGAIN_MS = 5 * 60_000;
/** Recordings were seen to stay unfinished for half a day; what is not there after this never will be. */
export const PATIENCE_MS = 48 * 3_600_000;

/** What a decision about one recording's link rests on. */
export interface RepairFacts {
  readonly appointment: Appointment;
  /** What is known about it here. */
  readonly seen: PromptRecording;
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
 * anybody's, and of one that two visits have nobody knows whose it is. The visit itself comes first, because it carries its relations; a second link may drop the first.
 */
export function decideRepair(facts: RepairFacts): RepairDecision {
  const { seen, recording, nowMs, processedAtMs, graceMs } = facts;
  if (seen.certainty === "time") {
    return { kind: "give-up", why: "it is known by rep and time alone" };
  }
  if (recording?.isDeleted === true) {
    return { kind: "give-up", why: "it was deleted" };
  }
  if (recording?.isProcessed !== true) {
    return nowMs - seen.seenAtMs > PATIENCE_MS
      ? { kind: "give-up", why: "Siro never showed it as processed" }
      : { kind: "wait", forMs: LOOK_AGAIN_MS };
  }
  if (isRight(facts)) {
    return { kind: "right" };
  }
  if (facts.isOfOtherVisit) {
    return { kind: "give-up", why: "another visit's prompt has it, too" };
  }
  const leftMs = (processedAtMs ?? nowMs) + graceMs - nowMs;
  return leftMs > 0 ? { kind: "wait", forMs: leftMs } : linkTo(facts);
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
