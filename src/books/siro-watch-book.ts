import type { Redis } from "ioredis";
import { type PromptRef, promptRefSchema } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import type { RedisCommand } from "../redis-script.ts";
import type { RepRef } from "./rep-book.ts";

/** A prompt's judgement a tick; the rest waits for the next one. */
const MOST_JUDGED = 500;

/** Until when it is worth asking Siro about one rep; epoch milliseconds, 0 for not at all. */
export interface WatchSpan {
  /** At every poll. */
  readonly untilMs: number;
  /** Now and then, for what phones report late. */
  readonly lateUntilMs: number;
}

/** Whether anybody's prompts are outstanding. */
export interface WatchedReps {
  readonly soon: readonly string[];
  readonly late: readonly string[];
}

/** The commands that make a rep watched for longer; a longer watch that stands stays. */
export function extendWatchCommands(
  { connection, userId }: RepRef,
  { untilMs, lateUntilMs }: WatchSpan,
): readonly RedisCommand[] {
  return [
    ["ZADD", keyspace.siroWatched(connection), "GT", untilMs, userId],
    ["ZADD", keyspace.siroLate(connection), "GT", lateUntilMs, userId],
  ];
}

/** The commands that say how long a rep is watched from now on. */
export function setWatchCommands(
  { connection, userId }: RepRef,
  { untilMs, lateUntilMs }: WatchSpan,
): readonly RedisCommand[] {
  const command = (key: string, ms: number): RedisCommand =>
    ms === 0 ? ["ZREM", key, userId] : ["ZADD", key, ms, userId];
  return [
    command(keyspace.siroWatched(connection), untilMs),
    command(keyspace.siroLate(connection), lateUntilMs),
  ];
}

/** Lists the reps who are watched at a moment, and forgets whose watch is over. */
export async function listWatched(
  redis: Redis,
  connection: string,
  nowMs: number,
): Promise<WatchedReps> {
  const [watched, late] = [keyspace.siroWatched(connection), keyspace.siroLate(connection)];
  await Promise.all([watched, late].map((key) => redis.zremrangebyscore(key, "-inf", `(${nowMs}`)));
  const [soon, others] = await Promise.all(
    [watched, late].map((key) => redis.zrange(key, "0", "-1")),
  );
  return { soon: soon ?? [], late: others ?? [] };
}

/** The command that has a prompt judged at a moment; asked for again it keeps the first one. */
export function judgeAtCommand(ref: PromptRef, atMs: number): RedisCommand {
  return ["ZADD", keyspace.siroUnconfirmed(ref.connection), "NX", atMs, memberOf(ref)];
}

/** Lists prompts whose judgement is due, the longest waiting first. */
export async function listToJudge(
  redis: Redis,
  connection: string,
  nowMs: number,
): Promise<readonly PromptRef[]> {
  const key = keyspace.siroUnconfirmed(connection);
  const members = await redis.zrangebyscore(key, "-inf", nowMs, "LIMIT", 0, MOST_JUDGED);
  return members.map((member) => promptRefSchema.parse({ connection, ...JSON.parse(member) }));
}

/** Puts a prompt's judgement off. */
export async function judgeLater(redis: Redis, ref: PromptRef, atMs: number): Promise<void> {
  await redis.zadd(keyspace.siroUnconfirmed(ref.connection), "XX", atMs, memberOf(ref));
}

/** Ends the waiting for a prompt's judgement. */
export async function forgetToJudge(redis: Redis, ref: PromptRef): Promise<void> {
  await redis.zrem(keyspace.siroUnconfirmed(ref.connection), memberOf(ref));
}

function memberOf({ userId, recordId, promptId }: PromptRef): string {
  return JSON.stringify({ userId, recordId, promptId });
}
