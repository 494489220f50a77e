import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/** A Lua script with the digest under which Redis remembers it. */
export interface RedisScript {
  readonly lua: string;
  readonly sha: string;
}

/** Prepares a Lua script; do this once, at module load. */
export function redisScript(lua: string): RedisScript {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

/** Keys and arguments of one script call. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** Runs a script atomically by its digest; sends the text only when Redis does not know it yet. */
export async function runScript(
  redis: Redis,
  script: RedisScript,
  { keys, args }: ScriptCall,
): Promise<unknown> {
  try {
    return await redis.call("EVALSHA", script.sha, keys.length, ...keys, ...args);
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith("NOSCRIPT")) {
      return redis.call("EVAL", script.lua, keys.length, ...keys, ...args);
    }
    throw cause;
  }
}

/** One Redis command as a list of words. */
export type RedisCommand = readonly [string, ...(string | number)[]];

/**
 * Sends commands in one write and returns their replies in order.
 *
 * Not atomic. Rejects with the first reply that is an error.
 */
export async function runPipeline(
  redis: Redis,
  commands: readonly RedisCommand[],
): Promise<readonly unknown[]> {
  if (commands.length === 0) {
    return [];
  }
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) {
    pipeline.call(name, ...args);
  }
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) {
      throw error;
    }
    return reply;
  });
}

/** A hash field that must still hold the value that was read. */
export interface Guard {
  readonly key: string;
  readonly field: string;
  readonly expected: string;
}

const COMMIT_IF_UNCHANGED = redisScript(`
local current = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if current ~= ARGV[2] then return 0 end
local at = 3
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end
return 1
`);

/**
 * Runs all commands in one step, or none: only while the guarded field is unchanged.
 *
 * This is the one way state is changed here: read, decide in plain code, commit. A lost race returns
 * false and the caller decides again from the newer state. Commands must stay in the guard's hash slot.
 */
export async function commitIfUnchanged(
  redis: Redis,
  guard: Guard,
  commands: readonly RedisCommand[],
): Promise<boolean> {
  const words = commands.flatMap((command) => [command.length, ...command]);
  const done = await runScript(redis, COMMIT_IF_UNCHANGED, {
    keys: [guard.key],
    args: [guard.field, guard.expected, ...words],
  });
  return done === 1;
}
