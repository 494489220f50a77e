import type { Redis } from "ioredis";
import type { AppointmentDossier } from "../books/appointment-book.ts";
import { type CameAgain, readCameAgain } from "../books/came-again-book.ts";
import { listDevices } from "../books/device-book.ts";
import { readHold } from "../books/hold-book.ts";
import { readRep } from "../books/rep-book.ts";
import { type RecordRef, readTimeline } from "../books/timeline-book.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import type { SummaryFacts } from "./summarize-appointment.ts";
import type { SummaryRep } from "./summary/name-device.ts";

/** A summary needs no more than the newest part of a long history. */
const NEWEST_ENTRIES = 40;

const MOST_REPEATS = 100;

/** Reads what the summaries of some appointments of one connection are made of; each rep is read once. */
export async function readSummaryFacts(
  redis: Redis,
  connection: string,
  { dossiers, nowMs }: { readonly dossiers: readonly AppointmentDossier[]; readonly nowMs: number },
): Promise<readonly SummaryFacts[]> {
  const reps = new Map<string, Promise<SummaryRep>>();
  const hold = await readHold(redis, connection);
  const repOf = (userId: string) => {
    const known = reps.get(userId) ?? readSummaryRep(redis, { connection, userId });
    reps.set(userId, known);
    return known;
  };
  return Promise.all(
    dossiers.map(async (dossier) => {
      const { recordId } = dossier.stored.appointment;
      const [timeline, ...named] = await Promise.all([
        readTimeline(redis, { connection, recordId }, NEWEST_ENTRIES),
        ...userIdsOf(dossier).map(repOf),
      ]);
      return { dossier, timeline, hold, nowMs, reps: named.map((rep) => asNamed(rep, dossier)) };
    }),
  );
}

/** Reads what the summary of one record is made of, with its whole timeline and what was sent again. */
export async function readRecordFacts(
  redis: Redis,
  { connection, recordId }: RecordRef,
  { dossier, nowMs }: Pick<SummaryFacts, "dossier" | "nowMs">,
): Promise<SummaryFacts> {
  const userIds = dossier === undefined ? [] : userIdsOf(dossier);
  const [timeline, again, hold, ...named] = await Promise.all([
    readTimeline(redis, { connection, recordId }),
    readCameAgain(redis, { connection, recordId }),
    readHold(redis, connection),
    ...userIds.map((userId) => readSummaryRep(redis, { connection, userId })),
  ]);
  const reps = dossier === undefined ? [] : named.map((rep) => asNamed(rep, dossier));
  return { dossier, timeline: withRepeats(timeline, again), hold, nowMs, reps };
}

/** Events that were sent again stand where they came last; more than so many say nothing more. */
function withRepeats(
  timeline: readonly TimelineEntry[],
  again: readonly CameAgain[],
): readonly TimelineEntry[] {
  const repeats = again.slice(-MOST_REPEATS).map(
    ({ eventId, times, lastAtMs }): TimelineEntry => ({
      atMs: lastAtMs,
      kind: "event.duplicate",
      text: `Event ${eventId} came again${times === 1 ? "" : `, ${times} times so far`}: ignored as a duplicate`,
      eventId,
    }),
  );
  return [...timeline, ...repeats].sort((left, right) => left.atMs - right.atMs);
}

/** The reps it names first, then those it has prompts for. */
function userIdsOf({ stored, prompts }: AppointmentDossier): readonly string[] {
  const named = stored.appointment.reps.map(({ userId }) => userId);
  return [...new Set([...named, ...prompts.map(({ userId }) => userId)])];
}

async function readSummaryRep(
  redis: Redis,
  rep: { readonly connection: string; readonly userId: string },
): Promise<SummaryRep> {
  const [known, devices] = await Promise.all([readRep(redis, rep), listDevices(redis, rep)]);
  return { ...known, userId: rep.userId, devices };
}

/** What the appointment itself says of a rep wins. */
function asNamed(rep: SummaryRep, { stored }: AppointmentDossier): SummaryRep {
  const named = stored.appointment.reps.find(({ userId }) => userId === rep.userId);
  return { ...rep, ...named };
}
