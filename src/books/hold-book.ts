import type { Redis } from "ioredis";
import { type Hold, holdSchema } from "../domain/hold.ts";
import { keyspace } from "../keyspace.ts";

/** Jobs that wait for a release are forgotten after their prompts are of no use any more. */
const HELD_JOBS_KEPT_SECONDS = 3 * 86_400;

/** The hold of a connection; undefined while it delivers. */
export async function readHold(redis: Redis, connection: string): Promise<Hold | undefined> {
  const text = await redis.get(keyspace.hold(connection));
  return text === null ? undefined : holdSchema.parse(JSON.parse(text));
}

/** Places a connection on hold; one that is on hold already stays as it is, and false says so. */
export async function placeHold(redis: Redis, connection: string, hold: Hold): Promise<boolean> {
  return (await redis.set(keyspace.hold(connection), JSON.stringify(hold), "NX")) === "OK";
}

/** Ends the hold of a connection; returns it, undefined when there was none. */
export async function releaseHold(redis: Redis, connection: string): Promise<Hold | undefined> {
  const hold = await readHold(redis, connection);
  await redis.del(keyspace.hold(connection));
  return hold;
}

/** A job that was put off because its connection is on hold. */
export interface HeldJob {
  readonly queue: string;
  readonly jobId: string;
}

/** Remembers a job that waits for the release. */
export async function rememberHeldJob(
  redis: Redis,
  connection: string,
  { queue, jobId }: HeldJob,
): Promise<void> {
  const key = keyspace.heldJobs(connection);
  await redis.multi().sadd(key, `${queue} ${jobId}`).expire(key, HELD_JOBS_KEPT_SECONDS).exec();
}

/** Takes the jobs that waited for the release, up to so many at a time; none are left when it returns none. */
export async function takeHeldJobs(
  redis: Redis,
  connection: string,
  most: number,
): Promise<readonly HeldJob[]> {
  const members = await redis.spop(keyspace.heldJobs(connection), most);
  return members.map((member) => {
    const at = member.indexOf(" ");
    return { queue: member.slice(0, at), jobId: member.slice(at + 1) };
  });
}
