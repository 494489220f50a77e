import type { Redis } from "ioredis";
import { countAppointments } from "../../books/appointment-book.ts";
import { createDayTally, type DayTally, type TallyWindow } from "../../books/day-tally.ts";
import { readLastErrors } from "../../books/error-book.ts";
import { readHold } from "../../books/hold-book.ts";
import { type OrgNote, readOrgNote } from "../../books/org-note-book.ts";
import { countParked } from "../../books/parked-book.ts";
import { readSiroNote } from "../../books/siro-note-book.ts";
import type { Connection } from "../../domain/connection.ts";
import { isoInstant } from "../../domain/instant.ts";
import { type AdminQueues, readQueueDepths } from "../admin-queues.ts";
import { earliestKeptMs } from "../list-appointments.ts";
import { countDay } from "./count-day.ts";
import { type DayFact, dayFact } from "./day-facts.ts";
import { createUsualTimeZone } from "./usual-time-zone.ts";

/** What an overview needs from the world. */
export interface ReadOverviewDeps {
  readonly redis: Redis;
  readonly queues: AdminQueues;
  readonly connections: ReadonlyMap<string, Connection>;
  /** The day that a moment lies in, in a zone. */
  readonly dayBounds: (atMs: number, timeZone: string) => TallyWindow;
  readonly nowMs: () => number;
}

/** How the bridge stands. */
export type Overview = Awaited<ReturnType<ReturnType<typeof createOverviewReader>>>;

const HOUR_MS = 3_600_000;
/** What begins within so many hours is kept in mind on both sides of midnight. */
const AROUND_NOW_MS = 12 * HOUR_MS;

/**
 * Makes what reads how the bridge stands: counts per connection, queues, delays, the last error of each kind.
 *
 * `oldestWaitingMs` is over all queues; `lagMs` is how far the prompts are behind their moments. Prompts are
 * counted for appointments that begin today or within twelve hours of now, `today` is the day of the zone that
 * most reps are in.
 */
export function createOverviewReader(deps: ReadOverviewDeps) {
  const { redis, queues, connections, nowMs } = deps;
  const zoneOf = createUsualTimeZone(redis, nowMs);
  const readers = [...connections.keys()].map((name) => {
    const tally = createDayTally({ redis, connection: name, nowMs, factOf: dayFact });
    return async (now: number) =>
      readConnection(deps, { name, tally, timeZone: await zoneOf(name), nowMs: now });
  });
  return async () => {
    const now = nowMs();
    const [perConnection, depths, lastErrors] = await Promise.all([
      Promise.all(readers.map((read) => read(now))),
      readQueueDepths(queues, now),
      readLastErrors(redis),
    ]);
    const waits = Object.values(depths).map(({ oldestWaitingMs }) => oldestWaitingMs);
    return {
      asOf: isoInstant(now),
      connections: perConnection,
      queues: depths,
      oldestWaitingMs: Math.max(0, ...waits),
      lagMs: depths[queues.prompts.queue.name]?.oldestWaitingMs ?? 0,
      lastErrors: lastErrors.map(({ atMs, ...error }) => ({ ...error, at: isoInstant(atMs) })),
    };
  };
}

interface Look {
  readonly name: string;
  readonly tally: DayTally<DayFact>;
  readonly timeZone: string;
  readonly nowMs: number;
}

async function readConnection(
  { redis, dayBounds }: ReadOverviewDeps,
  { name, tally, timeZone, nowMs }: Look,
) {
  const day = dayBounds(nowMs, timeZone);
  const [appointments, parked, parkedToday, org, siro, hold, facts] = await Promise.all([
    countAppointments(redis, name, earliestKeptMs(nowMs)),
    countParked(redis, name),
    countParked(redis, name, day.fromMs),
    readOrgNote(redis, name),
    readSiroNote(redis, name),
    readHold(redis, name),
    tally.read(windowAround(day, nowMs)),
  ]);
  const { states, late, lateness, today, overdueSinceMs, standings } = countDay(facts, day, nowMs);
  return {
    name,
    appointments,
    parked,
    ...states,
    late,
    today: { ...today, parked: parkedToday },
    timeZone,
    lateness,
    overdueSince: overdueSinceMs === undefined ? null : isoInstant(overdueSinceMs),
    coverage: standings,
    hold: hold === undefined ? null : { by: hold.by, since: isoInstant(hold.sinceMs) },
    salesforce: org === undefined ? null : orgOf(org),
    siro: siro === undefined ? null : { state: siro.state, at: isoInstant(siro.atMs) },
  };
}

/** Whole hours, so that it moves once an hour. */
function windowAround({ fromMs, untilMs }: TallyWindow, nowMs: number): TallyWindow {
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return {
    fromMs: Math.min(fromMs, hourMs - AROUND_NOW_MS),
    untilMs: Math.max(untilMs, hourMs + HOUR_MS + AROUND_NOW_MS),
  };
}

function orgOf({ atMs, state, apiShare, warnings }: OrgNote) {
  return { state, at: isoInstant(atMs), apiShare: apiShare ?? null, warnings };
}
