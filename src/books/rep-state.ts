import { z } from "zod";
import { type IssuedPrompt, issuedPromptSchema, type Prompt } from "../domain/prompt.ts";
import { type RecorderTrail, recorderTrailSchema } from "../domain/recorder-trail.ts";
import { type StoredAppointment, storedAppointmentSchema } from "./stored-appointment.ts";
import { unpackPrompts } from "./stored-prompts.ts";

/** One appointment of a rep with the prompts this rep has for it. */
export interface RepVisit {
  readonly stored: StoredAppointment;
  readonly prompts: readonly Prompt[];
}

/** All that decides about one rep's prompts, read in one step. */
export interface RepState {
  /** Changes with every change of this state: the guard of every commit. */
  readonly revision: string;
  /** Redis' own clock at the read, epoch milliseconds. */
  readonly nowMs: number;
  /** The one prompt that may be delivered now: the newest whose moment came. */
  readonly livePromptId: string | undefined;
  readonly issued: readonly IssuedPrompt[];
  /** What Siro told of the rep's recorder; empty where it is not asked. */
  readonly recorder: RecorderTrail;
  readonly visits: readonly RepVisit[];
}

/**
 * Finds the prompt that may be delivered now, with its visit.
 *
 * Undefined when there is none, when it is not due or sent any more, or when it expired.
 */
export function findLivePrompt({
  livePromptId,
  nowMs,
  visits,
}: RepState): { readonly prompt: Prompt; readonly visit: RepVisit } | undefined {
  for (const visit of visits) {
    const prompt = visit.prompts.find((one) => one.promptId === livePromptId);
    if (prompt !== undefined) {
      const isOffered = prompt.state === "due" || prompt.state === "sent";
      return isOffered && nowMs < prompt.expiresAtMs ? { prompt, visit } : undefined;
    }
  }
  return undefined;
}

const nullableText = z.string().nullable();

const replySchema = z.tuple([
  z.tuple([z.string(), z.string()]),
  z.tuple([nullableText, nullableText, nullableText, nullableText]),
  z.array(z.tuple([nullableText, nullableText])),
]);

const issuedListSchema = z.array(issuedPromptSchema);

/** Reads the script's reply: `[[seconds, micros], [rev, live, issued, recorder], [[doc, prompts], …]]`. */
export function parseRepState(reply: unknown, userId: string): RepState {
  const [[seconds, micros], [revision, live, issued, recorder], visits] = replySchema.parse(reply);
  return {
    revision: revision ?? "",
    nowMs: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000),
    livePromptId: live === null || live === "" ? undefined : live,
    issued: issued === null ? [] : issuedListSchema.parse(JSON.parse(issued)),
    recorder: recorder === null ? [] : recorderTrailSchema.parse(JSON.parse(recorder)),
    visits: visits.flatMap(([doc, prompts]) =>
      doc === null ? [] : [parseVisit({ doc, prompts, userId })],
    ),
  };
}

interface VisitTexts {
  readonly doc: string;
  readonly prompts: string | null;
  readonly userId: string;
}

function parseVisit({ doc, prompts, userId }: VisitTexts): RepVisit {
  const stored = storedAppointmentSchema.parse(JSON.parse(doc));
  const { recordType, recordId } = stored.appointment;
  const place = { userId, recordType, recordId };
  return { stored, prompts: prompts === null ? [] : unpackPrompts(prompts, place) };
}
