import { type RecordType, recordTypeSchema } from "../domain/appointment.ts";
import { isScarce } from "./call-budget.ts";
import {
  type ChangedRecord,
  changesOf,
  newestChanges,
  type PolledRow,
  type PolledType,
  polledRows,
} from "./changed-record.ts";
import { lookIntoHorizon } from "./horizon-refs.ts";
import type { Org } from "./org.ts";
import {
  advanced,
  changesQuery,
  MADE_OF,
  OVERLAP_MS,
  type PollCursor,
  polledTypes,
  settledMark,
  type Watermark,
} from "./poll-cursor.ts";
import { runQueries } from "./run-queries.ts";
import { isSeen, rememberRows } from "./seen-rows.ts";

/** How far each object is known; an object that is not named was never looked at. */
export type Watermarks = Readonly<Partial<Record<string, Watermark>>>;

/** What one look found. */
export interface PollResult {
  /** One per record. */
  readonly events: readonly ChangedRecord[];
  /** To be stored once the events are durable. */
  readonly watermarks: Watermarks;
  /** Nothing was asked: to leave the org's last calls to others, or because it refused a moment ago. */
  readonly isPaused: boolean;
  /** The records of these types were looked at to the end, with all that hangs on them. */
  readonly covered: readonly RecordType[];
  /** Objects that the org did not let us look at this time; their watermark stands still. */
  readonly refused: readonly { readonly type: PolledType; readonly code: string }[];
}

/** How to look. */
export interface PollOptions {
  readonly nowMs: number;
  readonly pageRows?: number;
  /** More pages than this wait for the next poll. */
  readonly maxPages?: number;
}

const DAY_MS = 86_400_000;
const PAGE_ROWS = 2000;
const MAX_PAGES = 20;

/**
 * Finds what changed since the watermarks, also what no message tells: deletions, assignments, lost messages.
 *
 * One API call when there is one page of each of up to five objects, two with both Lead and Opportunity.
 * The last five minutes are looked at again, and a row that is met again with the same stamp is not told again, unless
 * it is so young that the stamp may hide a second change; its `eventId` stays the same. Rows are judged one by one: an
 * assignment that shows late is news, whatever is known of its visit.
 * An object that is looked at for the first time gives the last day, and all that starts within the horizon.
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError} when the org could not be asked.
 */
export async function pollChanges(
  org: Org,
  watermarks: Watermarks,
  options: PollOptions,
): Promise<PollResult> {
  if (isScarce(org) || org.pause.refusal() !== undefined) {
    return { events: [], watermarks, isPaused: true, covered: [], refused: [] };
  }
  return org.pause.read(() => poll(org, watermarks, options));
}

async function poll(org: Org, watermarks: Watermarks, options: PollOptions): Promise<PollResult> {
  const types = polledTypes(org.connection.mapping);
  const firstMark = { stampMs: options.nowMs - DAY_MS };
  const starts = types.map((type) => ({ type, mark: watermarks[type] ?? firstMark }));
  const walks = await walkAll(org, starts, options);
  const unknown = types.filter((type) => watermarks[type] === undefined);
  const upcoming = await lookIntoHorizon(org, { nowMs: options.nowMs, types: unknown });
  const changed = walks.flatMap(({ before, cursor, rows }) =>
    rows.filter((row) => !isSeen(before.seen, row)).flatMap((row) => changesOf(cursor.type, row)),
  );
  const refused = walks.flatMap(({ cursor, end }) =>
    end.kind === "refused" ? [{ type: cursor.type, code: end.code }] : [],
  );
  // Without a mark the next poll looks into the horizon again.
  const isSettled = ({ cursor }: Walk) =>
    !upcoming.refused.some(({ type }) => type === cursor.type);
  const settled = walks.filter(isSettled);
  return {
    events: newestChanges([...upcoming.events, ...changed]),
    watermarks: { ...watermarks, ...marksOf(settled, options.nowMs) },
    isPaused: false,
    covered: coveredTypes(settled),
    refused: [...upcoming.refused, ...refused],
  };
}

/** One object while its pages are read. */
interface Walk {
  readonly before: Watermark;
  readonly cursor: PollCursor;
  readonly rows: readonly PolledRow[];
  readonly end: WalkEnd;
}

type WalkEnd =
  | { readonly kind: "open" }
  | { readonly kind: "done" }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly code: string };

function coveredTypes(walks: readonly Walk[]): readonly RecordType[] {
  const whole = new Set(
    walks.flatMap(({ cursor, end }) =>
      end.kind === "done" || end.kind === "absent" ? [cursor.type] : [],
    ),
  );
  return recordTypeSchema.options.filter((type) => MADE_OF[type].every((part) => whole.has(part)));
}

async function walkAll(
  org: Org,
  starts: readonly PollCursor[],
  options: PollOptions,
): Promise<readonly Walk[]> {
  const { pageRows = PAGE_ROWS, maxPages = MAX_PAGES } = options;
  let walks: readonly Walk[] = starts.map((cursor) => ({
    before: cursor.mark,
    cursor,
    rows: [],
    end: { kind: "open" },
  }));
  for (let page = 0; page < maxPages; page += 1) {
    const open = walks.filter(({ end }) => end.kind === "open");
    if (open.length === 0) {
      break;
    }
    const outcomes = await runQueries(
      org,
      open.map(({ cursor }) => changesQuery(cursor, pageRows)),
    );
    const outcomeOf = new Map(open.map(({ cursor }, at) => [cursor.type, outcomes[at]]));
    walks = walks.map((walk) => {
      const outcome = outcomeOf.get(walk.cursor.type);
      return outcome === undefined ? walk : step(walk, outcome, pageRows);
    });
  }
  return walks;
}

type Outcome = Awaited<ReturnType<typeof runQueries>>[number];

function step(walk: Walk, outcome: Outcome, pageRows: number): Walk {
  switch (outcome.kind) {
    case "absent":
      return { ...walk, end: { kind: "absent" } };
    case "refused":
      return { ...walk, end: { kind: "refused", code: outcome.code } };
    case "rows": {
      const rows = polledRows(outcome.rows);
      const isLast = outcome.rows.length < pageRows || rows.length === 0;
      return {
        ...walk,
        cursor: advanced(walk.cursor, rows),
        rows: [...walk.rows, ...rows],
        end: { kind: isLast ? "done" : "open" },
      };
    }
  }
}

function marksOf(walks: readonly Walk[], nowMs: number): Watermarks {
  return Object.fromEntries(
    walks.flatMap((walk) => {
      const mark = markOf(walk);
      if (mark === undefined) {
        return [];
      }
      const fromMs = mark.stampMs - OVERLAP_MS;
      const seen = rememberRows(walk.before.seen, walk.rows, { nowMs, fromMs });
      const { stampMs, afterId } = mark;
      return [[walk.cursor.type, { stampMs, ...(afterId && { afterId }), ...(seen && { seen }) }]];
    }),
  );
}

function markOf({ before, cursor, end }: Walk): Watermark | undefined {
  switch (end.kind) {
    case "done":
      return settledMark(before, cursor);
    case "open":
      return cursor.mark;
    case "refused":
      // What was read before the refusal is known.
      return cursor.mark === before ? undefined : cursor.mark;
    case "absent":
      return undefined;
  }
}
