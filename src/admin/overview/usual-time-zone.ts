import type { Redis } from "ioredis";
import { listUserIds, readRep } from "../../books/rep-book.ts";

/** So many reps tell where a connection works. */
const ASKED_REPS = 200;
const ASK_EVERY_MS = 3_600_000;

/** Finds the zone that most reps of a connection are in, UTC where none is known; asked again once an hour. */
export function createUsualTimeZone(redis: Redis, nowMs: () => number) {
  const known = new Map<string, { readonly timeZone: string; readonly askedAtMs: number }>();
  return async (connection: string): Promise<string> => {
    const last = known.get(connection);
    if (last !== undefined && nowMs() - last.askedAtMs < ASK_EVERY_MS) {
      return last.timeZone;
    }
    const timeZone = await ask(redis, connection);
    known.set(connection, { timeZone, askedAtMs: nowMs() });
    return timeZone;
  };
}

async function ask(redis: Redis, connection: string): Promise<string> {
  const userIds = (await listUserIds(redis, connection)).slice(0, ASKED_REPS);
  const reps = await Promise.all(userIds.map((userId) => readRep(redis, { connection, userId })));
  const counts = new Map<string, number>();
  for (const timeZone of reps.flatMap((rep) => rep?.timeZone ?? [])) {
    counts.set(timeZone, (counts.get(timeZone) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, left], [, right]) => right - left);
  return most?.[0] ?? "UTC";
}
