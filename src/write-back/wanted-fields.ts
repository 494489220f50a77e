import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { WriteBack } from "../domain/write-back.ts";

/** What the fields of a record should hold, and the prompts whose links stand in them. */
export interface WantedFields {
  /** By field name; null is empty. A field about which there is nothing to say is absent. */
  readonly fields: ReadonlyMap<string, string | null>;
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
 * The stamps stay: when a rep was last sent one, when a recording was first seen to run, and first linked.
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
    linked: links.flatMap(({ prompt }) => prompt ?? []),
  };
}

function linkOf({ token }: Prompt, publicUrl: URL): string {
  return new URL(`/go/${token}`, publicUrl).href;
}

function stampsOf(
  prompts: readonly Prompt[],
  { promptSentField, recordingSeenField, recordingLinkedField }: WriteBack,
): readonly (readonly [string, string])[] {
  const begun = prompts.filter(begins);
  const sent = begun.map(({ sentAtMs }) => sentAtMs).filter(isKnown);
  const seen = begun.map(({ recording }) => recording?.seenAtMs).filter(isKnown);
  const linked = begun.map(({ recording }) => recording?.linkedAtMs).filter(isKnown);
  return [
    ...stamp(promptSentField, sent.length === 0 ? undefined : Math.max(...sent)),
    ...stamp(recordingSeenField, seen.length === 0 ? undefined : Math.min(...seen)),
    ...stamp(recordingLinkedField, linked.length === 0 ? undefined : Math.min(...linked)),
  ];
}

function stamp(
  field: string | null,
  atMs: number | undefined,
): readonly (readonly [string, string])[] {
  return field === null || atMs === undefined ? [] : [[field, isoInstant(atMs)]];
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
