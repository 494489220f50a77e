import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged, runPipeline } from "../redis-script.ts";

/** How long an operator's session lives, whatever happens meanwhile. */
export const OPERATOR_SESSION_LIFE_MS = 12 * 3_600_000;

const keptSessionSchema = z.object({
  /** The id under which the session store has it. */
  sid: z.string(),
  era: z.string(),
  sinceMs: z.int(),
  seenAtMs: z.int(),
  /** In words, like Firefox on Linux. */
  browser: z.string(),
  address: z.string(),
});

type KeptSession = Readonly<z.infer<typeof keptSessionSchema>>;

/** A browser in which an operator is signed in. */
export interface OperatorSessionEntry extends KeptSession {
  /** Names the session to people; says nothing of the cookie. */
  readonly id: string;
  readonly name: string;
}

/** Keeps that a person signed in, and forgets sessions of theirs that are over. */
export async function keepOperatorSession(
  redis: Redis,
  name: string,
  session: KeptSession,
): Promise<void> {
  const key = keyspace.operatorSessions(name);
  await listOperatorSessions(redis, name, session.sinceMs);
  await runPipeline(redis, [
    ["HSET", key, sessionHandle(session.sid), JSON.stringify(session)],
    ["PEXPIRE", key, OPERATOR_SESSION_LIFE_MS],
  ]);
}

/** The sessions of one person, the newest first; those whose time is over are forgotten. */
export async function listOperatorSessions(
  redis: Redis,
  name: string,
  nowMs: number,
): Promise<readonly OperatorSessionEntry[]> {
  const all = await readAll(redis, name);
  const isOver = ({ sinceMs }: KeptSession) => sinceMs + OPERATOR_SESSION_LIFE_MS <= nowMs;
  const over = all.filter(isOver);
  if (over.length > 0) {
    await redis.hdel(keyspace.operatorSessions(name), ...over.map(({ id }) => id));
  }
  return all
    .filter((session) => !isOver(session))
    .sort((left, right) => right.sinceMs - left.sinceMs);
}

/** Notes that a session is in use; one that was ended meanwhile stays ended. */
export async function noteOperatorSeen(
  redis: Redis,
  { name, sid }: Pick<OperatorSessionEntry, "name" | "sid">,
  nowMs: number,
): Promise<void> {
  const key = keyspace.operatorSessions(name);
  const field = sessionHandle(sid);
  const text = await redis.hget(key, field);
  if (text !== null) {
    const session = { ...keptSessionSchema.parse(JSON.parse(text)), seenAtMs: nowMs };
    await commitIfUnchanged(redis, { key, field, expected: text }, [
      ["HSET", key, field, JSON.stringify(session)],
    ]);
  }
}

/** Ends sessions of one person; safe to repeat. */
export async function endOperatorSessions(
  redis: Redis,
  name: string,
  isMeant: (session: OperatorSessionEntry) => boolean = () => true,
): Promise<number> {
  const meant = (await readAll(redis, name)).filter(isMeant);
  await runPipeline(
    redis,
    // First the session itself: what is on no list any more could not be ended.
    meant.flatMap(({ id, sid }) => [
      ["DEL", keyspace.sessions() + sid],
      ["HDEL", keyspace.operatorSessions(name), id],
    ]),
  );
  return meant.length;
}

/** What names a session to people: its id by digest, so that a list of them opens nothing. */
export function sessionHandle(sid: string): string {
  return createHash("sha256").update(sid).digest("base64url").slice(0, 22);
}

async function readAll(redis: Redis, name: string): Promise<readonly OperatorSessionEntry[]> {
  const kept = await redis.hgetall(keyspace.operatorSessions(name));
  return Object.entries(kept).map(([id, text]) => ({
    id,
    name,
    ...keptSessionSchema.parse(JSON.parse(text)),
  }));
}
