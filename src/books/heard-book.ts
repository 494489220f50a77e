import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { runPipeline } from "../redis-script.ts";
import { type StoredAppointment, storedAppointmentSchema } from "./stored-appointment.ts";
import { walkTimeIndex } from "./time-index.ts";

const FEED_AT_ONCE = 500;
/** More records than this are not looked at, however much else happened since they were heard of. */
const MOST_LOOKED_AT = 2_000;
const DAY_MS = 86_400_000;

/**
 * Finds the appointments that an event or a read told of last, the newest first.
 *
 * The feed of changes leads there; where it does not reach back far enough, those that begin until tomorrow fill up.
 * Reads only.
 */
export async function readLastHeardOf(
  redis: Redis,
  connection: string,
  { last, nowMs }: { readonly last: number; readonly nowMs: number },
): Promise<readonly StoredAppointment[]> {
  const found = new Map<string, StoredAppointment>();
  const looked = new Set<string>();
  const look = async (recordIds: readonly string[]) => {
    const fresh = [...new Set(recordIds)].filter((recordId) => !looked.has(recordId));
    for (const one of await readStoredOf(redis, connection, fresh)) {
      found.set(one.appointment.recordId, one);
    }
    for (const recordId of fresh) {
      looked.add(recordId);
    }
  };
  for await (const { recordIds, sinceMs } of walkFeed(redis, connection)) {
    await look(recordIds);
    const certain = [...found.values()].filter((one) => heardAtMs(one) >= sinceMs);
    if (certain.length >= last || looked.size >= MOST_LOOKED_AT) {
      return newestHeard(found, last);
    }
  }
  const key = keyspace.appointmentsByStart(connection);
  const from = { atMs: nowMs + DAY_MS };
  const walk = { key, from, untilMs: Number.NEGATIVE_INFINITY, order: "newest-first" } as const;
  for await (const entries of walkTimeIndex(redis, walk)) {
    if (found.size >= last || looked.size >= MOST_LOOKED_AT) {
      break;
    }
    await look(entries.map(({ member }) => member));
  }
  return newestHeard(found, last);
}

/** Reads many appointments at once; those the bridge does not have are left out. */
export async function readStoredOf(
  redis: Redis,
  connection: string,
  recordIds: readonly string[],
): Promise<readonly StoredAppointment[]> {
  const replies = await runPipeline(
    redis,
    recordIds.map((recordId) => ["HGET", keyspace.appointment(connection, recordId), "doc"]),
  );
  return z
    .array(z.string().nullable())
    .parse(replies)
    .flatMap((doc) => (doc === null ? [] : [storedAppointmentSchema.parse(JSON.parse(doc))]));
}

interface FeedStretch {
  readonly recordIds: readonly string[];
  /** Everything that changed after this moment was met. */
  readonly sinceMs: number;
}

async function* walkFeed(redis: Redis, connection: string): AsyncGenerator<FeedStretch, undefined> {
  const key = keyspace.changeFeed(connection);
  let end = "+";
  for (;;) {
    const entries = await redis.xrevrange(key, end, "-", "COUNT", FEED_AT_ONCE);
    const oldest = entries.at(-1)?.[0];
    if (oldest === undefined) {
      return;
    }
    yield {
      recordIds: entries.flatMap(([, [, recordId]]) => recordId ?? []),
      sinceMs: Number(oldest.split("-")[0]),
    };
    end = `(${oldest}`;
  }
}

/** An event's arrival, or when the look at the record began; what was stored otherwise goes by its own stamp. */
function heardAtMs({ version }: StoredAppointment): number {
  return version.readAtMs || version.occurredAtMs;
}

function newestHeard(
  found: ReadonlyMap<string, StoredAppointment>,
  last: number,
): readonly StoredAppointment[] {
  return [...found.values()]
    .sort((left, right) => heardAtMs(right) - heardAtMs(left))
    .slice(0, last);
}
