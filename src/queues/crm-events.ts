import { createHash } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { noteCameAgain } from "../books/came-again-book.ts";
import type { CrmEvent } from "../domain/crm-event.ts";
import { StoreUnavailableError } from "../errors.ts";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";
import { createFairTurns, type FairTurns } from "./fair-turns.ts";
import { joinCalls } from "./join-calls.ts";
import { activeTrace, queueBase } from "./queue-base.ts";
import { KEEP_FINISHED } from "./queue-settings.ts";
import { StampedQueue } from "./stamped-queue.ts";

/** The queue of accepted events that wait to be understood. */
export const CRM_EVENTS_QUEUE = "crm-events";

/** Salesforce resends for 24 h; three days cover that, our own delays and a margin. */
const SEEN_FOR_SECONDS = 72 * 3_600;

/** About 20 minutes of trying before an event is parked. */
const CRM_EVENT_ATTEMPTS = 12;

/** Joining more saves nothing: a full outbound message pays for its own call. */
const ENOUGH_EVENTS = 100;

/** The job id of an event: the same event always gets the same id, so a resend adds nothing. */
export function crmEventJobId(event: CrmEvent): string {
  const digest = createHash("sha256")
    .update(`${event.source}\n${event.eventId}`)
    .digest("base64url");
  return `${event.connection}-${digest.slice(0, 27)}`;
}

/** What became of one event that was put. */
export type PutResult = "accepted" | "duplicate";

/** The durable door into the bridge. */
export interface CrmEventsQueue {
  readonly queue: Queue;
  /**
   * Stores every event, each exactly once; answers in the order given.
   *
   * @throws {StoreUnavailableError} when any event could not be confirmed; putting all again is harmless.
   */
  put(events: readonly CrmEvent[]): Promise<readonly PutResult[]>;
  /** Says whether events wait that no worker has taken up yet; those that wait for a later time do not count. */
  isAnyWaiting(): Promise<boolean>;
  /** Adds one event again although it was seen, under an id of its own: a replay. */
  replay(event: CrmEvent, replayId: string): Promise<void>;
}

/** Opens the queue on a connection that fails fast. */
export function createCrmEventsQueue(redis: Redis): CrmEventsQueue {
  const queue = new StampedQueue(CRM_EVENTS_QUEUE, {
    ...queueBase(redis),
    defaultJobOptions: {
      attempts: CRM_EVENT_ATTEMPTS,
      backoff: { type: "exponential", delay: 500, jitter: 0.3 },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  });
  queue.on("error", () => undefined);
  const turns = createFairTurns(queue);
  const putJoined = joinCalls(
    (events: readonly TracedEvent[]) => putEvents({ redis, queue, turns }, events),
    {
      enoughItems: ENOUGH_EVENTS,
      isOfOneItem: isAnswerOfRedis,
    },
  );
  return {
    queue,
    put: async (events) => {
      try {
        const place = activeTrace();
        return await putJoined(events.map((event) => ({ event, place })));
      } catch (error) {
        throw new StoreUnavailableError(`${events.length} event(s) not stored`, { cause: error });
      }
    },
    isAnyWaiting: async () => (await queue.getJobCountByTypes("waiting", "prioritized")) > 0,
    replay: async (event, replayId) => {
      await turns.look([event.connection]);
      await turns.add([event.connection], ([priority]) =>
        queue.add(event.kind, event, { jobId: replayId, ...priority }),
      );
    },
  };
}

interface PutDeps {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly turns: FairTurns;
}

async function putEvents(
  deps: PutDeps,
  events: readonly TracedEvent[],
): Promise<readonly PutResult[]> {
  const asked = events.map((one) => ({ ...one, jobId: crmEventJobId(one.event) }));
  const [seen] = await Promise.all([
    seenJobIds(deps.redis, asked),
    deps.turns.look(events.map(({ event }) => event.connection)),
  ]);
  const fresh = firstMentions(asked.filter(({ jobId }) => !seen.has(jobId)));
  const firstOnes = await addFresh(deps, fresh);
  // Only the first mention of an id inside one batch is new.
  const results = asked.map(({ jobId }) => (firstOnes.delete(jobId) ? "accepted" : "duplicate"));
  const again = asked.filter((_, at) => results[at] === "duplicate").map(({ event }) => event);
  // Nobody waits for this: it tells operators, and the answer must not be later, or fail, for it.
  void noteCameAgain(deps.redis, again).catch(() => undefined);
  return results;
}

/** Of two events under one id the first counts, as if they had come one after the other. */
function firstMentions(asked: readonly AskedEvent[]): readonly AskedEvent[] {
  const first = new Map<string, AskedEvent>();
  for (const one of asked) {
    if (!first.has(one.jobId)) {
      first.set(one.jobId, one);
    }
  }
  return [...first.values()];
}

async function addFresh(deps: PutDeps, fresh: readonly AskedEvent[]): Promise<Set<string>> {
  if (fresh.length === 0) {
    return new Set();
  }
  await addAll(deps, fresh);
  return markSeen(deps.redis, fresh);
}

/** A refusal that Redis spoke out may concern one event; a connection that fails concerns all. */
function isAnswerOfRedis(error: unknown): boolean {
  return (
    error instanceof StoreUnavailableError ||
    (error instanceof Error && error.name === "ReplyError")
  );
}

/** An event, and where its trace goes on. */
interface TracedEvent {
  readonly event: CrmEvent;
  readonly place: ReturnType<typeof activeTrace>;
}

interface AskedEvent extends TracedEvent {
  readonly jobId: string;
}

async function seenJobIds(redis: Redis, asked: readonly AskedEvent[]): Promise<Set<string>> {
  const marks = await redis.mget(asked.map(seenKey));
  return new Set(asked.filter((_, at) => marks[at] !== null).map(({ jobId }) => jobId));
}

function seenKey({ event, jobId }: AskedEvent): string {
  return keyspace.seenEvent(event.connection, jobId);
}

async function addAll(
  { queue, turns }: Omit<PutDeps, "redis">,
  fresh: readonly AskedEvent[],
): Promise<void> {
  const jobs = await turns.add(
    fresh.map(({ event }) => event.connection),
    (priorities) =>
      queue.addBulk(
        fresh.map(({ event, jobId, place }, at) => ({
          name: event.kind,
          data: event,
          opts: { jobId, ...place, ...priorities[at] },
        })),
      ),
  );
  // addBulk is a plain pipeline, not a transaction: each job counts only by its own id.
  const isEachStored = fresh.every(({ jobId }, at) => jobs[at]?.id === jobId);
  if (!isEachStored) {
    throw new StoreUnavailableError("Redis did not confirm every job of the batch");
  }
}

const MARK_SEEN = redisScript(`
local marks = {}
for at, key in ipairs(KEYS) do
  marks[at] = redis.call('SET', key, '1', 'EX', ARGV[1], 'NX') and 1 or 0
end
return marks
`);

const marksSchema = z.array(z.int());

/** Written after the jobs, so that a mark never stands without its job. */
async function markSeen(redis: Redis, fresh: readonly AskedEvent[]): Promise<Set<string>> {
  const reply = await runScript(redis, MARK_SEEN, {
    keys: fresh.map(seenKey),
    args: [SEEN_FOR_SECONDS],
  });
  const marks = marksSchema.parse(reply);
  return new Set(fresh.filter((_, at) => marks[at] === 1).map(({ jobId }) => jobId));
}
