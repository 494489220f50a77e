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

/**
 * One Redis command as a list of words.
 *
 * A commit knows one more that Redis does not: `PUTPART key field name text untilMs fromKey`. It puts a text in
 * place of the one word that begins with a name, in a hash field that holds several such words; the others stay, and
 * come along from another key. A name is of small letters and digits, or empty for the first word. Where the field
 * should be and is not, a `?` is left in it; without a `fromKey` it begins anew. A new field lets the key end at a moment.
 */
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
local function putPart(key, field, name, text, untilMs, fromKey)
  local old = ''
  if fromKey ~= '' then
    old = redis.call('HGET', fromKey, field) or '?'
    if fromKey ~= key then redis.call('HDEL', fromKey, field) end
  end
  local words = {}
  for word in string.gmatch(old, '[^ ]+') do
    if string.match(word, '^[%l%d?]*') ~= name then words[#words + 1] = word end
  end
  table.insert(words, name == '' and 1 or #words + 1, text)
  if redis.call('HSET', key, field, table.concat(words, ' ')) == 1 then
    redis.call('PEXPIREAT', key, untilMs)
  end
end
local current = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if current ~= ARGV[2] then return 0 end
local at = 3
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  if ARGV[at + 1] == 'PUTPART' then
    putPart(unpack(ARGV, at + 2, at + words))
  else
    redis.call(unpack(ARGV, at + 1, at + words))
  end
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
