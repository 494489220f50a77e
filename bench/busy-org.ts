import type { Redis } from "ioredis";
import { changeAppointment } from "../src/books/appointment-book.ts";
import { saveDevice } from "../src/books/device-book.ts";
import { promptsCommands, saveRep } from "../src/books/rep-book.ts";
import type { StoredAppointment } from "../src/books/stored-appointment.ts";
import { timelineCommands } from "../src/books/timeline-book.ts";
import type { Appointment } from "../src/domain/appointment.ts";
import { canonicalRecordId } from "../src/domain/crm-record-id.ts";
import type { Prompt } from "../src/domain/prompt.ts";
import type { TimelineEntry } from "../src/domain/timeline-entry.ts";
import type { RedisCommand } from "../src/redis-script.ts";
import { ACME } from "./bench-bridge.ts";
import { userIdOf } from "./booked-visits.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Twenty days back, twenty-five ahead. */
const DAYS_BACK = 20;
const DAYS = 45;
const REPS = 400;
const WRITTEN_AT_ONCE = 250;

const FIRST_NAMES = [
  "Dana",
  "Rita",
  "Otto",
  "Maya",
  "Liam",
  "Nora",
  "Ivan",
  "June",
  "Omar",
  "Tess",
];
const WORK = ["Roof", "Gutters", "Siding", "Windows", "Solar", "Insulation", "Doors", "Repair"];
const SYLLABLES = ["hen", "der", "son", "mar", "tin", "ez", "ko", "wal", "ski", "bro", "ok", "lin"];

/** How an org is filled. */
export interface BusyOrg {
  readonly appointments: number;
  /** Timeline entries of each appointment. */
  readonly entriesEach: number;
}

/** Fills a store with what the books of a busy org would hold, through the books themselves. */
export async function fillBusyOrg(
  redis: Redis,
  { appointments, entriesEach }: BusyOrg,
): Promise<void> {
  for (let rep = 0; rep < REPS; rep += 1) {
    await enrolRep(redis, rep);
  }
  for (let from = 0; from < appointments; from += WRITTEN_AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(WRITTEN_AT_ONCE, appointments - from) },
      (_, at) => from + at,
    );
    await Promise.all(numbers.map((number) => storeVisit(redis, number, entriesEach)));
  }
}

/** The customer's name in the title of a visit: the same one comes about once in 1,700. */
export function customerOf(number: number): string {
  const syllable = (at: number) => SYLLABLES[Math.floor(number / 12 ** at) % 12] ?? "";
  const name = syllable(0) + syllable(1) + syllable(2);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The record id of a visit. */
export function recordIdOf(number: number): string {
  return canonicalRecordId(`08p5f${String(number).padStart(10, "0")}`);
}

/** Changes a visit's timeline and plan as a prompt that comes and goes does. */
export async function touchVisit(redis: Redis, number: number): Promise<void> {
  await planVisit(redis, number, 1);
}

async function planVisit(redis: Redis, number: number, entries: number): Promise<void> {
  const record = { connection: ACME.name, recordId: recordIdOf(number) };
  await changeAppointment(redis, record, () => ({
    result: undefined,
    commands: [...planCommands(number), ...timelineCommands(record, entriesOf(number, entries))],
  }));
}

async function enrolRep(redis: Redis, rep: number): Promise<void> {
  const name = nameOf(rep);
  const userId = userIdOf(rep);
  const email = `rep${rep}@example.com`;
  await saveRep(redis, ACME.name, { userId, email, name, timeZone: "America/Denver" });
  await saveDevice(redis, {
    deviceId: `d${rep}`,
    connection: ACME.name,
    userId,
    channel: "webhook",
    label: "iPhone",
    state: "active",
    sealedAddress: "sealed",
    addressHash: `hash-${rep}`,
    createdAtMs: Date.now() - DAY_MS,
  });
}

function nameOf(rep: number): string {
  return `${FIRST_NAMES[rep % FIRST_NAMES.length]} ${customerOf(rep * 7)}`;
}

async function storeVisit(redis: Redis, number: number, entriesEach: number): Promise<void> {
  const next = storedOf(number);
  const record = { connection: ACME.name, recordId: next.appointment.recordId };
  await changeAppointment(redis, record, () => ({ result: undefined, next, commands: [] }));
  await planVisit(redis, number, entriesEach);
}

function storedOf(number: number): StoredAppointment {
  const appointment = visitOf(number);
  return {
    appointment,
    version: { occurredAtMs: Date.now(), readAtMs: 0, eventId: `fill-${number}` },
    contentHash: `hash-${number}`,
    knownUserIds: appointment.reps.map(({ userId }) => userId),
  };
}

/** Spread over the days, and over ten hours of each. */
function startOf(number: number): number {
  const firstDayMs = (Math.floor(Date.now() / DAY_MS) - DAYS_BACK) * DAY_MS;
  const day = number % DAYS;
  const slot = Math.floor(number / DAYS) % 40;
  return firstDayMs + day * DAY_MS + 14 * HOUR_MS + slot * 15 * 60_000;
}

function repOf(number: number): number {
  return Math.floor(number / 3) % REPS;
}

function visitOf(number: number): Appointment {
  const startAtMs = startOf(number);
  const rep = repOf(number);
  const digits = String(number).padStart(10, "0");
  return {
    recordType: "ServiceAppointment",
    recordId: recordIdOf(number),
    status: number % 20 === 0 ? "canceled" : "scheduled",
    startAtMs,
    endAtMs: startAtMs + HOUR_MS,
    title: `${WORK[number % WORK.length]} inspection and quote for ${customerOf(number)}`,
    crmObjects: [
      { objectType: "ServiceAppointment", objectId: recordIdOf(number) },
      { objectType: "Lead", objectId: canonicalRecordId(`00Q5f${digits}`) },
    ],
    reps: [{ userId: userIdOf(rep), email: `rep${rep}@example.com`, name: nameOf(rep) }],
  };
}

function planCommands(number: number): readonly RedisCommand[] {
  const userId = userIdOf(repOf(number));
  const prompts = promptsOf(number, userId, recordIdOf(number));
  const rep = { connection: ACME.name, userId };
  return promptsCommands(rep, { stored: storedOf(number), prompts: [] }, prompts);
}

function promptsOf(number: number, userId: string, recordId: string): readonly Prompt[] {
  const startAtMs = startOf(number);
  const endAtMs = startAtMs + HOUR_MS;
  const dueAtMs = startAtMs - 120_000;
  const wasDue = dueAtMs <= Date.now();
  const base = { userId, recordId, recordType: "ServiceAppointment", generation: 1 } as const;
  return [
    {
      ...base,
      promptId: `p-start-${number}`,
      token: `token-start-${number}`,
      action: "start",
      dueAtMs,
      expiresAtMs: endAtMs,
      reason: "the visit begins",
      ...(wasDue ? endOf(number) : { state: "waiting" }),
    },
    {
      ...base,
      promptId: `p-stop-${number}`,
      token: `token-stop-${number}`,
      action: "stop",
      dueAtMs: endAtMs,
      expiresAtMs: endAtMs + HOUR_MS / 2,
      reason: "the visit ends",
      state: endAtMs <= Date.now() ? "sent" : "waiting",
    },
  ];
}

/** How the start of a visit that has come ended: nobody took one in 5,000. */
function endOf(number: number): Pick<Prompt, "state" | "firedAtMs" | "sentAtMs" | "answeredAtMs"> {
  const startAtMs = startOf(number);
  const firedAtMs = startAtMs - 120_000;
  return number % 5_000 === 7
    ? { state: "expired", firedAtMs }
    : { state: "sent", firedAtMs, sentAtMs: firedAtMs, answeredAtMs: startAtMs };
}

function entriesOf(number: number, count: number): readonly TimelineEntry[] {
  const atMs = Date.now();
  return Array.from({ length: count }, (_, at) => ({
    atMs: atMs + at,
    kind: "event.unchanged",
    text: `An event of ${new Date(atMs).toISOString()} changed nothing`,
    eventId: `fill-${number}-${at}`,
  }));
}
