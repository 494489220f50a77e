import type { Redis } from "ioredis";
import { keyspace } from "../src/keyspace.ts";
import { PROMPTS_QUEUE } from "../src/queues/prompts.ts";
import { QUEUE_PREFIX } from "../src/queues/queue-settings.ts";
import { ACME } from "./bench-bridge.ts";

/** Which part of an appointment a key holds. */
export type KeyKind = "appointment" | "timeline" | "prompt job" | "seen mark" | "rep";

const PREFIXES: readonly (readonly [string, KeyKind])[] = [
  [keyspace.appointment(ACME.name, ""), "appointment"],
  [keyspace.timeline(ACME.name, ""), "timeline"],
  [`${QUEUE_PREFIX}:${PROMPTS_QUEUE}:p`, "prompt job"],
  [keyspace.seenEvent(ACME.name, ""), "seen mark"],
  [keyspace.rep(ACME.name, ""), "rep"],
  [keyspace.repAppointments(ACME.name, ""), "rep"],
];
const PAGE = 1000;
/** Asking Redis for the size of every single key would take longer than the measurement. */
const ONE_IN = 10;

/** Estimates the bytes of all keys of each kind, from every tenth key that Redis names. */
export async function sizesByKind(redis: Redis): Promise<ReadonlyMap<KeyKind, number>> {
  const keysByKind = await listKeys(redis);
  const sizes = new Map<KeyKind, number>();
  for (const [kind, keys] of keysByKind) {
    const sample = keys.filter((_, at) => at % ONE_IN === 0);
    const bytes = await Promise.all(sample.map((key) => redis.memory("USAGE", key)));
    const total = bytes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
    sizes.set(kind, (total / sample.length) * keys.length);
  }
  return sizes;
}

async function listKeys(redis: Redis): Promise<ReadonlyMap<KeyKind, readonly string[]>> {
  const keysByKind = new Map<KeyKind, string[]>();
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "COUNT", PAGE);
    cursor = next;
    for (const key of keys) {
      const kind = kindOf(key);
      if (kind !== undefined) {
        const known = keysByKind.get(kind) ?? [];
        known.push(key);
        keysByKind.set(kind, known);
      }
    }
  } while (cursor !== "0");
  return keysByKind;
}

function kindOf(key: string): KeyKind | undefined {
  return PREFIXES.find(([prefix]) => key.startsWith(prefix))?.[1];
}
