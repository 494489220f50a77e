import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Prompt } from "../domain/prompt.ts";
import { recordingsOf } from "../domain/recordings-of.ts";
import type { WriteBack } from "../domain/write-back.ts";

/** What the fields of a record should hold, and the prompts whose links stand in them. */
export interface WantedFields {
  /** By field name; null is empty. A field about which there is nothing to say is absent. */
  readonly fields: ReadonlyMap<string, string | null>;
  /** Those that hold a time which only moves on: an earlier one is not written over it. */
  readonly onlyLater: ReadonlySet<string>;
  readonly linked: readonly Prompt[];
}

/** Which fields are filled, and under which address the links are reached. */
export interface WantedOptions {
  readonly writeBack: WriteBack;
  readonly publicUrl: URL;
}

/**
 * Computes what a record's fields should hold: the result depends on the state, never on what led to it.
 *
 * A record has one link, so of several reps the first of the appointment has it. The start link is the short
 * address of the prompt that begins the visit's recording, a restart included; a visit that was called off has none.
 * The stamps stay: when a rep was last sent one, when a recording was first seen to run, when the last one ended,
 * and when one was first linked.
 */
export function wantedFields(
  { stored: { appointment }, prompts }: AppointmentDossier,
  { writeBack, publicUrl }: WantedOptions,
): WantedFields {
  const standing = prompts.filter(isStanding);
  const isOff = appointment.status === "canceled";
  const start = isOff ? undefined : firstOf(standing.filter(begins), appointment);
  const stop = firstOf(
    standing.filter((prompt) => !begins(prompt)),
    appointment,
  );
  const links = [
    { field: writeBack.startLinkField, prompt: start },
    { field: writeBack.stopLinkField, prompt: stop },
  ].flatMap(({ field, prompt }) => (field === null ? [] : [{ field, prompt }]));
  return {
    fields: new Map(
      [
        ...links.map(({ field, prompt }) => [field, prompt && linkOf(prompt, publicUrl)] as const),
        ...stampsOf(prompts, writeBack),
      ].map(([field, value]) => [field, value ?? null]),
    ),
    onlyLater: new Set([writeBack.recordingStoppedField].filter((field) => field !== null)),
    linked: links.flatMap(({ prompt }) => prompt ?? []),
  };
}

function linkOf({ token }: Prompt, publicUrl: URL): string {
  return new URL(`/go/${token}`, publicUrl).href;
}

function stampsOf(
  prompts: readonly Prompt[],
  writeBack: WriteBack,
): readonly (readonly [string, string])[] {
  const begun = prompts.filter(begins);
  const recordings = begun.flatMap(recordingsOf);
  const sent = begun.map(({ sentAtMs }) => sentAtMs);
  const seen = recordings.map(({ seenAtMs }) => seenAtMs);
  const ended = recordings.map(({ endedAtMs }) => endedAtMs);
  const linked = recordings.map(({ linkedAtMs }) => linkedAtMs);
  return [
    ...stamp(writeBack.promptSentField, Math.max, sent),
    ...stamp(writeBack.recordingSeenField, Math.min, seen),
    ...stamp(writeBack.recordingStoppedField, Math.max, ended),
    ...stamp(writeBack.recordingLinkedField, Math.min, linked),
  ];
}

function stamp(
  field: string | null,
  choose: (...times: readonly number[]) => number,
  times: readonly (number | undefined)[],
): readonly (readonly [string, string])[] {
  const known = times.filter(isKnown);
  return field === null || known.length === 0 ? [] : [[field, isoInstant(choose(...known))]];
}

function isKnown(atMs: number | undefined): atMs is number {
  return atMs !== undefined;
}

/** Says whether a prompt begins a recording of its visit. */
export function begins({ action }: Pick<Prompt, "action">): boolean {
  return action !== "stop";
}

/** Still to come, or maybe followed already. */
function isStanding({ state }: Pick<Prompt, "state">): boolean {
  return state === "waiting" || state === "due" || state === "sent";
}

/** The first rep's prompt, of several the newest. */
function firstOf(prompts: readonly Prompt[], { reps }: Appointment): Prompt | undefined {
  const userIds = reps.map(({ userId }) => userId);
  const ranked = prompts
    .filter(({ userId }) => userIds.includes(userId))
    .sort(
      (left, right) =>
        userIds.indexOf(left.userId) - userIds.indexOf(right.userId) ||
        right.generation - left.generation ||
        right.dueAtMs - left.dueAtMs,
    );
  return ranked[0];
}
