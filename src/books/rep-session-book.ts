import { createHash, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import type { RepRef } from "./rep-book.ts";

/** How long a session lives after its last use. */
export const REP_SESSION_LIFE_SECONDS = 90 * 86_400;

const TOKEN_BYTES = 32;

const repSessionSchema = z.object({
  connection: z.string(),
  userId: z.string(),
  /** The device that the browser of this session enrolled. */
  deviceId: z.string().optional(),
  createdAtMs: z.int(),
});

/** A browser in which a rep is signed in. */
export type RepSession = Readonly<z.infer<typeof repSessionSchema>>;

/** Signs a rep in: returns the token of the cookie, which is kept nowhere; Redis has its digest alone. */
export async function createRepSession(
  redis: Redis,
  { connection, userId }: RepRef,
  nowMs: number,
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const session: RepSession = { connection, userId, createdAtMs: nowMs };
  await redis.set(keyOf(token), JSON.stringify(session), "EX", REP_SESSION_LIFE_SECONDS);
  return token;
}

/** Finds the session of a token and lets it live on; undefined when it ended or never was. */
export async function findRepSession(redis: Redis, token: string): Promise<RepSession | undefined> {
  const text = await redis.getex(keyOf(token), "EX", REP_SESSION_LIFE_SECONDS);
  return text === null ? undefined : repSessionSchema.parse(JSON.parse(text));
}

/** Remembers which device the browser of a session is, or, without an id, that it is none any more. */
export async function bindSessionDevice(
  redis: Redis,
  token: string,
  deviceId: string | undefined,
): Promise<void> {
  const session = await findRepSession(redis, token);
  if (session === undefined) {
    return;
  }
  const { deviceId: _, ...rest } = session;
  const next: RepSession = deviceId === undefined ? rest : { ...rest, deviceId };
  // XX: a session that was ended meanwhile stays ended.
  const life = REP_SESSION_LIFE_SECONDS;
  await redis.set(keyOf(token), JSON.stringify(next), "EX", life, "XX");
}

/** Ends a session; safe to repeat. */
export async function endRepSession(redis: Redis, token: string): Promise<void> {
  await redis.del(keyOf(token));
}

/** The digest under which a session is kept: tells the same session again without its token. */
export function repSessionHash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function keyOf(token: string): string {
  return keyspace.repSession(repSessionHash(token));
}
