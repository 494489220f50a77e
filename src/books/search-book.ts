import type { Appointment } from "../domain/appointment.ts";
import { keyspace } from "../keyspace.ts";
import type { RedisCommand } from "../redis-script.ts";
import { searchLine } from "./search-words.ts";
import { bucketEndsAtMs, bucketOf } from "./six-hours.ts";

/**
 * The commands that make an appointment be found by its words, and no more by those it had before.
 *
 * The index is one line of words per appointment, in lists by start: a tenth of what an entry for every word
 * would take. They belong into the commit that stores the appointment; where nothing changed there are none.
 */
export function searchCommands(
  connection: string,
  next: Appointment,
  before: Appointment | undefined,
): readonly RedisCommand[] {
  const line = searchLine(next);
  const bucket = bucketOf(next);
  const old = before && { line: searchLine(before), bucket: bucketOf(before) };
  if (old?.line === line && old.bucket === bucket) {
    return [];
  }
  const key = keyspace.searchLines(connection, bucket);
  return [
    ...(old === undefined ? [] : [dropCommand(connection, old)]),
    ["RPUSH", key, line],
    ["PEXPIREAT", key, bucketEndsAtMs(bucket)],
  ];
}

/** The same for an appointment that may be in the index, or not: it is there once afterwards. */
export function searchAgainCommands(
  connection: string,
  appointment: Appointment,
): readonly RedisCommand[] {
  const known = { line: searchLine(appointment), bucket: bucketOf(appointment) };
  return [dropCommand(connection, known), ...searchCommands(connection, appointment, undefined)];
}

function dropCommand(
  connection: string,
  { line, bucket }: { readonly line: string; readonly bucket: number },
): RedisCommand {
  return ["LREM", keyspace.searchLines(connection, bucket), 1, line];
}
