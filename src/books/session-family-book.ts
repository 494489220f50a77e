import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { runPipeline } from "../redis-script.ts";
import type { RepRef } from "./rep-book.ts";

/** A day longer than a session lives without a use: no member outlives the note that its family ended. */
const ENDED_NOTE_SECONDS = 91 * 86_400;

/** What of a session, or of what lets one in, says to which families it belongs. */
export const kinshipSchema = z.object({
  /** Sessions that let each other in by pairing, or that followed one another in a browser, share a family. */
  families: z.array(z.string()).default([]),
  /** How often the rep had been signed out everywhere when it was made. */
  signOuts: z.int().default(0),
});

/** Which sessions end together. */
export type Kinship = Readonly<z.infer<typeof kinshipSchema>>;

/** Counts how often a rep was signed out everywhere. */
export async function countSignOuts(redis: Redis, { connection, userId }: RepRef): Promise<number> {
  return Number((await redis.get(keyspace.repSignOuts(connection, userId))) ?? 0);
}

/** Signs a rep out everywhere: all sessions, pairing codes and invites that stand now are worth nothing. */
export async function endAllSessions(redis: Redis, { connection, userId }: RepRef): Promise<void> {
  await redis.incr(keyspace.repSignOuts(connection, userId));
}

/** Whether a family of it was ended, or its rep was signed out everywhere since it was made. */
export async function isKinshipOver(redis: Redis, of: RepRef & Kinship): Promise<boolean> {
  const [signOuts, ...ended] = await runPipeline(redis, [
    ["GET", keyspace.repSignOuts(of.connection, of.userId)],
    ...of.families.map((family) => ["EXISTS", keyspace.endedFamily(family)] as const),
  ]);
  return Number(signOuts ?? 0) !== of.signOuts || ended.includes(1);
}

/** Remembers to which families the sessions on a device belong. */
export async function noteDeviceFamilies(
  redis: Redis,
  deviceId: string,
  { families }: Pick<Kinship, "families">,
): Promise<void> {
  const key = keyspace.deviceFamilies(deviceId);
  await redis
    .multi()
    .sadd(key, ...families)
    .persist(key)
    .exec();
}

/**
 * Lets what is remembered of a device that was removed end; none of its sessions lives longer.
 *
 * One that is enrolled again is remembered on.
 */
export async function forgetDeviceFamilies(redis: Redis, deviceId: string): Promise<void> {
  await redis.expire(keyspace.deviceFamilies(deviceId), ENDED_NOTE_SECONDS);
}

/** The families of all sessions that were ever on a device. */
export function listDeviceFamilies(redis: Redis, deviceId: string): Promise<readonly string[]> {
  return redis.smembers(keyspace.deviceFamilies(deviceId));
}

/**
 * Ends all sessions that belong with a device: those on it, those that let them in, and those that they let in.
 *
 * For a device that was lost. Safe to repeat.
 */
export async function endDeviceFamilies(redis: Redis, deviceId: string): Promise<void> {
  const families = await listDeviceFamilies(redis, deviceId);
  await runPipeline(
    redis,
    families.map(
      (family) => ["SET", keyspace.endedFamily(family), "1", "EX", ENDED_NOTE_SECONDS] as const,
    ),
  );
}
