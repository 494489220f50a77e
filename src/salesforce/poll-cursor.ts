import { type RecordType, recordTypeSchema } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { datedRules, isDatedType } from "../domain/dated-object.ts";
import type { PolledRow, PolledType } from "./changed-record.ts";
import type { WantedQuery } from "./run-queries.ts";
import type { SeenRows } from "./seen-rows.ts";
import { isRecordId, soqlInstant } from "./soql-text.ts";

/** How far the changes of one object are known. */
export interface Watermark {
  /** The newest SystemModstamp seen, by the org's own clock; epoch milliseconds. */
  readonly stampMs: number;
  /** Set while a poll stopped half-way: the next one goes on right behind this row. */
  readonly afterId?: string | undefined;
  /** The rows of the last five minutes that need not be told again; see `seen-rows.ts`. */
  readonly seen?: SeenRows | undefined;
}

/** Where the reading of one object stands. */
export interface PollCursor {
  readonly type: PolledType;
  readonly mark: Watermark;
}

/** A transaction may show its rows only after later stamps were seen. */
export const OVERLAP_MS = 300_000;

/** A visit may change without its own record: by an assignment, by an invitation. */
export const MADE_OF: Readonly<Record<RecordType, readonly PolledType[]>> = {
  ServiceAppointment: ["ServiceAppointment", "AssignedResource"],
  Event: ["Event", "EventRelation"],
  Lead: ["Lead"],
  Opportunity: ["Opportunity"],
};

/** The objects to look at: those whose changes can change an appointment. */
export function polledTypes(mapping: Connection["mapping"]): readonly PolledType[] {
  return recordTypeSchema.options
    .filter((type) => !isDatedType(type) || datedRules(mapping, type) !== undefined)
    .flatMap((type) => MADE_OF[type]);
}

/** Asks for the rows behind the cursor, in the order of change, deleted ones included. */
export function changesQuery({ type, mark }: PollCursor, pageRows: number): WantedQuery {
  const fields = ["Id", "SystemModstamp", "IsDeleted", ...parentFieldOf(type)];
  return {
    selection: { from: type, fields, required: fields },
    condition: {
      where: behind(mark),
      tail: `ORDER BY SystemModstamp ASC, Id ASC LIMIT ${pageRows}`,
    },
    all: true,
  };
}

/** Moves the cursor behind the last row; an object without rows stays where it is. */
export function advanced({ type, mark }: PollCursor, rows: readonly PolledRow[]): PollCursor {
  const last = rows.at(-1);
  return last === undefined
    ? { type, mark }
    : { type, mark: { stampMs: last.SystemModstamp, afterId: last.Id } };
}

/** The mark of an object that was read to its end. */
export function settledMark(before: Watermark, { mark }: PollCursor): Watermark {
  return { stampMs: Math.max(before.stampMs, mark.stampMs) };
}

function parentFieldOf(type: PolledType): readonly string[] {
  switch (type) {
    case "AssignedResource":
      return ["ServiceAppointmentId"];
    case "EventRelation":
      return ["EventId"];
    default:
      return [];
  }
}

/** By stamp and id: more rows of one stamp than a page holds must not be met again and again. */
function behind({ stampMs, afterId }: Watermark): string {
  if (afterId === undefined || !isRecordId(afterId)) {
    return `SystemModstamp >= ${soqlInstant(stampMs - OVERLAP_MS)}`;
  }
  const stamp = soqlInstant(stampMs);
  return `(SystemModstamp > ${stamp} OR (SystemModstamp = ${stamp} AND Id > '${afterId}'))`;
}
