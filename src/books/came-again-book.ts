import type { Redis } from "ioredis";
import type { CrmEvent } from "../domain/crm-event.ts";
import { keyspace } from "../keyspace.ts";
import { type RedisCommand, runPipeline } from "../redis-script.ts";
import type { RecordRef } from "./timeline-book.ts";

/** As long as a timeline that nothing extends. */
const KEPT_SECONDS = 30 * 86_400;

/** Polls and streams look twice on purpose; that a sender sent twice is what an operator wants to know. */
const SENDERS: ReadonlySet<CrmEvent["source"]> = new Set(["json", "outbound-message"]);

/** An event that was sent again after it had been taken in; it changed nothing. */
export interface CameAgain {
  readonly eventId: string;
  /** How often, the first time not counted. */
  readonly times: number;
  readonly lastAtMs: number;
}

/** Notes that events came again, for the timelines of their records; one small write for all of them. */
export async function noteCameAgain(redis: Redis, events: readonly CrmEvent[]): Promise<void> {
  await runPipeline(redis, events.flatMap(commandsOf));
}

/** Lists which events of a record came again, in the order of their last coming. */
export async function readCameAgain(
  redis: Redis,
  { connection, recordId }: RecordRef,
): Promise<readonly CameAgain[]> {
  const fields = await redis.hgetall(keyspace.cameAgain(connection, recordId));
  return Object.entries(fields)
    .flatMap(([field, times]) => {
      const eventId = field.startsWith(TIMES) ? field.slice(TIMES.length) : undefined;
      const lastAtMs = Number(fields[`${LAST}${eventId}`]);
      return eventId === undefined || !Number.isFinite(lastAtMs)
        ? []
        : [{ eventId, times: Number(times), lastAtMs }];
    })
    .sort((left, right) => left.lastAtMs - right.lastAtMs);
}

const TIMES = "n:";
const LAST = "t:";

function commandsOf({
  connection,
  recordId,
  source,
  eventId,
  receivedAtMs,
}: CrmEvent): readonly RedisCommand[] {
  if (recordId === undefined || !SENDERS.has(source)) {
    return [];
  }
  const key = keyspace.cameAgain(connection, recordId);
  return [
    ["HINCRBY", key, `${TIMES}${eventId}`, 1],
    ["HSET", key, `${LAST}${eventId}`, receivedAtMs],
    ["EXPIRE", key, KEPT_SECONDS],
  ];
}
