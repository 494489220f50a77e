import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import type { RecordRef } from "./timeline-book.ts";

/** By field name, what the bridge wrote last; null is emptied, and a field never written is absent. */
export type WrittenFields = ReadonlyMap<string, string | null>;

/** Reads what was written last into some fields of an appointment's record. */
export async function readWrittenFields(
  redis: Redis,
  { connection, recordId }: RecordRef,
  fields: readonly string[],
): Promise<WrittenFields> {
  if (fields.length === 0) {
    return new Map();
  }
  const key = keyspace.appointment(connection, recordId);
  const values = await redis.hmget(key, ...fields.map(fieldKey));
  return new Map(
    fields.flatMap((field, at) => {
      const value = values[at] ?? undefined;
      return value === undefined ? [] : [[field, value === "" ? null : value] as const];
    }),
  );
}

/** Remembers what was written, beside the appointment and for as long as it is kept. */
export async function saveWrittenFields(
  redis: Redis,
  { connection, recordId }: RecordRef,
  written: Readonly<Record<string, string | null>>,
): Promise<void> {
  const values = Object.entries(written).flatMap(([field, value]) => [
    fieldKey(field),
    value ?? "",
  ]);
  await redis.hset(keyspace.appointment(connection, recordId), ...values);
}

function fieldKey(field: string): string {
  return `w:${field}`;
}
