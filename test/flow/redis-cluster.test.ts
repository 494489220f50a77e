import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { queueBase } from "../../src/queues/queue-base.ts";
import { openProducerRedis, openWorkerRedis } from "../../src/redis.ts";
import { ACME, type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import {
  type ClusterNode,
  type RedisCluster,
  startRedisCluster,
} from "../support/redis-cluster.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

// The slots of these names lie in different thirds: on different nodes.
const NORTH = "north";
const SOUTH = "south";
const PATIENCE_MS = 30_000;
/** Long before a worker stops waiting for work: after six seconds without an answer. */
const MISSED_AFTER_MS = 1_000;
const TRIALS = ["trial-1", "trial-2", "trial-3"];

let cluster: RedisCluster;
let org: StubOrg;
let sink: WebhookSink;
let north: BridgeProcess;

beforeAll(async () => {
  [cluster, org, sink] = await Promise.all([
    startRedisCluster(),
    startStubOrg({ organizationId: ACME.organizationId }),
    startWebhookSink(),
  ]);
  const { clientId, clientSecret } = org.app;
  const auth = { kind: "client-credentials", clientId, clientSecret };
  north = await startBridge({
    connection: { salesforce: { instanceUrl: org.url, auth }, reconcile: { everySeconds: 0 } },
    env: { REDIS_URL: cluster.url(NORTH) },
  });
}, 90_000);

afterAll(async () => {
  await north?.cleanUp();
  await Promise.all([cluster?.stop(), sink?.stop(), org?.stop()]);
});

/** The actions that reached a device. */
function actionsAt(path: string): readonly string[] {
  return sink.arrived.filter((one) => one.path === path).map(({ data }) => data.action);
}

/** Everything that the node of a shard holds. */
async function keysAt(shard: string): Promise<readonly string[]> {
  const { redis } = await cluster.masterOf(shard);
  return redis.keys("*");
}

async function untilSent(path: string, actions: readonly string[]): Promise<void> {
  await until(() => actionsAt(path).length >= actions.length, {
    timeoutMs: PATIENCE_MS,
    what: `${actions.join(", ")} at ${path}`,
  });
  expect(actionsAt(path)).toEqual(actions);
}

test("on a cluster a visit goes from an org's message to a device", async () => {
  const rep = addRep(org.store, "Dana", "Example");
  const person = { userId: rep.userId, email: "dana@example.com", name: "Dana Example" };
  await north.enrolSink(person, sink, "/north");
  const customer = addCustomer(org.store, ["Ada", "Customer"], {});
  const iso = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const visit = org.store.insert("ServiceAppointment", {
    ParentRecordId: customer.accountId,
    Subject: "Roof inspection",
    Status: "Scheduled",
    SchedStartTime: iso(2),
    SchedEndTime: iso(3),
  });
  org.store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: rep.resourceId,
    IsPrimaryResource: true,
  });
  const door = `${north.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
  const message = { objectType: "ServiceAppointment", recordIds: [idOf(visit)] };

  const [answer] = await org.sendOutboundMessage(door, message);

  expect(answer?.isAcked).toBe(true);
  await untilSent("/north", ["start", "stop"]);
}, 60_000);

test("the keys of two shards lie on two nodes, each all on one", async () => {
  const redis = openWorkerRedis(cluster.url(SOUTH));
  const crmEvents = createCrmEventsQueue(redis);
  const event = {
    kind: "unusable",
    reason: "NO_RECORD",
    connection: ACME.name,
    eventId: "of the south",
    source: "json",
    receivedAtMs: 1,
  } as const;
  expect(await crmEvents.put([event, event])).toEqual(["accepted", "duplicate"]);
  await crmEvents.queue.close();
  redis.disconnect();

  const [ofNorth, ofSouth] = await Promise.all([NORTH, SOUTH].map(keysAt));

  expect(ofNorth?.filter((key) => !key.startsWith("{north}:sb"))).toEqual([]);
  expect(ofNorth).toContain("{north}:sb:epoch");
  expect(ofSouth?.filter((key) => !key.startsWith("{south}:sb"))).toEqual([]);
  expect(ofSouth).toContain("{south}:sb-queue:crm-events:wait");
});

test("workers go on at a replica although their shard had no master for a while", async () => {
  const [master, replica] = await Promise.all([cluster.masterOf(SOUTH), cluster.addReplica(SOUTH)]);
  const nodes = [replica, ...cluster.masters];
  await Promise.all(
    nodes.map(({ redis }) => redis.config("SET", "cluster-node-timeout", MISSED_AFTER_MS)),
  );
  const redis = openWorkerRedis(cluster.url(SOUTH));
  const producer = openProducerRedis(cluster.url(SOUTH));
  const waiting = watchDuplicates(redis);
  const taken: string[] = [];
  const workers = TRIALS.map((name) => startTrialWorker(name, redis, taken));
  const queues = TRIALS.map((name) => new Queue(name, queueBase(producer)));
  // Then all begin to wait now, and stop waiting when the master is missed.
  await untilWorkedOn(queues, taken);
  await untilAllWait(master);
  const beganAgain = Promise.all(waiting.map(untilBeganAgain));

  await master.server.end("SIGKILL");
  await untilHasNoMaster(replica);
  await beganAgain;
  await replica.redis.cluster("FAILOVER", "TAKEOVER");
  taken.length = 0;
  await untilWorkedOn(queues, taken);

  expect(waiting).toHaveLength(TRIALS.length);
  await Promise.all([
    ...workers.map((one) => one.close(true)),
    ...queues.map((one) => one.close()),
  ]);
  redis.disconnect();
  producer.disconnect();
}, 90_000);

function startTrialWorker(name: string, redis: Redis, taken: string[]): Worker {
  const worker = new Worker(name, async () => void taken.push(name), queueBase(redis));
  return worker.on("error", () => undefined);
}

/** The connections on which workers wait for work: duplicates of the one that they are given. */
function watchDuplicates(redis: Redis): readonly Redis[] {
  const duplicates: Redis[] = [];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (...args) => {
    const made = duplicate(...args);
    duplicates.push(made);
    return made;
  };
  return duplicates;
}

/** Until a connection was closed and opened again; or has found that it must try once more, there being no master. */
function untilBeganAgain(connection: Redis): Promise<void> {
  return new Promise((done) => {
    connection.once("end", () => {
      connection.once("ready", done);
      connection.once("reconnecting", done);
    });
  });
}

async function untilAllWait({ redis }: ClusterNode): Promise<void> {
  const count = `blocked_clients:${TRIALS.length}\r`;
  await until(async () => (await redis.info("clients")).includes(count), {
    timeoutMs: PATIENCE_MS,
    what: "every worker to wait for work",
  });
}

async function untilHasNoMaster({ redis }: ClusterNode): Promise<void> {
  await until(async () => String(await redis.cluster("INFO")).includes("cluster_state:fail"), {
    timeoutMs: PATIENCE_MS,
    what: "the cluster to miss a master",
  });
}

/** Adds a job to each queue; the producers' connection fails at once as long as it knows no master. */
async function untilWorkedOn(queues: readonly Queue[], taken: readonly string[]): Promise<void> {
  const add = (queue: Queue) =>
    until(() => queue.add("trial", {}), { timeoutMs: PATIENCE_MS, what: "a job to be stored" });
  await Promise.all(queues.map(add));
  await until(() => TRIALS.every((name) => taken.includes(name)), {
    timeoutMs: PATIENCE_MS,
    what: `${TRIALS.join(", ")} to be worked on`,
  });
}
