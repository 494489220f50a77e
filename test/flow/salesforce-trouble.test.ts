import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { Fault } from "../../src/local-mode/stub-org/wire/faults.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

let org: StubOrg;
let bridge: BridgeProcess;
let sink: WebhookSink;
let number = 0;

beforeAll(async () => {
  org = await startStubOrg({ organizationId: ACME.organizationId });
  sink = await startWebhookSink();
  bridge = await startBridge({
    connection: {
      salesforce: {
        instanceUrl: org.url,
        auth: {
          kind: "client-credentials",
          clientId: org.app.clientId,
          clientSecret: org.app.clientSecret,
        },
      },
      reconcile: { everySeconds: 5 },
    },
  });
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
  await sink.stop();
  await org.stop();
});

afterEach(() => {
  org.faults.clear();
});

/** A visit that begins now, for a rep of its own with a device; told by a message with an id only. */
async function tellOfAVisit() {
  number += 1;
  const rep = addRep(org.store, `Trouble${number}`, "Example");
  const path = `/trouble/${number}`;
  const person = { userId: rep.userId, email: rep.email, name: rep.name };
  await bridge.enrolSink(person, sink, path);
  const customer = addCustomer(org.store, ["Ada", `Customer${number}`]);
  const visit = org.store.insert("ServiceAppointment", {
    ParentRecordId: customer.accountId,
    Status: "Scheduled",
    SchedStartTime: new Date().toISOString(),
    SchedEndTime: new Date(Date.now() + 600_000).toISOString(),
  });
  org.store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: rep.resourceId,
    IsPrimaryResource: true,
  });
  const door = `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
  const [message] = await org.sendOutboundMessage(door, {
    objectType: "ServiceAppointment",
    recordIds: [idOf(visit)],
  });
  expect(message?.isAcked).toBe(true);
  return () =>
    sink.arrived.filter((arrived) => arrived.path === path).map(({ data }) => data.action);
}

async function stateOfOrg(): Promise<string | undefined> {
  const { connections } = await readJson(await bridge.api("/overview"));
  return connections[0].salesforce?.state;
}

describe("Salesforce in trouble", () => {
  // The first, since a new session is asked for twice a minute at most.
  test("an org that moves to another instance is followed there", async () => {
    const moved = org.faults.inject({ kind: "other-instance" }, { times: "forever" });
    org.sessions.endAll();
    const actions = await tellOfAVisit();
    await until(() => actions().length > 0, { timeoutMs: 45_000, what: "the visit to be read" });
    expect(moved.hits).toBeGreaterThan(0);
  }, 60_000);

  test.each<[string, Fault, string]>([
    ["503 as a page", { kind: "unavailable-html" }, "ORG_UNAVAILABLE"],
    ["401 for ever", { kind: "session-expired" }, "ORG_UNAVAILABLE"],
    ["cut connections", { kind: "reset" }, "ORG_UNAVAILABLE"],
  ])(
    "%s: the message is acked, the overview says so, and all is made up for afterwards",
    async (_name, fault, state) => {
      const trouble = org.faults.inject(fault, { times: "forever" });
      const actions = await tellOfAVisit();
      await until(async () => (await stateOfOrg()) === state, {
        timeoutMs: 15_000,
        what: `the overview to say ${state}`,
      });
      expect(actions()).toEqual([]);
      trouble.clear();
      await until(() => actions().length > 0, {
        timeoutMs: 75_000,
        what: "the visit to be read after the trouble",
      });
      expect(actions()).toEqual(["start"]);
      const { items } = await readJson(await bridge.api("/parked"));
      expect(items).toEqual([]);
    },
    100_000,
  );

  test("with the day's calls used up the event waits; it is neither lost nor parked", async () => {
    org.faults.inject({ kind: "daily-limit" }, { times: "forever" });
    const actions = await tellOfAVisit();
    await until(async () => (await stateOfOrg()) === "ORG_API_LIMIT", {
      timeoutMs: 20_000,
      what: "the overview to say that the calls are used up",
    });
    const { queues } = await readJson(await bridge.api("/overview"));
    expect(queues["crm-events"].delayed).toBeGreaterThan(0);
    expect((await readJson(await bridge.api("/parked"))).items).toEqual([]);
    expect(actions()).toEqual([]);
  }, 40_000);
});
