import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";

/** What a store is that has no number: stores had none at first. */
const UNNUMBERED = 1;

/** Reads the number of the form in which the store was written. */
export async function readStoreSchema(redis: Redis): Promise<number> {
  const text = await redis.get(keyspace.storeSchema());
  return text === null ? UNNUMBERED : Number(text);
}

const RAISE = redisScript(`
local found = redis.call('GET', KEYS[1])
if found and tonumber(found) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`);

/** Writes down that the store now has this form; a greater number stays. */
export async function raiseStoreSchema(redis: Redis, schema: number): Promise<void> {
  await runScript(redis, RAISE, { keys: [keyspace.storeSchema()], args: [schema] });
}

const LET_GO = redisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

/** Runs `work` while nobody else upgrades the store; false, without running it, while somebody does. */
export async function upgradeAlone(
  redis: Redis,
  claimForMs: number,
  work: () => Promise<void>,
): Promise<boolean> {
  const key = keyspace.storeUpgrade();
  const mine = randomUUID();
  if ((await redis.set(key, mine, "PX", claimForMs, "NX")) === null) {
    return false;
  }
  try {
    await work();
    return true;
  } finally {
    await runScript(redis, LET_GO, { keys: [key], args: [mine] });
  }
}
