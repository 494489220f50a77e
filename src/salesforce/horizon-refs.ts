import { type RecordType, recordTypeSchema } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { datedRules } from "../domain/dated-object.ts";
import { type ChangedRecord, type PolledType, polledRows } from "./changed-record.ts";
import type { Org } from "./org.ts";
import { runQueries, type WantedQuery } from "./run-queries.ts";
import { isFieldPath, isRecordId, soqlInstant } from "./soql-text.ts";

/** What to look for. */
export interface HorizonOptions {
  readonly nowMs: number;
  /** Only of these; all by default. */
  readonly types?: readonly PolledType[];
  readonly pageRows?: number;
}

/** What was found. */
export interface HorizonLook {
  readonly events: readonly ChangedRecord[];
  /** Objects that the org did not let us look at this time. */
  readonly refused: readonly { readonly type: RecordType; readonly code: string }[];
}

const DAY_MS = 86_400_000;
const PAGE_ROWS = 2000;

/**
 * Finds all that starts between now and the connection's horizon: for the first look, and once a day for what
 * comes into reach without being changed. The same record has the same `eventId` all day (UTC).
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError} when the org could not be asked.
 */
export async function lookIntoHorizon(org: Org, options: HorizonOptions): Promise<HorizonLook> {
  const { nowMs, types = recordTypeSchema.options, pageRows = PAGE_ROWS } = options;
  const { mapping, schedule } = org.connection;
  const span = { nowMs, untilMs: nowMs + schedule.horizonDays * DAY_MS, pageRows };
  const wanted = recordTypeSchema.options.filter((type) => types.includes(type));
  const starts = wanted.flatMap((type) => {
    const field = startFieldOf(type, mapping);
    return field === undefined ? [] : [{ type, field, afterId: undefined }];
  });
  const day = soqlInstant(nowMs).slice(0, 10);
  const found: HorizonPage[] = [];
  let open: readonly HorizonCursor[] = starts;
  while (open.length > 0) {
    const pages = await readPages(org, open, span);
    found.push(...pages);
    open = pages.flatMap(({ next }) => next ?? []);
  }
  return {
    events: found.flatMap(({ type, rows }) => rows.map((row) => upcoming(type, row, day))),
    refused: found.flatMap(({ type, code }) => (code === undefined ? [] : [{ type, code }])),
  };
}

/** As `lookIntoHorizon`, for who can do without the objects that the org refused this time. */
export async function horizonRefs(
  org: Org,
  options: HorizonOptions,
): Promise<readonly ChangedRecord[]> {
  const { events } = await lookIntoHorizon(org, options);
  return events;
}

interface HorizonCursor {
  readonly type: RecordType;
  readonly field: string;
  readonly afterId: string | undefined;
}

interface HorizonSpan {
  readonly nowMs: number;
  readonly untilMs: number;
  readonly pageRows: number;
}

interface HorizonPage {
  readonly type: RecordType;
  readonly rows: ReturnType<typeof polledRows>;
  readonly next: HorizonCursor | undefined;
  /** Why there are no rows. */
  readonly code: string | undefined;
}

async function readPages(
  org: Org,
  open: readonly HorizonCursor[],
  span: HorizonSpan,
): Promise<readonly HorizonPage[]> {
  const queries = await Promise.all(open.map((cursor) => horizonQuery(org, cursor, span)));
  const outcomes = await runQueries(org, queries);
  return open.map((cursor, at) => {
    const outcome = outcomes[at];
    const raw = outcome?.kind === "rows" ? outcome.rows : [];
    const rows = polledRows(raw);
    const last = rows.at(-1);
    const isMore = raw.length >= span.pageRows && last !== undefined;
    const next = isMore ? { ...cursor, afterId: last.Id } : undefined;
    const code = outcome?.kind === "refused" ? outcome.code : undefined;
    return { type: cursor.type, rows, next, code };
  });
}

async function horizonQuery(
  org: Org,
  { type, field, afterId }: HorizonCursor,
  { nowMs, untilMs, pageRows }: HorizonSpan,
): Promise<WantedQuery> {
  const object = await org.shape.describe(type);
  const literal = (ms: number) =>
    object?.dayFields.has(field) === true ? soqlInstant(ms).slice(0, 10) : soqlInstant(ms);
  const further = afterId !== undefined && isRecordId(afterId) ? ` AND Id > '${afterId}'` : "";
  const fields = ["Id", "SystemModstamp"];
  return {
    selection: { from: type, fields, required: [...fields, field] },
    condition: {
      where: `${field} >= ${literal(nowMs)} AND ${field} < ${literal(untilMs)}${further}`,
      tail: `ORDER BY Id ASC LIMIT ${pageRows}`,
    },
    all: false,
  };
}

function startFieldOf(type: RecordType, mapping: Connection["mapping"]): string | undefined {
  const field = configuredStart(type, mapping);
  return field !== undefined && isFieldPath(field) ? field : undefined;
}

function configuredStart(type: RecordType, mapping: Connection["mapping"]): string | undefined {
  switch (type) {
    case "ServiceAppointment":
      return "SchedStartTime";
    case "Event":
      return "StartDateTime";
    default:
      return datedRules(mapping, type)?.startField;
  }
}

function upcoming(
  recordType: RecordType,
  { Id: recordId, SystemModstamp }: { readonly Id: string; readonly SystemModstamp: number },
  day: string,
): ChangedRecord {
  const eventId = `horizon-${recordType}-${recordId}-${day}`;
  return { recordType, recordId, eventId, occurredAtMs: SystemModstamp, isDeleted: false };
}
