import { createHmac, randomInt } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import type { RepRef } from "./rep-book.ts";
import { isKinshipOver, type Kinship, kinshipSchema } from "./session-family-book.ts";

/** No 0 and O, no 1, I and L. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const CODE_LENGTH = 8;
const LIFE_MS = 60 * 60_000;
/** Two codes alike at the same time do not happen by chance; more than that is a fault. */
const DRAWS = 5;

const pairingSchema = kinshipSchema.extend({
  connection: z.string(),
  userId: z.string(),
  expiresAtMs: z.int(),
});

/** Whom a pairing code signs in, once, and until when. */
export type Pairing = Readonly<z.infer<typeof pairingSchema>>;

/** What the book needs: a code is short, so its digest is keyed. */
export interface PairingBookDeps {
  readonly redis: Redis;
  readonly secretKey: Buffer;
  readonly nowMs: () => number;
}

/**
 * Draws a code with which another browser of the same rep signs in; it works for an hour, and no longer than the
 * session that it was drawn in.
 */
export async function createPairing(
  deps: PairingBookDeps,
  { connection, userId, families, signOuts }: RepRef & Kinship,
): Promise<{ readonly code: string; readonly expiresAtMs: number }> {
  const expiresAtMs = deps.nowMs() + LIFE_MS;
  const pairing: Pairing = { connection, userId, families, signOuts, expiresAtMs };
  for (let draws = 0; draws < DRAWS; draws += 1) {
    const code = drawCode();
    const key = keyOf(deps, code);
    const text = JSON.stringify(pairing);
    if ((await deps.redis.set(key, text, "PXAT", expiresAtMs, "NX")) !== null) {
      return { code, expiresAtMs };
    }
  }
  throw new Error("no free pairing code was drawn");
}

/** Reads what is behind a code and leaves it; undefined when it is used, expired or was never made. */
export async function readPairing(
  deps: PairingBookDeps,
  typed: string,
): Promise<Pairing | undefined> {
  const code = pairingCodeOf(typed);
  return code === undefined
    ? undefined
    : parsePairing(deps, await deps.redis.get(keyOf(deps, code)));
}

/** Uses a code up: of any number of callers at the same moment exactly one gets it. */
export async function takePairing(
  deps: PairingBookDeps,
  typed: string,
): Promise<Pairing | undefined> {
  const code = pairingCodeOf(typed);
  return code === undefined
    ? undefined
    : parsePairing(deps, await deps.redis.getdel(keyOf(deps, code)));
}

/** Reads a code as people type it: in any case, with blanks and dashes; undefined when it cannot be one. */
export function pairingCodeOf(typed: string): string | undefined {
  const code = typed.replaceAll(/[\s-]/g, "").toUpperCase();
  const isCode = code.length === CODE_LENGTH && [...code].every((char) => ALPHABET.includes(char));
  return isCode ? code : undefined;
}

function drawCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

async function parsePairing(
  { redis, nowMs }: PairingBookDeps,
  text: string | null,
): Promise<Pairing | undefined> {
  const pairing = text === null ? undefined : pairingSchema.parse(JSON.parse(text));
  const isGood = pairing !== undefined && nowMs() < pairing.expiresAtMs;
  return isGood && !(await isKinshipOver(redis, pairing)) ? pairing : undefined;
}

function keyOf({ secretKey }: PairingBookDeps, code: string): string {
  const digest = createHmac("sha256", secretKey).update(`pair\n${code}`).digest("base64url");
  return keyspace.pairing(digest);
}
