import type { Redis } from "ioredis";
import { keyspace } from "../keyspace.ts";

/** The newest few are enough to see what a sender does wrong. */
const KEPT_ENTRIES = 20;
/** Salesforce tries for a day; operators get a week. */
const KEPT_SECONDS = 7 * 86_400;

/** A message nobody could read, encrypted: it may hold anything. */
export interface UnreadableMessage {
  readonly connection: string;
  readonly reason: string;
  readonly atMs: number;
  readonly sealedBody: string;
}

/** Keeps an unreadable message for an operator; the oldest give way. */
export async function keepUnreadable(redis: Redis, message: UnreadableMessage): Promise<void> {
  const key = keyspace.unreadable(message.connection);
  await redis
    .multi()
    .lpush(key, JSON.stringify(message))
    .ltrim(key, 0, KEPT_ENTRIES - 1)
    .expire(key, KEPT_SECONDS)
    .exec();
}
