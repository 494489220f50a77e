import type { Redis } from "ioredis";
import { z } from "zod";
import type { Parked } from "../domain/parked.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged, type RedisCommand } from "../redis-script.ts";

/** How much is parked for one reason. */
export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** What the index needs to know of an entry. */
type ParkedPlace = Pick<Parked, "connection" | "reason" | "lastParkedAtMs" | "id">;

const REINDEXED_AT_ONCE = "500";

/** The commands that put an entry under its reason; they belong into the commit that parks it. */
export function parkedReasonCommands({
  connection,
  reason,
  lastParkedAtMs,
  id,
}: ParkedPlace): readonly RedisCommand[] {
  return [
    ["SADD", keyspace.parkedReasons(connection), reason],
    ["ZADD", keyspace.parkedByReason(connection, reason), lastParkedAtMs, id],
  ];
}

/** The command that takes an entry away from its reason. */
export function unparkedReasonCommand({ connection, reason, id }: ParkedPlace): RedisCommand {
  return ["ZREM", keyspace.parkedByReason(connection, reason), id];
}

/** Counts what is parked for a connection by its reason, the most frequent first. */
export async function countByReason(
  redis: Redis,
  connection: string,
): Promise<readonly ReasonCount[]> {
  const reasons = await redis.smembers(keyspace.parkedReasons(connection));
  const counts = await Promise.all(
    reasons.map(async (reason) => ({
      reason,
      count: await redis.zcard(keyspace.parkedByReason(connection, reason)),
    })),
  );
  return counts
    .filter(({ count }) => count > 0)
    .sort((left, right) => right.count - left.count || (left.reason < right.reason ? -1 : 1));
}

/** Puts what an earlier version parked under its reason; where everything is there it costs one look. */
export async function indexOldReasons(redis: Redis, connection: string): Promise<void> {
  const key = keyspace.parked(connection);
  const [counts, all] = await Promise.all([countByReason(redis, connection), redis.hlen(key)]);
  const known = counts.reduce((sum, { count }) => sum + count, 0);
  if (known >= all) {
    return;
  }
  let cursor = "0";
  do {
    const [next, words] = await redis.hscan(key, cursor, "COUNT", REINDEXED_AT_ONCE);
    cursor = next;
    await Promise.all(
      pairsOf(words).map(([id, text]) => indexEntry(redis, { connection, id, text })),
    );
  } while (cursor !== "0");
}

const oldEntrySchema = z.object({ reason: z.string(), lastParkedAtMs: z.int() });

interface OldEntry {
  readonly connection: string;
  readonly id: string;
  readonly text: string;
}

/** A lost race means that somebody parked it anew, or took it off. */
async function indexEntry(redis: Redis, { connection, id, text }: OldEntry): Promise<void> {
  const place = { connection, id, ...oldEntrySchema.parse(JSON.parse(text)) };
  const guard = { key: keyspace.parked(connection), field: id, expected: text };
  await commitIfUnchanged(redis, guard, parkedReasonCommands(place));
}

function pairsOf(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((id, at) => (at % 2 === 0 ? [[id, words[at + 1] ?? ""] as const] : []));
}
