import type { Redis } from "ioredis";
import { z } from "zod";
import type { IssuedPrompt, Prompt } from "../domain/prompt.ts";
import type { RecorderTrail } from "../domain/recorder-trail.ts";
import { type Rep, repSchema } from "../domain/rep.ts";
import { keyspace } from "../keyspace.ts";
import {
  commitIfUnchanged,
  type RedisCommand,
  redisScript,
  runPipeline,
  runScript,
} from "../redis-script.ts";
import { promptFactsCommands } from "./facts-book.ts";
import { parseRepState, type RepState, type RepVisit } from "./rep-state.ts";
import { packPrompts } from "./stored-prompts.ts";

/** Names one rep of one connection. */
export interface RepRef {
  readonly connection: string;
  readonly userId: string;
}

/** A visit that ended longer ago than this no longer matters to a plan. */
const LOOK_BACK_MS = 24 * 3_600_000;
/** Enough issued prompts to cover a day; older ones cannot be the open recording. */
const KEPT_ISSUED = 40;

const READ_REP_STATE = redisScript(`
local now = redis.call('TIME')
local since = tonumber(now[1]) * 1000 - tonumber(ARGV[3])
local head = redis.call('HMGET', KEYS[1], 'rev', 'live', 'issued', 'recorder')
local visits = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], since, '+inf')) do
  visits[#visits + 1] = redis.call('HMGET', ARGV[1] .. id, 'doc', 'p:' .. ARGV[2])
end
return {now, head, visits}
`);

/** Whose state is read, and visits that ended how long ago still belong to it: a day unless said otherwise. */
export interface RepReach extends RepRef {
  readonly lookBackMs?: number | undefined;
}

/** Reads one rep's state in one step. */
export async function readRepState(
  redis: Redis,
  { connection, userId, lookBackMs = LOOK_BACK_MS }: RepReach,
): Promise<RepState> {
  const reply = await runScript(redis, READ_REP_STATE, {
    keys: [keyspace.rep(connection, userId), keyspace.repAppointments(connection, userId)],
    args: [keyspace.appointment(connection, ""), userId, lookBackMs],
  });
  return parseRepState(reply, userId);
}

/** Reads what changes with every change of a rep's state; empty for a rep without any. */
export async function readRepRevision(
  redis: Redis,
  { connection, userId }: RepRef,
): Promise<string> {
  return (await redis.hget(keyspace.rep(connection, userId), "rev")) ?? "";
}

/** Commits a change of one rep's state, only if nothing changed since it was read. */
export async function commitRepChange(
  redis: Redis,
  { connection, userId }: RepRef,
  { revision, commands }: { revision: string; commands: readonly RedisCommand[] },
): Promise<boolean> {
  const key = keyspace.rep(connection, userId);
  const guard = { key, field: "rev", expected: revision };
  return commitIfUnchanged(redis, guard, [...commands, ["HINCRBY", key, "rev", 1]]);
}

/** The commands that store one rep's prompts for one appointment, in place of those that were read. */
export function promptsCommands(
  { connection, userId }: RepRef,
  { stored, prompts: before }: RepVisit,
  prompts: readonly Prompt[],
): readonly RedisCommand[] {
  const key = keyspace.appointment(connection, stored.appointment.recordId);
  return [
    ["HSET", key, `p:${userId}`, packPrompts(prompts)],
    ...promptFactsCommands(connection, stored, { userId, prompts, before }),
  ];
}

/** The command that names the one prompt that may be delivered now, or none. */
export function livePromptCommand(
  { connection, userId }: RepRef,
  promptId: string | undefined,
): RedisCommand {
  return ["HSET", keyspace.rep(connection, userId), "live", promptId ?? ""];
}

/** The command that remembers what was issued; only the newest are kept. */
export function issuedCommand(
  { connection, userId }: RepRef,
  issued: readonly IssuedPrompt[],
): RedisCommand {
  const kept = issued.slice(-KEPT_ISSUED);
  return ["HSET", keyspace.rep(connection, userId), "issued", JSON.stringify(kept)];
}

/** The commands that make a rep known; what a profile does not say stays as it was. */
export function knownRepCommands(connection: string, rep: Rep): readonly RedisCommand[] {
  const { userId, email, name, timeZone, team } = rep;
  const fields = Object.entries({ email, name, timeZone, team }).flatMap(([field, value]) =>
    value === undefined ? [] : [field, value],
  );
  const key = keyspace.rep(connection, userId);
  return [
    ["SADD", keyspace.reps(connection), userId],
    ["HSET", key, "userId", userId, ...fields],
  ];
}

/** The command that stores what Siro told of one rep's recorder. */
export function recorderCommand(
  { connection, userId }: RepRef,
  recorder: RecorderTrail,
): RedisCommand {
  return ["HSET", keyspace.rep(connection, userId), "recorder", JSON.stringify(recorder)];
}

/** Makes a rep known, or updates what is known. */
export async function saveRep(redis: Redis, connection: string, rep: Rep): Promise<void> {
  const commands = knownRepCommands(connection, rep);
  await runPipeline(redis, commands);
}

/** Makes a rep known; false when the rep is known already, and nothing is written then. */
export function addRep(redis: Redis, connection: string, rep: Rep): Promise<boolean> {
  const guard = { key: keyspace.rep(connection, rep.userId), field: "userId", expected: "" };
  return commitIfUnchanged(redis, guard, knownRepCommands(connection, rep));
}

const profileSchema = z.tuple([
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
]);

/** Reads who a rep is; undefined for an unknown one. */
export async function readRep(
  redis: Redis,
  { connection, userId }: RepRef,
): Promise<Rep | undefined> {
  const key = keyspace.rep(connection, userId);
  const reply = await redis.hmget(key, "userId", "email", "name", "timeZone", "team");
  const [known, email, name, timeZone, team] = profileSchema.parse(reply);
  return known === null
    ? undefined
    : repSchema.parse({
        userId: known,
        email: email ?? undefined,
        name: name ?? undefined,
        timeZone: timeZone ?? undefined,
        team: team ?? undefined,
      });
}

/** All known user ids of a connection, sorted. */
export async function listUserIds(redis: Redis, connection: string): Promise<readonly string[]> {
  const userIds = await redis.smembers(keyspace.reps(connection));
  return userIds.sort();
}

/** Reads in which team each rep of a connection is now, by user id; a rep whose team is not known is absent. */
export async function readTeams(
  redis: Redis,
  connection: string,
): Promise<ReadonlyMap<string, string>> {
  const userIds = await listUserIds(redis, connection);
  const teams = await runPipeline(
    redis,
    userIds.map((userId) => ["HGET", keyspace.rep(connection, userId), "team"]),
  );
  return new Map(
    userIds.flatMap((userId, at) => {
      const team = teams[at];
      return typeof team === "string" ? [[userId, team] as const] : [];
    }),
  );
}
