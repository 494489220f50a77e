import { z } from "zod";
import { readDossiers } from "../books/appointment-book.ts";
import { createDayTally, type DayTally, MOST_FACTS, type TallyWindow } from "../books/day-tally.ts";
import { readTeams } from "../books/rep-book.ts";
import { walkTimeIndex } from "../books/time-index.ts";
import { instantSchema, isoInstant } from "../domain/instant.ts";
import { InputInvalidError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Reply } from "../http/route.ts";
import { keyspace } from "../keyspace.ts";
import { type AdminApiDeps, namedConnection } from "./admin-api.ts";
import type { AdminRoute } from "./admin-route.ts";
import {
  type CoverageCounts,
  type CoverageFact,
  type CoverageRow,
  type CoverageTally,
  type CoverageTeam,
  coverageFact,
  tallyCoverage,
} from "./coverage.ts";
import { writeCsv } from "./csv.ts";
import { coverageReply } from "./replies/report-replies.ts";

const DAY_MS = 86_400_000;
const USUAL_DAYS = 8;
const MOST_DAYS = 31;
/** A thousand reps with their visits of a week; what is asked for beyond has to be asked for in parts. */
const MOST_VISITS = 50_000;

const querySchema = z.object({
  connection: z.string().max(40).optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  format: z.enum(["json", "csv"]).default("json"),
  /** What a line of the CSV counts; JSON has both. */
  by: z.enum(["rep", "team"]).default("rep"),
});

type CoverageDeps = Pick<AdminApiDeps, "redis" | "connections" | "nowMs">;

interface Span {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
}

/** The route of the coverage: per rep, team and day, for how many visits a recording was confirmed. */
export function coverageRoute(deps: CoverageDeps): AdminRoute {
  const recent = recentFacts(deps);
  return {
    method: "get",
    path: "/coverage",
    describes: {
      summary: "For how many visits a recording was confirmed, by rep, team and day",
      query: querySchema,
      replies: { 200: coverageReply },
      alsoAs: ["text/csv"],
    },
    handle: async ({ query }) => {
      const { connection, from, to, format, by } = parseInput(querySchema, query);
      const names =
        connection === undefined || connection === ""
          ? [...deps.connections.keys()]
          : [namedConnection(deps, connection).name];
      const span = spanOf({ from, to }, deps.nowMs());
      const tally = await readCoverage({ ...deps, recent }, names, span);
      return format === "csv"
        ? csvReply(by === "rep" ? repLines(tally) : teamLines(tally), span)
        : jsonReply(tally, span);
    },
  };
}

function spanOf(
  asked: { readonly from: number | undefined; readonly to: number | undefined },
  nowMs: number,
): Span {
  // A start is sent before its visit begins.
  const toMs = asked.to ?? nowMs + DAY_MS;
  const fromMs = asked.from ?? toMs - USUAL_DAYS * DAY_MS;
  if (fromMs >= toMs || toMs - fromMs > MOST_DAYS * DAY_MS) {
    const message = `must be after from, and no more than ${MOST_DAYS} days`;
    throw new InputInvalidError([{ path: "to", message }]);
  }
  return { fromMs, toMs };
}

/** The visits of a connection around today; undefined when there are too many to be kept in mind. */
type RecentFacts = (name: string) => Promise<readonly CoverageFact[] | undefined>;

/** Keeps in mind what the usual question needs, and reads again only what changed since the one before. */
function recentFacts({ redis, nowMs }: CoverageDeps): RecentFacts {
  const tallies = new Map<string, DayTally<CoverageFact>>();
  return async (name) => {
    const tally =
      tallies.get(name) ??
      createDayTally({ redis, connection: name, nowMs, factOf: coverageFact, rereadEveryMs: 0 });
    tallies.set(name, tally);
    const facts = [...(await tally.read(recentWindow(nowMs())))];
    return facts.length < MOST_FACTS ? facts : undefined;
  };
}

/** Whole days, so that it moves once a day. */
function recentWindow(nowMs: number): TallyWindow {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  return { fromMs: todayMs - USUAL_DAYS * DAY_MS, untilMs: todayMs + 3 * DAY_MS };
}

function isRecent({ fromMs, toMs }: Span, nowMs: number): boolean {
  const window = recentWindow(nowMs);
  return fromMs >= window.fromMs && toMs <= window.untilMs;
}

interface CoverageSources extends CoverageDeps {
  readonly recent: RecentFacts;
}

async function readCoverage(
  deps: CoverageSources,
  names: readonly string[],
  span: Span,
): Promise<CoverageTally> {
  const teams = new Map(
    await Promise.all(
      names.map(async (name) => [name, await readTeams(deps.redis, name)] as const),
    ),
  );
  const tally = tallyCoverage(deps.nowMs(), (name, userId) => teams.get(name)?.get(userId));
  const counted = { visits: 0 };
  for (const name of names) {
    const facts = isRecent(span, deps.nowMs()) ? await deps.recent(name) : undefined;
    if (facts === undefined) {
      await countEach(deps, { name, span, tally, counted });
    } else {
      const { fromMs, toMs } = span;
      const asked = facts.filter(({ startAtMs }) => startAtMs >= fromMs && startAtMs < toMs);
      countIn(counted, asked.length);
      for (const fact of asked) {
        tally.addFact(name, fact);
      }
    }
  }
  return tally;
}

interface Counting {
  readonly name: string;
  readonly span: Span;
  readonly tally: CoverageTally;
  readonly counted: { visits: number };
}

/** Holds no more than a hundred visits at a time. */
async function countEach(
  deps: CoverageDeps,
  { name, span, tally, counted }: Counting,
): Promise<void> {
  for await (const recordIds of walkVisits(deps, name, span)) {
    countIn(counted, recordIds.length);
    for (const dossier of await readDossiers(deps.redis, name, recordIds)) {
      tally.add(name, dossier);
    }
  }
}

async function* walkVisits(
  { redis }: CoverageDeps,
  name: string,
  { fromMs, toMs }: Span,
): AsyncGenerator<readonly string[], undefined> {
  const walk = walkTimeIndex(redis, {
    key: keyspace.appointmentsByStart(name),
    from: { atMs: fromMs },
    untilMs: toMs - 1,
    order: "oldest-first",
  });
  for await (const entries of walk) {
    yield entries.map(({ member }) => member);
  }
}

function countIn(counted: { visits: number }, more: number): void {
  counted.visits += more;
  if (counted.visits > MOST_VISITS) {
    const message = `leaves more than ${MOST_VISITS} visits; ask for fewer days, or one connection`;
    throw new InputInvalidError([{ path: "to", message }]);
  }
}

function jsonReply(tally: CoverageTally, { fromMs, toMs }: Span): Reply {
  return {
    status: 200,
    body: {
      from: isoInstant(fromMs),
      to: isoInstant(toMs),
      rows: tally.rows(),
      teams: tally.teams(),
      totals: tally.totals(),
    },
  };
}

type Line = readonly (string | number)[];

const PLACE = ["connection", "day"] as const;
const REP = ["time zone", "team", "rep id", "rep", "e-mail"] as const;
const COUNTS = [
  "visits",
  "start sent",
  "recording confirmed",
  "not confirmed",
  "no sign yet",
  "not sent",
] as const;

function csvReply(lines: readonly Line[], { fromMs, toMs }: Span): Reply {
  const [first, last] = [isoInstant(fromMs).slice(0, 10), isoInstant(toMs - 1).slice(0, 10)];
  return {
    status: 200,
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="coverage-${first}-${last}.csv"`,
    },
    body: writeCsv(lines),
  };
}

function repLines(tally: CoverageTally): readonly Line[] {
  const cellsOf = (row: CoverageRow) => [
    ...[row.connection, row.day, row.timeZone, row.team, row.userId, row.name, row.email],
    ...countsOf(row),
  ];
  return [[...PLACE, ...REP, ...COUNTS], ...tally.rows().map(cellsOf)];
}

function teamLines(tally: CoverageTally): readonly Line[] {
  const cellsOf = (sum: CoverageTeam) => [sum.connection, sum.day, sum.team, ...countsOf(sum)];
  return [[...PLACE, "team", ...COUNTS], ...tally.teams().map(cellsOf)];
}

function countsOf(counts: CoverageCounts): Line {
  const { visits, startSent, confirmed, notConfirmed, open, notSent } = counts;
  return [visits, startSent, confirmed, notConfirmed, open, notSent];
}
