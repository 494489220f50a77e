import type { Redis } from "ioredis";
import { changeAppointment } from "../../src/books/appointment-book.ts";
import { timelineCommands } from "../../src/books/timeline-book.ts";
import { type Appointment, appointmentSchema } from "../../src/domain/appointment.ts";
import { REP } from "./state.ts";

/** The day before: over, and not forgotten yet. */
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** A moment of that day in UTC, like 09:00 or 09:00:30. */
export function at(time: string): number {
  return Date.parse(`${DAY}T${time.padEnd(8, ":00")}Z`);
}

/** The same as sentences tell it. */
export function iso(time: string): string {
  return new Date(at(time)).toISOString();
}

/** A record id of 18 characters, different for each number. */
export function visitId(number: number): string {
  return `08p5f00000${String(number).padStart(5, "0")}AAA`;
}

/** Builds a visit of that day by its schema. */
export function aVisit(
  number: number,
  [from, until]: readonly [string, string],
  own: Partial<Appointment> = {},
): Appointment {
  return appointmentSchema.parse({
    recordType: "ServiceAppointment",
    recordId: visitId(number),
    status: "scheduled",
    startAtMs: at(from),
    endAtMs: at(until),
    title: `Visit ${number}`,
    crmObjects: [{ objectType: "ServiceAppointment", objectId: visitId(number) }],
    reps: [REP],
    ...own,
  });
}

/** How the bridge heard of a visit. */
export interface Heard {
  readonly connection?: string;
  readonly atMs?: number;
  /** It was read from the CRM. */
  readonly isRead?: true;
}

/** Stores a visit as an event leaves it: with its version, and on the feed of changes. */
export async function hearOf(
  redis: Redis,
  appointment: Appointment,
  { connection = "acme", atMs = Date.now(), isRead }: Heard = {},
): Promise<void> {
  const { recordId, reps } = appointment;
  const eventId = `event-${recordId}`;
  const text = "Appointment stored";
  await changeAppointment(redis, { connection, recordId }, () => ({
    result: undefined,
    commands: timelineCommands({ connection, recordId }, [
      { atMs, kind: "event.applied", text, eventId },
    ]),
    next: {
      appointment,
      version: { occurredAtMs: atMs, readAtMs: atMs, ...(isRead ? { isRead } : {}), eventId },
      contentHash: recordId,
      knownUserIds: reps.map(({ userId }) => userId),
    },
  }));
}

/** Every key of the store with what it holds and when it ends. */
export async function dumpOf(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const keys = await redis.keys("*");
  const held = await Promise.all(
    keys.sort().map(async (key) => {
      const [value, endsAt] = await Promise.all([redis.dumpBuffer(key), redis.pexpiretime(key)]);
      return [key, `${endsAt} ${value?.toString("base64")}`] as const;
    }),
  );
  return new Map(held);
}
