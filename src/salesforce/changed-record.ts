import { z } from "zod";
import type { RecordType } from "../domain/appointment.ts";
import { instantSchema } from "../domain/instant.ts";
import type { RecordRef } from "./read-outcome.ts";
import { recordIdSchema } from "./record-fields.ts";

/** The objects whose changes are looked for. */
export type PolledType = RecordType | "AssignedResource" | "EventRelation";

/** A record that changed, or that comes into reach; what it is now has to be read. */
export interface ChangedRecord extends RecordRef {
  /** The same for the same change, however often it is found. */
  readonly eventId: string;
  /** SystemModstamp of what changed; epoch milliseconds. */
  readonly occurredAtMs: number;
  readonly isDeleted: boolean;
}

const rowSchema = z.object({
  Id: recordIdSchema,
  SystemModstamp: instantSchema,
  IsDeleted: z.boolean().default(false),
  ServiceAppointmentId: recordIdSchema.nullish(),
  EventId: recordIdSchema.nullish(),
});

/** One row of a poll: which row of the object changed, and when. */
export type PolledRow = Readonly<z.infer<typeof rowSchema>>;

/** Reads the rows of a poll; those that are none are left out. */
export function polledRows(rows: readonly unknown[]): readonly PolledRow[] {
  return rows.filter(hasId).flatMap((row) => {
    const parsed = rowSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Asked first: to say in detail what is wrong with a row takes long, and there may be very many. */
function hasId(row: unknown): boolean {
  return typeof row === "object" && row !== null && "Id" in row && typeof row.Id === "string";
}

/**
 * Says which record a changed row means: an assignment means its appointment, an invitation its Event.
 *
 * None when a row hangs on nothing.
 */
export function changesOf(type: PolledType, row: PolledRow): readonly ChangedRecord[] {
  const eventId = `${type}-${row.Id}-${row.SystemModstamp}${row.IsDeleted ? "-deleted" : ""}`;
  const change = { eventId, occurredAtMs: row.SystemModstamp };
  switch (type) {
    case "AssignedResource":
      return hangingOn("ServiceAppointment", row.ServiceAppointmentId, change);
    case "EventRelation":
      return hangingOn("Event", row.EventId, change);
    default:
      return [{ recordType: type, recordId: row.Id, isDeleted: row.IsDeleted, ...change }];
  }
}

/** Keeps the newest change of each record, of those that are not known yet: one look shows them all. */
export function newestChanges(changes: readonly ChangedRecord[]): readonly ChangedRecord[] {
  const newest = new Map<string, ChangedRecord>();
  for (const change of changes) {
    const known = newest.get(change.recordId);
    if (known === undefined || isNewer(change, known)) {
      newest.set(change.recordId, change);
    }
  }
  return [...newest.values()];
}

/** A deletion is the last thing that happens to a record, whatever its rows say. */
function isNewer(left: ChangedRecord, right: ChangedRecord): boolean {
  if (left.isDeleted !== right.isDeleted) {
    return left.isDeleted;
  }
  // Equal moments: any fixed order will do, so that the next poll finds the same one.
  return left.occurredAtMs === right.occurredAtMs
    ? left.eventId > right.eventId
    : left.occurredAtMs > right.occurredAtMs;
}

function hangingOn(
  recordType: RecordType,
  recordId: string | null | undefined,
  change: Pick<ChangedRecord, "eventId" | "occurredAtMs">,
): readonly ChangedRecord[] {
  return recordId == null ? [] : [{ recordType, recordId, isDeleted: false, ...change }];
}
