import { createHash, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import type { RepRef } from "./rep-book.ts";
import { countSignOuts, isKinshipOver, kinshipSchema } from "./session-family-book.ts";

const TOKEN_BYTES = 32;

/** How long an invite may live, in minutes. */
export const INVITE_LIFE_MINUTES = { least: 15, usual: 72 * 60, most: 72 * 60 } as const;

const inviteSchema = kinshipSchema.extend({
  connection: z.string(),
  userId: z.string(),
  expiresAtMs: z.int(),
});

/** Whom an invite signs in, once, and until when. */
export type Invite = Readonly<z.infer<typeof inviteSchema>>;

/**
 * Makes an invite and returns its token, which is kept nowhere; Redis has its digest alone.
 *
 * It is over, too, when its rep is signed out everywhere.
 */
export async function createInvite(
  redis: Redis,
  { connection, userId }: RepRef,
  expiresAtMs: number,
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const signOuts = await countSignOuts(redis, { connection, userId });
  const invite: Invite = { connection, userId, families: [], signOuts, expiresAtMs };
  await redis.set(keyOf(token), JSON.stringify(invite), "PXAT", expiresAtMs);
  return token;
}

/** Reads an invite and leaves it; undefined when it is used, expired or was never made. */
export async function readInvite(
  redis: Redis,
  token: string,
  nowMs: number,
): Promise<Invite | undefined> {
  return parseInvite(redis, await redis.get(keyOf(token)), nowMs);
}

/** Uses an invite up: of any number of callers at the same moment exactly one gets it. */
export async function takeInvite(
  redis: Redis,
  token: string,
  nowMs: number,
): Promise<Invite | undefined> {
  return parseInvite(redis, await redis.getdel(keyOf(token)), nowMs);
}

async function parseInvite(
  redis: Redis,
  text: string | null,
  nowMs: number,
): Promise<Invite | undefined> {
  const invite = text === null ? undefined : inviteSchema.parse(JSON.parse(text));
  const isGood = invite !== undefined && nowMs < invite.expiresAtMs;
  return isGood && !(await isKinshipOver(redis, invite)) ? invite : undefined;
}

function keyOf(token: string): string {
  return keyspace.invite(createHash("sha256").update(token).digest("base64url"));
}
