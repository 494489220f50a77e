import type { Redis } from "ioredis";
import { type Delivery, deliverySchema } from "../domain/delivery.ts";
import type { Prompt } from "../domain/prompt.ts";
import { type Receipt, receiptSchema } from "../domain/receipt.ts";
import { StateContendedError } from "../errors.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged, type RedisCommand } from "../redis-script.ts";
import { visitFactsCommands } from "./facts-book.ts";
import { knownRepCommands } from "./rep-book.ts";
import { searchCommands } from "./search-book.ts";
import { type StoredAppointment, storedAppointmentSchema } from "./stored-appointment.ts";
import { unpackPrompts } from "./stored-prompts.ts";
import type { RecordRef } from "./timeline-book.ts";

/** How long an appointment can be asked about after it ended. */
const KEPT_AFTER_END_MS = 30 * 86_400_000;
/** No appointment lasts longer than this, so its start tells when it is forgotten. */
const TRIM_MARGIN_MS = 7 * 86_400_000;
const COMMIT_TRIES = 50;

/** What to do about an appointment that was read; without `next` only the commands run. */
export interface AppointmentDecision<Result> {
  readonly result: Result;
  readonly next?: StoredAppointment;
  readonly commands: readonly RedisCommand[];
}

/**
 * Reads one appointment, decides, and commits; again from the start whenever another writer was faster.
 *
 * Storing it also makes its reps known and bumps the revision of every rep it ever named, so that a plan
 * made from the older state cannot be committed any more.
 *
 * @throws {StateContendedError} when other writers were faster again and again.
 */
export async function changeAppointment<Result>(
  redis: Redis,
  record: RecordRef,
  decide: (stored: StoredAppointment | undefined) => AppointmentDecision<Result>,
): Promise<Result> {
  const key = keyspace.appointment(record.connection, record.recordId);
  for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
    const [doc, sequence] = await redis.hmget(key, "doc", "seq");
    const stored = parseStored(doc);
    const { result, next, commands } = decide(stored);
    const guard = { key, field: "seq", expected: sequence ?? "" };
    const writes = next === undefined ? [] : storeCommands(record, next, stored);
    // The writes come last: they also say how long the timeline is kept.
    if (await commitIfUnchanged(redis, guard, [...commands, ...writes])) {
      return result;
    }
  }
  throw new StateContendedError(`appointment ${record.recordId} kept changing`);
}

/** Reads one appointment; undefined when the bridge does not have it. */
export async function readAppointment(
  redis: Redis,
  { connection, recordId }: RecordRef,
): Promise<StoredAppointment | undefined> {
  return parseStored(await redis.hget(keyspace.appointment(connection, recordId), "doc"));
}

/** One appointment with everything that was planned and delivered for it. */
export interface AppointmentDossier {
  readonly stored: StoredAppointment;
  readonly prompts: readonly Prompt[];
  readonly deliveries: readonly Delivery[];
  readonly receipts: readonly Receipt[];
}

/** Reads one appointment with its prompts, deliveries and receipts; undefined when the bridge does not have it. */
export async function readDossier(
  redis: Redis,
  { connection, recordId }: RecordRef,
): Promise<AppointmentDossier | undefined> {
  return parseDossier(await redis.hgetall(keyspace.appointment(connection, recordId)));
}

/** Reads many appointments of a connection at once; undefined where the bridge does not have one. */
export async function readDossiers(
  redis: Redis,
  connection: string,
  recordIds: readonly string[],
): Promise<readonly (AppointmentDossier | undefined)[]> {
  return Promise.all(recordIds.map((recordId) => readDossier(redis, { connection, recordId })));
}

/** How many appointments of a connection begin at or after a moment. */
export async function countAppointments(
  redis: Redis,
  connection: string,
  fromMs: number,
): Promise<number> {
  return redis.zcount(keyspace.appointmentsByStart(connection), fromMs, "+inf");
}

/** The command that stores how one delivery stands. */
export function deliveryCommand(record: RecordRef, delivery: Delivery): RedisCommand {
  const key = keyspace.appointment(record.connection, record.recordId);
  return ["HSET", key, `d:${delivery.deliveryId}`, JSON.stringify(delivery)];
}

/** Reads how one delivery stands. */
export async function readDelivery(
  redis: Redis,
  { connection, recordId }: RecordRef,
  deliveryId: string,
): Promise<Delivery | undefined> {
  const text = await redis.hget(keyspace.appointment(connection, recordId), `d:${deliveryId}`);
  return text === null ? undefined : deliverySchema.parse(JSON.parse(text));
}

/** What tells one receipt from another: the first of its kind and device stays, for each further recording anew. */
export type ReceiptKey = Pick<
  Receipt,
  "promptId" | "kind" | "deviceId" | "recordingId" | "isFurther"
>;

/** The command that stores one receipt. */
export function receiptCommand(record: RecordRef, receipt: Receipt): RedisCommand {
  const key = keyspace.appointment(record.connection, record.recordId);
  return ["HSET", key, receiptField(receipt), JSON.stringify(receipt)];
}

/** Reads one receipt; undefined when there is none of its kind and device. */
export async function readReceipt(
  redis: Redis,
  { connection, recordId }: RecordRef,
  receipt: ReceiptKey,
): Promise<Receipt | undefined> {
  const key = keyspace.appointment(connection, recordId);
  const text = await redis.hget(key, receiptField(receipt));
  return text === null ? undefined : receiptSchema.parse(JSON.parse(text));
}

function receiptField({ promptId, kind, deviceId, recordingId, isFurther }: ReceiptKey): string {
  const field = `e:${promptId}:${kind}:${deviceId ?? "-"}`;
  return isFurther ? `${field}:${recordingId}` : field;
}

function parseDossier(fields: Readonly<Record<string, string>>): AppointmentDossier | undefined {
  const stored = parseStored(fields["doc"]);
  if (stored === undefined) {
    return undefined;
  }
  const { recordType, recordId } = stored.appointment;
  const entriesOf = (prefix: string) =>
    Object.entries(fields).flatMap(([field, value]): [string, string][] =>
      field.startsWith(prefix) ? [[field.slice(prefix.length), value]] : [],
    );
  const valuesOf = (prefix: string) => entriesOf(prefix).map(([, value]) => value);
  return {
    stored,
    prompts: entriesOf("p:").flatMap(([userId, text]) =>
      unpackPrompts(text, { userId, recordType, recordId }),
    ),
    deliveries: valuesOf("d:").map((text) => deliverySchema.parse(JSON.parse(text))),
    receipts: valuesOf("e:").map((text) => receiptSchema.parse(JSON.parse(text))),
  };
}

/** Reads the appointments that start in a span of time, both ends included, in order. */
export async function listByStart(
  redis: Redis,
  connection: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly StoredAppointment[]> {
  const key = keyspace.appointmentsByStart(connection);
  const recordIds = await redis.zrangebyscore(key, fromMs, toMs);
  const found: StoredAppointment[] = [];
  for (const recordId of recordIds) {
    const stored = await readAppointment(redis, { connection, recordId });
    if (stored !== undefined) {
      found.push(stored);
    }
  }
  return found;
}

/** Forgets the index entries of appointments that are not kept any more. */
export async function trimAppointmentIndex(
  redis: Redis,
  connection: string,
  nowMs: number,
): Promise<void> {
  const key = keyspace.appointmentsByStart(connection);
  await redis.zremrangebyscore(key, "-inf", nowMs - KEPT_AFTER_END_MS - TRIM_MARGIN_MS);
}

function parseStored(doc: string | null | undefined): StoredAppointment | undefined {
  return doc ? storedAppointmentSchema.parse(JSON.parse(doc)) : undefined;
}

function storeCommands(
  { connection, recordId }: RecordRef,
  next: StoredAppointment,
  before: StoredAppointment | undefined,
): readonly RedisCommand[] {
  const key = keyspace.appointment(connection, recordId);
  const { startAtMs, endAtMs, reps } = next.appointment;
  // One that lies far back is kept for a while, too: it guards against events that are older still.
  const longAgoMs = Date.now() - KEPT_AFTER_END_MS;
  const forgetAtMs = Math.max(endAtMs, Date.now()) + KEPT_AFTER_END_MS;
  return [
    ["HSET", key, "doc", JSON.stringify(next)],
    ["HINCRBY", key, "seq", 1],
    ["PEXPIREAT", key, forgetAtMs],
    ["PEXPIREAT", keyspace.timeline(connection, recordId), forgetAtMs],
    ["ZADD", keyspace.appointmentsByStart(connection), startAtMs, recordId],
    ...searchCommands(connection, next.appointment, before?.appointment),
    ...visitFactsCommands(connection, next, before),
    ...reps.flatMap((rep) => knownRepCommands(connection, rep)),
    ...next.knownUserIds.flatMap((userId): RedisCommand[] => [
      ["ZREMRANGEBYSCORE", keyspace.repAppointments(connection, userId), "-inf", longAgoMs],
      ["ZADD", keyspace.repAppointments(connection, userId), endAtMs, recordId],
      ["HINCRBY", keyspace.rep(connection, userId), "rev", 1],
    ]),
  ];
}
