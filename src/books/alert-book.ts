import type { Redis } from "ioredis";
import { z } from "zod";
import { type Alert, alertNoticeSchema, alertSchema } from "../domain/alert.ts";
import { watchedAlertSchema } from "../domain/watched-alert.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged, type RedisCommand } from "../redis-script.ts";

/** So many resolved alerts are remembered. */
const KEPT_RESOLVED = 50;
const STATE = "state";

const deviceCountSchema = z.object({ atMs: z.int(), working: z.int() });

const stateSchema = z.object({
  watched: z.array(watchedAlertSchema).readonly(),
  /** Notices that were decided and may not be in the queue yet. */
  outbox: z.array(alertNoticeSchema).readonly(),
  /** How many devices worked when, by connection; the last hour alone. */
  census: z.record(z.string(), z.array(deviceCountSchema).readonly()),
});

/** What the alerts of all connections stand at. */
export type AlertState = Readonly<z.infer<typeof stateSchema>>;

/** The state with the text that guards it against another writer. */
export interface ReadAlertState {
  readonly state: AlertState;
  readonly guard: string;
}

const EMPTY: AlertState = { watched: [], outbox: [], census: {} };

/** Reads what the alerts stand at. */
export async function readAlertState(redis: Redis): Promise<ReadAlertState> {
  const text = await redis.hget(keyspace.alerts(), STATE);
  return text === null
    ? { state: EMPTY, guard: "" }
    : { state: stateSchema.parse(JSON.parse(text)), guard: text };
}

/** Commits a new state together with what was resolved; false when another writer was faster. */
export async function saveAlertState(
  redis: Redis,
  guard: string,
  { state, resolved = [] }: { readonly state: AlertState; readonly resolved?: readonly Alert[] },
): Promise<boolean> {
  const key = keyspace.alerts();
  const recent = keyspace.recentAlerts();
  const remembered = resolved.flatMap((alert): RedisCommand[] => [
    ["LPUSH", recent, JSON.stringify(alert)],
    ["LTRIM", recent, 0, KEPT_RESOLVED - 1],
  ]);
  return commitIfUnchanged(redis, { key, field: STATE, expected: guard }, [
    ["HSET", key, STATE, JSON.stringify(state)],
    ...remembered,
  ]);
}

/** The alerts that people were told of and that are not over, the newest first. */
export async function listOpenAlerts(redis: Redis): Promise<readonly Alert[]> {
  const { state } = await readAlertState(redis);
  return state.watched
    .flatMap(({ told }) => told?.alert ?? [])
    .sort((left, right) => right.openedAtMs - left.openedAtMs);
}

/** The alerts that are over, the last first. */
export async function listRecentAlerts(redis: Redis): Promise<readonly Alert[]> {
  const texts = await redis.lrange(keyspace.recentAlerts(), 0, KEPT_RESOLVED - 1);
  return texts.map((text) => alertSchema.parse(JSON.parse(text)));
}

const roadNoteSchema = z.object({
  atMs: z.int(),
  isDelivered: z.boolean(),
  /** What the other side said, without anything personal. */
  answer: z.string(),
});

/** How the last try on a road ended. */
export interface RoadNote extends Readonly<z.infer<typeof roadNoteSchema>> {
  readonly road: string;
}

/** Notes how a try ended. */
export async function noteRoad(redis: Redis, { road, ...note }: RoadNote): Promise<void> {
  await redis.hset(keyspace.alertRoads(), road, JSON.stringify(note));
}

/** How the last try on each road ended; none before the first. */
export async function listRoadNotes(redis: Redis): Promise<readonly RoadNote[]> {
  const texts = await redis.hgetall(keyspace.alertRoads());
  return Object.entries(texts).map(([road, text]) => ({
    road,
    ...roadNoteSchema.parse(JSON.parse(text)),
  }));
}
