import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { openValue, sealValue } from "../sealed-value.ts";

/** The newest few are enough to see what a sender does wrong. */
const KEPT_ENTRIES = 20;
/** Salesforce tries for a day; operators get a week. */
const KEPT_SECONDS = 7 * 86_400;

const keptSchema = z.object({ reason: z.string(), atMs: z.int(), sealedBody: z.string() });

/** A message nobody could read; it may hold anything. */
export interface UnreadableMessage {
  readonly connection: string;
  readonly reason: string;
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** A message nobody could read, as it is found again. */
export interface KeptUnreadable {
  readonly reason: string;
  readonly atMs: number;
  /** Undefined when it cannot be opened: it was sealed with another key. */
  readonly bytes: Buffer | undefined;
}

/** Keeps an unreadable message for an operator, sealed; the oldest give way. */
export async function keepUnreadable(
  redis: Redis,
  { bytes, ...message }: UnreadableMessage,
  secretKey: Buffer,
): Promise<void> {
  const key = keyspace.unreadable(message.connection);
  const sealedBody = sealValue(bytes.toString("base64"), secretKey);
  await redis
    .multi()
    .lpush(key, JSON.stringify({ ...message, sealedBody }))
    .ltrim(key, 0, KEPT_ENTRIES - 1)
    .expire(key, KEPT_SECONDS)
    .exec();
}

/** Reads what is kept of a connection's unreadable messages, the newest first. */
export async function readUnreadable(
  redis: Redis,
  connection: string,
  secretKey: Buffer,
): Promise<readonly KeptUnreadable[]> {
  const texts = await redis.lrange(keyspace.unreadable(connection), 0, -1);
  return texts.map((text) => {
    const { sealedBody, ...kept } = keptSchema.parse(JSON.parse(text));
    return { ...kept, bytes: openBody(sealedBody, secretKey) };
  });
}

function openBody(sealed: string, secretKey: Buffer): Buffer | undefined {
  try {
    return Buffer.from(z.string().parse(openValue(sealed, secretKey)), "base64");
  } catch {
    return undefined;
  }
}
