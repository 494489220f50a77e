import type { Redis } from "ioredis";
import { listDevices } from "../../books/device-book.ts";
import { readLastHeardOf } from "../../books/heard-book.ts";
import { type RepSpan, readVisitsOfReps } from "../../books/rep-visits-book.ts";
import type { StoredAppointment } from "../../books/stored-appointment.ts";
import type { Appointment } from "../../domain/appointment.ts";
import type { Connection } from "../../domain/connection.ts";
import type { Device } from "../../domain/device.ts";
import { type Compared, compareVisits } from "./compare-visits.ts";
import type {
  Outcome,
  Rereading,
  RuledPair,
  RuledVisit,
  Rules,
  WhatIfRooms,
} from "./ruled-visit.ts";

/** Visits further away from each other than this cannot be joined; a gap is a day at most. */
const NEIGHBOURHOOD_MS = 2 * 86_400_000;

/** What a comparison needs from the world. */
export interface WhatIfDeps {
  readonly redis: Redis;
  readonly whatIf: WhatIfRooms;
  readonly nowMs: () => number;
}

/** What other rules would have made of the last appointments. */
export interface WhatIfOutcome {
  readonly compared: readonly Compared[];
  /** Undefined where the mapping is the same, or nothing was ever read. */
  readonly rereading: Rereading | undefined;
}

/**
 * Compares the last appointments that a connection heard of under the rules that are and under others.
 *
 * Reads only: nothing is stored, sent or marked.
 */
export async function runWhatIf(
  { redis, whatIf, nowMs }: WhatIfDeps,
  rules: Rules,
  last: number,
): Promise<WhatIfOutcome> {
  const { name } = rules.before;
  const atMs = nowMs();
  const stored = await readLastHeardOf(redis, name, { last, nowMs: atMs });
  const rereading = await readAgain(whatIf, rules, stored);
  const pairs = pairsOf(stored, rereading);
  const spans = spansOf(pairs);
  const ofReps = await readVisitsOfReps(redis, name, spans);
  const isOtherLadder = !isSame(rules, ({ schedule }) => schedule.ladder);
  const devices = isOtherLadder ? await readDevices(redis, name, spans) : new Map();
  const facts = { rules, pairs, ofReps, devices, nowMs: atMs };
  return { compared: compareVisits(whatIf, facts), rereading };
}

/** What was told by an event with the whole appointment is not mapped by these rules. */
async function readAgain(
  { readAgain: read }: WhatIfRooms,
  rules: Rules,
  stored: readonly StoredAppointment[],
): Promise<Rereading | undefined> {
  const isMapped = ({ mapping, schedule }: Connection) => [
    mapping,
    schedule.defaultDurationMinutes,
  ];
  const known = stored
    .filter(({ version }) => version.isRead === true)
    .map(({ appointment }) => appointment);
  const isToRead = rules.before.salesforce !== undefined && known.length > 0;
  return isToRead && !isSame(rules, isMapped) ? read(rules, known) : undefined;
}

function pairsOf(
  stored: readonly StoredAppointment[],
  rereading: Rereading | undefined,
): ReadonlyMap<string, RuledPair> {
  const visits = rereading?.kind === "read" ? rereading.visits : new Map<string, RuledPair>();
  return new Map(
    stored.map(({ appointment }) => {
      const known = asStored(appointment);
      const pair = visits.get(appointment.recordId) ?? { before: known, after: known };
      return [appointment.recordId, pair];
    }),
  );
}

function asStored(appointment: Appointment): RuledVisit {
  return { outcome: outcomeOf(appointment), appointment, why: [] };
}

function outcomeOf({ status, reps }: Appointment): Outcome {
  if (status === "canceled" || status === "completed") {
    return "off";
  }
  return reps.length === 0 ? "held" : "visit";
}

/** Each rep of either side, and the span of their visits in question with what may be joined to them. */
function spansOf(pairs: ReadonlyMap<string, RuledPair>): readonly RepSpan[] {
  const spans = new Map<string, RepSpan>();
  const visits = [...pairs.values()].flatMap(({ before, after }) => [before, after]);
  for (const { startAtMs, endAtMs, reps } of visits.map(({ appointment }) => appointment)) {
    for (const { userId } of reps) {
      const span = spans.get(userId);
      const fromMs = Math.min(span?.fromMs ?? startAtMs, startAtMs);
      spans.set(userId, {
        userId,
        fromMs,
        untilMs: Math.max(span?.untilMs ?? endAtMs, endAtMs),
      });
    }
  }
  return [...spans.values()].map(({ userId, fromMs, untilMs }) => ({
    userId,
    fromMs: fromMs - NEIGHBOURHOOD_MS,
    untilMs: untilMs + NEIGHBOURHOOD_MS,
  }));
}

async function readDevices(
  redis: Redis,
  connection: string,
  reps: readonly RepSpan[],
): Promise<ReadonlyMap<string, readonly Device[]>> {
  const read = reps.map(async ({ userId }) => {
    const devices = await listDevices(redis, { connection, userId });
    return [userId, devices] as const;
  });
  return new Map(await Promise.all(read));
}

function isSame({ before, after }: Rules, part: (rules: Connection) => unknown): boolean {
  return JSON.stringify(part(before)) === JSON.stringify(part(after));
}
