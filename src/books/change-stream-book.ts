import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";
import { holdLease, releaseLease } from "./lease-book.ts";

/** Trouble that nobody renews is over, or its worker is; the streams renew theirs more often. */
const TROUBLE_KEPT_SECONDS = 900;

const positionSchema = z.object({ channel: z.string(), replayId: z.base64() });

/** Whose stream it is: one process of many that could follow the same connection. */
export interface StreamHolder {
  readonly connection: string;
  /** Unique to the process. */
  readonly owner: string;
}

/** What one process writes down about the change stream of one connection. */
export interface ChangeStreamBook {
  /** The position up to which everything of this channel is durable; undefined when there is none. */
  readPosition(channel: string): Promise<Uint8Array | undefined>;
  /** Moves the position; returns false, and moves nothing, when the lease is another's. */
  savePosition(channel: string, replayId: Uint8Array): Promise<boolean>;
  /** Takes the lease, or renews it; false while it is another's. */
  holdLease(leaseMs: number): Promise<boolean>;
  /** Gives the lease back, if it is still one's own. */
  releaseLease(): Promise<void>;
}

const SAVE = redisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
`);

/** Opens the book for one holder. */
export function openChangeStreamBook(
  redis: Redis,
  { connection, owner }: StreamHolder,
): ChangeStreamBook {
  const lease = { key: keyspace.changeLease(connection), owner };
  const position = keyspace.changePosition(connection);
  return {
    readPosition: async (channel) => readPosition(await redis.get(position), channel),
    savePosition: async (channel, replayId) => {
      const text = JSON.stringify({ channel, replayId: Buffer.from(replayId).toString("base64") });
      const call = { keys: [lease.key, position], args: [owner, text] };
      return (await runScript(redis, SAVE, call)) === 1;
    },
    holdLease: (leaseMs) => holdLease(redis, lease, leaseMs),
    releaseLease: () => releaseLease(redis, lease),
  };
}

/** Notes what is wrong with the stream of a connection, or that nothing is. */
export async function saveStreamTrouble(
  redis: Redis,
  connection: string,
  code: string | undefined,
): Promise<void> {
  const key = keyspace.changeTrouble(connection);
  await (code === undefined ? redis.del(key) : redis.set(key, code, "EX", TROUBLE_KEPT_SECONDS));
}

/** Reads what is wrong with the stream of a connection; undefined when nothing is. */
export async function readStreamTrouble(
  redis: Redis,
  connection: string,
): Promise<string | undefined> {
  return (await redis.get(keyspace.changeTrouble(connection))) ?? undefined;
}

/** A replay id means something in its own channel only. */
function readPosition(text: string | null, channel: string): Uint8Array | undefined {
  if (text === null) {
    return undefined;
  }
  const position = positionSchema.parse(JSON.parse(text));
  return position.channel === channel ? Buffer.from(position.replayId, "base64") : undefined;
}
