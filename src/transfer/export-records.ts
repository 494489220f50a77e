import type { Redis } from "ioredis";
import { readDossier } from "../books/appointment-book.ts";
import { readStoredConnections } from "../books/connection-book.ts";
import { listDevices } from "../books/device-book.ts";
import { readHold } from "../books/hold-book.ts";
import { listPeople } from "../books/operator-book.ts";
import { listUserIds, readRep } from "../books/rep-book.ts";
import { walkTimeIndex } from "../books/time-index.ts";
import { readTimeline } from "../books/timeline-book.ts";
import { keyspace } from "../keyspace.ts";
import type { TransferRecord } from "./transfer-record.ts";

/** What is exported. */
export interface ExportOptions {
  /** The connections of the file; those of the store are found. */
  readonly connectionNames: readonly string[];
  readonly secretKey: Buffer;
  /** Appointments that begin within this time; none when not given. Epoch milliseconds. */
  readonly appointments?: { readonly fromMs: number; readonly untilMs: number };
}

/** Reads all that an export holds, one record after the other; what changes meanwhile may be in it or not. */
export async function* exportRecords(
  redis: Redis,
  { connectionNames, secretKey, appointments }: ExportOptions,
): AsyncGenerator<TransferRecord, undefined> {
  for (const person of (await listPeople(redis)).values()) {
    yield { kind: "person", person };
  }
  const { entries } = await readStoredConnections(redis, secretKey);
  for (const { name, sealed } of entries) {
    yield { kind: "connection", name, sealed };
  }
  for (const name of new Set([...connectionNames, ...entries.map((entry) => entry.name)])) {
    yield* ofConnection(redis, name);
    if (appointments !== undefined) {
      yield* appointmentsOf(redis, name, appointments);
    }
  }
}

async function* ofConnection(
  redis: Redis,
  connection: string,
): AsyncGenerator<TransferRecord, undefined> {
  const hold = await readHold(redis, connection);
  if (hold !== undefined) {
    yield { kind: "hold", connection, hold };
  }
  for (const userId of await listUserIds(redis, connection)) {
    const rep = await readRep(redis, { connection, userId });
    if (rep !== undefined) {
      yield { kind: "rep", connection, rep };
    }
    for (const device of await listDevices(redis, { connection, userId })) {
      yield { kind: "device", device };
    }
  }
}

async function* appointmentsOf(
  redis: Redis,
  connection: string,
  { fromMs, untilMs }: NonNullable<ExportOptions["appointments"]>,
): AsyncGenerator<TransferRecord, undefined> {
  const walk = walkTimeIndex(redis, {
    key: keyspace.appointmentsByStart(connection),
    from: { atMs: fromMs },
    untilMs,
    order: "oldest-first",
  });
  for await (const entries of walk) {
    for (const { member: recordId } of entries) {
      const dossier = await readDossier(redis, { connection, recordId });
      if (dossier !== undefined) {
        const { stored, prompts, deliveries, receipts } = dossier;
        yield {
          kind: "appointment",
          connection,
          recordId,
          appointment: stored.appointment,
          // Whoever has the token can open the prompt.
          prompts: prompts.map(({ token: _, ...prompt }) => prompt),
          deliveries: [...deliveries],
          receipts: [...receipts],
          timeline: [...(await readTimeline(redis, { connection, recordId }))],
        };
      }
    }
  }
}
