import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { ACME, type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

// The slots of these names lie in different thirds: on different nodes.
const NORTH = "north";
const SOUTH = "south";
const PATIENCE_MS = 30_000;

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
}, 60_000);

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
