import type { Redis } from "ioredis";
import { redisScript, runScript } from "../redis-script.ts";

/** A right that one holder has at a time. */
export interface LeaseRef {
  readonly key: string;
  /** Unique to the holder. */
  readonly owner: string;
}

const HOLD = redisScript(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

const RELEASE = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** Takes a lease, or renews it; false while it is another's. Whoever dies holds it for `leaseMs` more. */
export async function holdLease(
  redis: Redis,
  { key, owner }: LeaseRef,
  leaseMs: number,
): Promise<boolean> {
  return (await runScript(redis, HOLD, { keys: [key], args: [owner, leaseMs] })) === 1;
}

/** Gives a lease back, if it is still the owner's. */
export async function releaseLease(redis: Redis, { key, owner }: LeaseRef): Promise<void> {
  await runScript(redis, RELEASE, { keys: [key], args: [owner] });
}
