import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import { type AppointmentDossier, readDossiers } from "./appointment-book.ts";
import { readChanges, readFeedEnd } from "./change-feed-book.ts";
import { walkTimeIndex } from "./time-index.ts";

/** The appointments that are kept in mind, by their start; epoch milliseconds, the end left out. */
export interface TallyWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a tally keeps of one appointment; from `untilMs` on it counts otherwise by time alone. */
interface Timed {
  readonly untilMs: number;
}

/** What a tally needs from the world. */
export interface DayTallyDeps<Fact extends Timed> {
  readonly redis: Redis;
  readonly connection: string;
  readonly nowMs: () => number;
  /** Reads out of a dossier what is kept of it. */
  readonly factOf: (dossier: AppointmentDossier, nowMs: number) => Fact;
  /** How long to wait after everything had to be read because the feed of changes had forgotten some. */
  readonly rereadEveryMs?: number;
}

/** The appointments of a window of one connection, as far as they are counted. */
export interface DayTally<Fact> {
  /** Brings the facts up to date; a call while one is under way gets the same. */
  read(window: TallyWindow): Promise<readonly Fact[]>;
}

/** A window with more appointments than this is counted in part. */
export const MOST_FACTS = 50_000;
const READ_AT_ONCE = 100;
const REREAD_EVERY_MS = 15_000;

interface Kept<Fact> {
  readonly window: TallyWindow;
  readonly facts: Map<string, Fact>;
  readonly readAtMs: number;
  readonly feedAt: string;
}

/**
 * Keeps the facts of a day's appointments in this process and reads again only what changed.
 *
 * Everything is read once at first, when the window moves, and when so much changed between two looks that the
 * feed of changes forgot some of it; after that no more than what changed, or counts otherwise by time alone.
 */
export function createDayTally<Fact extends Timed>(deps: DayTallyDeps<Fact>): DayTally<Fact> {
  const { redis, connection, nowMs, rereadEveryMs = REREAD_EVERY_MS } = deps;
  let kept: Kept<Fact> | undefined;
  let running: Promise<readonly Fact[]> | undefined;

  async function refresh(window: TallyWindow): Promise<readonly Fact[]> {
    const isNew = kept === undefined || !isSame(kept.window, window);
    kept = kept === undefined || isNew ? await readAll(deps, window) : await follow(kept);
    // A list: whoever shares this answer walks through it, and an iterator can be walked through once.
    return [...kept.facts.values()];
  }

  async function follow(last: Kept<Fact>): Promise<Kept<Fact>> {
    const { recordIds, end, hasGap, isCut } = await readChanges(redis, connection, last.feedAt);
    if (hasGap && nowMs() - last.readAtMs >= rereadEveryMs) {
      return readAll(deps, last.window);
    }
    await readAgain(deps, last, recordIds);
    if (hasGap) {
      return last;
    }
    const next = { ...last, feedAt: end };
    return isCut ? follow(next) : next;
  }

  return {
    read: (window) => {
      running ??= refresh(window).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

function isSame(left: TallyWindow, right: TallyWindow): boolean {
  return left.fromMs === right.fromMs && left.untilMs === right.untilMs;
}

async function readAll<Fact extends Timed>(
  deps: DayTallyDeps<Fact>,
  window: TallyWindow,
): Promise<Kept<Fact>> {
  const { redis, connection, nowMs } = deps;
  // First the feed: what changes while everything is read is read again with the next look.
  const feedAt = await readFeedEnd(redis, connection);
  const kept: Kept<Fact> = { window, facts: new Map(), readAtMs: nowMs(), feedAt };
  const walk = walkTimeIndex(redis, {
    key: keyspace.appointmentsByStart(connection),
    from: { atMs: window.fromMs },
    untilMs: window.untilMs - 1,
    order: "oldest-first",
  });
  for await (const entries of walk) {
    if (kept.facts.size >= MOST_FACTS) {
      break;
    }
    await readInto(
      deps,
      kept,
      entries.map(({ member }) => member),
    );
  }
  return kept;
}

async function readAgain<Fact extends Timed>(
  deps: DayTallyDeps<Fact>,
  kept: Kept<Fact>,
  changed: ReadonlySet<string>,
): Promise<void> {
  const nowMs = deps.nowMs();
  const turned = [...kept.facts].flatMap(([recordId, { untilMs }]) =>
    untilMs <= nowMs ? [recordId] : [],
  );
  const recordIds = [...new Set([...changed, ...turned])];
  for (let at = 0; at < recordIds.length; at += READ_AT_ONCE) {
    await readInto(deps, kept, recordIds.slice(at, at + READ_AT_ONCE));
  }
}

async function readInto<Fact extends Timed>(
  { redis, connection, nowMs, factOf }: DayTallyDeps<Fact>,
  { facts, window }: Kept<Fact>,
  recordIds: readonly string[],
): Promise<void> {
  const dossiers = await readDossiers(redis, connection, recordIds);
  for (const [at, recordId] of recordIds.entries()) {
    const dossier = dossiers[at];
    const startAtMs = dossier?.stored.appointment.startAtMs ?? Number.NaN;
    if (dossier !== undefined && startAtMs >= window.fromMs && startAtMs < window.untilMs) {
      facts.set(recordId, factOf(dossier, nowMs()));
    } else {
      facts.delete(recordId);
    }
  }
}
