import type { Redis } from "ioredis";
import { type ChangeStreamBook, openChangeStreamBook } from "../../src/books/change-stream-book.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { type CrmEvent, crmEventSchema } from "../../src/domain/crm-event.ts";
import { type CrmEventsQueue, createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { openWorkerRedis, untilReady } from "../../src/redis.ts";
import {
  type ChangeStream,
  type FollowChangesDeps,
  followChangeEvents,
  type StreamNews,
} from "../../src/salesforce/change-events/follow-change-events.ts";
import type { StreamTuning } from "../../src/salesforce/change-events/stream-tuning.ts";
import { openOrg } from "../../src/salesforce/open-org.ts";
import { aConnection } from "../support/bridge-state.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { addSchemas, replayId } from "./change-bus.ts";
import { type PubSubStub, startPubSubStub } from "./pubsub-stub.ts";
import { type ScriptedOrg, startScriptedOrg } from "./scripted-org.ts";

/** The user as whom the bridge of these tests signs in. */
export const OWN_USER = "005000000000042AAA";
const ORGANIZATION = "00D5f000004XyZaEAK";

/** One process that follows, with a Redis connection of its own. */
export interface Follower {
  readonly stream: ChangeStream;
  readonly redis: Redis;
  readonly news: readonly StreamNews[];
  /** How often it asked for the lease. */
  readonly leaseCalls: () => number;
}

/** How a follower differs from the usual one. */
export interface FollowerSpec {
  readonly deps?: (usual: FollowChangesDeps, redis: Redis) => Partial<FollowChangesDeps>;
  readonly tuning?: Partial<StreamTuning>;
  readonly connection?: Record<string, unknown>;
}

/** Redis, a scripted org for the sign-in and a stub of the Pub/Sub API. */
export interface ChangeStage {
  readonly server: RedisServer;
  readonly redis: Redis;
  readonly pubsub: PubSubStub;
  readonly org: ScriptedOrg;
  readonly crmEvents: CrmEventsQueue;
  readonly book: ChangeStreamBook;
  /** How often a look was asked for. */
  readonly looks: () => number;
  connection(own?: Record<string, unknown>): Connection;
  /** Opens a process that follows; it is stopped with the stage. */
  follower(spec?: FollowerSpec): Promise<Follower>;
  /** The events that are durable, in the order of their ids. */
  stored(): Promise<readonly CrmEvent[]>;
  untilStored(count: number): Promise<readonly CrmEvent[]>;
  /** Resolves once the position is behind the event of this number. */
  untilPosition(number: number): Promise<void>;
  untilStreams(count: number): Promise<void>;
  /** Stops the followers of a test. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a stage with an empty Redis. */
export async function openChangeStage(channel = "/data/ChangeEvents"): Promise<ChangeStage> {
  const server = await startRedisServer();
  const redis = openWorkerRedis(server.url);
  const pubsub = await startPubSubStub();
  addSchemas(pubsub);
  const org = await startScriptedOrg({
    token: (_form, nth) => ({
      json: {
        access_token: `token-${nth}`,
        instance_url: "https://acme.example.com",
        id: `https://login.salesforce.com/id/${ORGANIZATION}/${OWN_USER}`,
      },
    }),
    call: () => ({ status: 500 }),
  });
  const crmEvents = createCrmEventsQueue(redis);
  const book = openChangeStreamBook(redis, { connection: "acme", owner: "the test" });
  const opened: { readonly stream: ChangeStream; readonly redis: Redis }[] = [];
  let looks = 0;
  const connection = (own: Record<string, unknown> = {}) =>
    aConnection({
      changeEvents: { channel },
      salesforce: {
        instanceUrl: org.url,
        auth: { kind: "client-credentials", clientId: "app", clientSecret: "secret" },
      },
      ...own,
    });

  async function stored(): Promise<readonly CrmEvent[]> {
    const jobs = await crmEvents.queue.getJobs(["waiting"]);
    return jobs
      .map(({ data }) => crmEventSchema.parse(data))
      .sort((left, right) => (left.eventId < right.eventId ? -1 : 1));
  }
  const stage: ChangeStage = {
    server,
    redis,
    pubsub,
    org,
    crmEvents,
    book,
    looks: () => looks,
    connection,
    follower: async (spec = {}) => {
      const own = openWorkerRedis(server.url);
      await untilReady(own, 5000);
      const configured = connection(spec.connection);
      const news: StreamNews[] = [];
      const ownBook = openChangeStreamBook(own, {
        connection: "acme",
        owner: `process-${opened.length}-${Math.random()}`,
      });
      let leaseCalls = 0;
      const usual: FollowChangesDeps = {
        sessions: openOrg(configured).sessions,
        book: {
          ...ownBook,
          holdLease: (leaseMs) => {
            leaseCalls += 1;
            return ownBook.holdLease(leaseMs);
          },
        },
        put: createCrmEventsQueue(own).put,
        askForLook: async () => {
          looks += 1;
        },
        tell: (one) => news.push(one),
        nowMs: Date.now,
        random: () => 0.5,
        tuning: {
          endpoint: pubsub.url,
          silenceMs: 10_000,
          firstWaitMs: 20,
          longestWaitMs: 50,
          refusedWaitMs: 60,
          leaseMs: 600,
          renewMs: 100,
          ...spec.tuning,
        },
      };
      const stream = followChangeEvents({ ...usual, ...spec.deps?.(usual, own) }, configured);
      opened.push({ stream, redis: own });
      stream.start();
      return { stream, redis: own, news, leaseCalls: () => leaseCalls };
    },
    stored,
    untilStored: async (count) => {
      await until(async () => (await stored()).length >= count, {
        timeoutMs: 8000,
        what: `${count} stored events`,
      });
      return stored();
    },
    untilPosition: async (number) => {
      await until(
        async () => {
          const position = await book.readPosition(channel);
          return position !== undefined && replayId(number).equals(position);
        },
        { timeoutMs: 8000, what: `the position behind event ${number}` },
      );
    },
    untilStreams: async (count) => {
      await until(() => pubsub.streams.length >= count, {
        timeoutMs: 8000,
        what: `${count} subscriptions`,
      });
    },
    clear: async () => {
      for (const { stream, redis: own } of opened.splice(0)) {
        await stream.stop();
        if (own.status !== "end") {
          own.disconnect();
        }
      }
    },
    close: async () => {
      await stage.clear();
      await crmEvents.queue.close();
      redis.disconnect();
      await pubsub.stop();
      await org.stop();
      await server.stop();
    },
  };
  return stage;
}
