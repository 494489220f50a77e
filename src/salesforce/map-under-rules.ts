import type { Connection } from "../domain/connection.ts";
import { mapRecord } from "./map-record.ts";
import type { Mapped } from "./mapped.ts";
import type { Org } from "./org.ts";
import type { ReadOutcome, RecordRef, UnreadableRecord } from "./read-outcome.ts";
import { readRecords } from "./read-records.ts";

/** The rules that are, and those that might be: the same org, other settings. */
export interface RulePair {
  readonly before: Connection;
  readonly after: Connection;
  /** The moment at which the look begins, epoch milliseconds. */
  readonly nowMs: number;
}

/** What one record means under both. */
export interface MappedPair {
  readonly before: Mapped | UnreadableRecord;
  readonly after: Mapped | UnreadableRecord;
}

/**
 * Reads records as they are now and maps each by both sets of rules; stores nothing.
 *
 * One read serves both where the rules only judge what was read; where they name other fields, the second rules read
 * for themselves.
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError} when nothing could be read.
 */
export async function mapUnderRules(
  org: Org,
  { before, after, nowMs }: RulePair,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<string, MappedPair>> {
  const read = (connection: Connection) =>
    org.pause.read(() => readRecords({ ...org, connection }, refs));
  const found = await read(before);
  const foundAfter = isReadAlike(before, after) ? found : await read(after);
  const mapped = (connection: Connection, outcome: ReadOutcome) =>
    outcome.kind === "unreadable" ? outcome : mapRecord(outcome, { connection, nowMs });
  return new Map(
    [...found].flatMap(([recordId, outcome]) => {
      const other = foundAfter.get(recordId);
      return other === undefined
        ? []
        : [[recordId, { before: mapped(before, outcome), after: mapped(after, other) }]];
    }),
  );
}

/** Which records are asked for what is the same, so one answer serves both. */
function isReadAlike(before: Connection, after: Connection): boolean {
  return JSON.stringify(readBy(before)) === JSON.stringify(readBy(after));
}

/** Whatever does not only judge what was read; a new setting is taken for such a one. */
function readBy({ mapping }: Connection) {
  const { repPolicy, requireRelated, includeInvitees, inPersonOnly, ...fields } = mapping;
  return fields;
}
