import type { RepRef } from "../books/rep-book.ts";
import type { RepDay } from "../domain/rep-day.ts";

/** What following days needs from the world. */
export interface LiveDaysDeps {
  /** Changes with every change of what a rep's day is made of. */
  readonly readRevision: (rep: RepRef) => Promise<string>;
  readonly readDay: (rep: RepRef) => Promise<RepDay>;
  readonly nowMs: () => number;
  readonly everyMs?: number;
}

/** Tells pages about their rep's day for as long as they listen. */
export interface LiveDays {
  /** Tells the day as it is, then whenever it changed; returns how to stop. */
  follow(rep: RepRef, hear: (day: RepDay) => void): () => void;
  /** Hears when nobody shall listen any more; returns how to stop hearing. */
  onClose(end: () => void): () => void;
  close(): void;
}

const EVERY_MS = 2_000;
/** What no revision tells, such as a new time zone, is seen after this long. */
const READ_AT_LEAST_EVERY_MS = 300_000;

/** Makes the feed; all listeners of one rep share one look at the store. */
export function createLiveDays(deps: LiveDaysDeps): LiveDays {
  const followed = new Map<string, FollowedDay>();
  const ends = new Set<() => void>();
  return {
    follow: (rep, hear) => {
      const key = JSON.stringify([rep.connection, rep.userId]);
      const day = followed.get(key) ?? followDay(deps, rep);
      followed.set(key, day);
      day.add(hear);
      return () => {
        if (day.remove(hear) === 0) {
          day.stop();
          followed.delete(key);
        }
      };
    },
    onClose: (end) => {
      ends.add(end);
      return () => ends.delete(end);
    },
    close: () => {
      for (const end of [...ends]) {
        end();
      }
    },
  };
}

interface FollowedDay {
  add(hear: (day: RepDay) => void): void;
  /** How many are left. */
  remove(hear: (day: RepDay) => void): number;
  stop(): void;
}

function followDay(deps: LiveDaysDeps, rep: RepRef): FollowedDay {
  const listeners = new Set<(day: RepDay) => void>();
  const look = createLook(deps, rep, (day) => {
    for (const hear of listeners) {
      hear(day);
    }
  });
  const timer = setInterval(() => void look.now(), deps.everyMs ?? EVERY_MS);
  void look.now();
  return {
    add: (hear) => {
      listeners.add(hear);
      const day = look.last();
      if (day !== undefined) {
        hear(day);
      }
    },
    remove: (hear) => {
      listeners.delete(hear);
      return listeners.size;
    },
    stop: () => clearInterval(timer),
  };
}

/** Looks whether a day changed, one look at a time, and tells it when it did. */
function createLook(deps: LiveDaysDeps, rep: RepRef, tell: (day: RepDay) => void) {
  let isLooking = false;
  let revision: string | undefined;
  let day: RepDay | undefined;
  let dueAtMs = 0;

  async function look(): Promise<void> {
    // Read first: a change after it shows in the next look.
    const current = await deps.readRevision(rep);
    if (current === revision && deps.nowMs() < dueAtMs) {
      return;
    }
    const next = await deps.readDay(rep);
    const isNew = day === undefined || contentOf(next) !== contentOf(day);
    day = next;
    revision = current;
    dueAtMs = nextChangeMs(next);
    if (isNew) {
      tell(next);
    }
  }

  return {
    last: () => day,
    now: async () => {
      if (isLooking) {
        return;
      }
      isLooking = true;
      // The next look is two seconds away; a store that is gone is told elsewhere.
      await look().catch(() => undefined);
      isLooking = false;
    },
  };
}

function contentOf({ nowMs: _, ...content }: RepDay): string {
  return JSON.stringify(content);
}

/** When a day becomes another one by time alone. */
function nextChangeMs({ nowMs, untilMs, visits, next }: RepDay): number {
  const moments = [
    untilMs,
    nowMs + READ_AT_LEAST_EVERY_MS,
    ...visits.flatMap(({ startAtMs, endAtMs }) => [startAtMs, endAtMs]),
    ...(next === undefined ? [] : [next.dueAtMs, next.expiresAtMs]),
  ];
  return Math.min(...moments.filter((ms) => ms > nowMs));
}
