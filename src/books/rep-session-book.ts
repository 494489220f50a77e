import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import type { RepRef } from "./rep-book.ts";
import {
  countSignOuts,
  isKinshipOver,
  type Kinship,
  kinshipSchema,
  noteDeviceFamilies,
} from "./session-family-book.ts";

/** How long a session lives after its last use. */
export const REP_SESSION_LIFE_SECONDS = 90 * 86_400;

const TOKEN_BYTES = 32;

const repSessionSchema = kinshipSchema.extend({
  connection: z.string(),
  userId: z.string(),
  /** The device that the browser of this session enrolled. */
  deviceId: z.string().optional(),
  createdAtMs: z.int(),
});

/** A browser in which a rep is signed in. */
export type RepSession = Readonly<z.infer<typeof repSessionSchema>>;

/**
 * Signs a rep in: returns the token of the cookie, which is kept nowhere; Redis has its digest alone.
 *
 * Without families of what let it in, the session begins one of its own.
 */
export async function createRepSession(
  redis: Redis,
  { connection, userId, families = [], signOuts }: RepRef & Partial<Kinship>,
  nowMs: number,
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const session: RepSession = {
    connection,
    userId,
    families: families.length === 0 ? [randomUUID()] : families,
    signOuts: signOuts ?? (await countSignOuts(redis, { connection, userId })),
    createdAtMs: nowMs,
  };
  await redis.set(keyOf(token), JSON.stringify(session), "EX", REP_SESSION_LIFE_SECONDS);
  return token;
}

/** Finds the session of a token and lets it live on; undefined when it ended or never was. */
export async function findRepSession(redis: Redis, token: string): Promise<RepSession | undefined> {
  const text = await redis.getex(keyOf(token), "EX", REP_SESSION_LIFE_SECONDS);
  if (text === null) {
    return undefined;
  }
  const session = withFamily(repSessionSchema.parse(JSON.parse(text)), token);
  if (await isKinshipOver(redis, session)) {
    await endRepSession(redis, token);
    return undefined;
  }
  return session;
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
  if (deviceId !== undefined) {
    // First: a device whose families are not known would not take them along when it is removed.
    await noteDeviceFamilies(redis, deviceId, session);
  }
  const { deviceId: _, ...rest } = session;
  await replace(redis, token, deviceId === undefined ? rest : { ...rest, deviceId });
}

/** Gives a session a family of its own: what ends the old one does not end it. */
export async function separateRepSession(redis: Redis, token: string): Promise<void> {
  const session = await findRepSession(redis, token);
  if (session === undefined) {
    return;
  }
  const families = [randomUUID()];
  if (session.deviceId !== undefined) {
    await noteDeviceFamilies(redis, session.deviceId, { families });
  }
  await replace(redis, token, { ...session, families });
}

/** Ends a session; safe to repeat. */
export async function endRepSession(redis: Redis, token: string): Promise<void> {
  await redis.del(keyOf(token));
}

/** The digest under which a session is kept: tells the same session again without its token. */
export function repSessionHash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** A session that was made before there were families has one by its own digest. */
function withFamily(session: RepSession, token: string): RepSession {
  return session.families.length === 0
    ? { ...session, families: [repSessionHash(token)] }
    : session;
}

async function replace(redis: Redis, token: string, next: RepSession): Promise<void> {
  // XX: a session that was ended meanwhile stays ended.
  await redis.set(keyOf(token), JSON.stringify(next), "EX", REP_SESSION_LIFE_SECONDS, "XX");
}

function keyOf(token: string): string {
  return keyspace.repSession(repSessionHash(token));
}
