import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import {
  addCustomer,
  addRep,
  type DemoRep,
} from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

let org: StubOrg;
let bridge: BridgeProcess;
let sink: WebhookSink;
let door: string;
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
  door = `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
  await sink.stop();
  await org.stop();
});

afterEach(() => {
  org.faults.clear();
});

/** A rep in the org with a device of her own at the bridge. */
async function aRep() {
  number += 1;
  const rep = addRep(org.store, `Rep${number}`, "Example");
  const path = `/sf/${number}`;
  const person = { userId: rep.userId, email: `rep${number}@example.com`, name: `Rep ${number}` };
  await bridge.enrolSink(person, sink, path);
  const actions = () =>
    sink.arrived.filter((message) => message.path === path).map(({ data }) => data.action);
  const links = () =>
    sink.arrived.filter((message) => message.path === path).map(({ data }) => data.link);
  return { rep, actions, links };
}

/** Books a visit in the org, seconds from now, as a dispatcher would. */
function aVisit(rep: DemoRep, [from, until_]: readonly [number, number]): string {
  const iso = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const customer = addCustomer(org.store, ["Ada", `Customer${number}`], {});
  const visit = org.store.insert("ServiceAppointment", {
    ParentRecordId: customer.accountId,
    ContactId: customer.contactId,
    Subject: "Roof inspection",
    Status: "Scheduled",
    SchedStartTime: iso(from),
    SchedEndTime: iso(until_),
  });
  org.store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: rep.resourceId,
    IsPrimaryResource: true,
  });
  return idOf(visit);
}

function tell(recordIds: readonly string[]) {
  return org.sendOutboundMessage(door, { objectType: "ServiceAppointment", recordIds });
}

async function untilActions(actions: () => readonly string[], expected: readonly string[]) {
  await until(() => actions().length >= expected.length, {
    timeoutMs: 15_000,
    what: `${expected.join(", ")}; got ${actions().join(", ")}`,
  });
  expect(actions()).toEqual(expected);
}

describe("from a Salesforce record to a device", () => {
  test("a message with nothing but an id: the record is read, mapped and prompted for", async () => {
    const { rep, actions, links } = await aRep();
    org.calls.reset();
    const visitId = aVisit(rep, [3, 5]);
    const [message] = await tell([visitId]);
    expect(message?.isAcked).toBe(true);
    await untilActions(actions, ["start", "stop"]);
    const [start = ""] = links();
    const objects = JSON.parse(new URL(start).searchParams.get("crmObjects") ?? "[]");
    expect(objects.map(({ objectType }: { objectType: string }) => objectType)).toEqual([
      "ServiceAppointment",
      "Account",
      "Contact",
    ]);
    expect(objects[0].objectId).toBe(canonicalRecordId(visitId));
    expect(new URL(start).searchParams.get("title")).toContain("Roof inspection");
  });

  test("without any message the poll finds it, and notices a new rep and a deletion", async () => {
    const first = await aRep();
    const second = await aRep();
    const visitId = aVisit(first.rep, [0, 600]);
    await untilActions(first.actions, ["start"]);
    const [assigned] = org.store
      .all("AssignedResource")
      .filter((row) => row["ServiceAppointmentId"] === visitId);
    org.store.update(idOf(assigned ?? {}), { ServiceResourceId: second.rep.resourceId });
    await untilActions(first.actions, ["start", "stop"]);
    await untilActions(second.actions, ["start"]);
    org.store.delete(visitId);
    await untilActions(second.actions, ["start", "stop"]);
  });

  test("one message about a hundred visits costs at most two data calls", async () => {
    const { rep } = await aRep();
    const visitIds = Array.from({ length: 100 }, (_, at) => aVisit(rep, [3600 + at, 3700 + at]));
    await until(() => org.calls.entries.every(({ status }) => status !== undefined), {
      timeoutMs: 5000,
      what: "the poll to be quiet",
    });
    org.calls.reset();
    await tell(visitIds);
    await until(
      async () => {
        const list = `/appointments?connection=${ACME.name}&rep=${rep.userId}&limit=200`;
        return (await readJson(await bridge.api(list))).items.length >= 50;
      },
      { timeoutMs: 15_000, what: "the visits to be stored" },
    );
    const reads = org.calls.entries.filter(({ soql }) =>
      soql.some((text) => /FROM ServiceAppointment WHERE Id IN/i.test(text)),
    );
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.length).toBeLessThanOrEqual(2);
  });

  test("while Salesforce is away due prompts go out, and what came in meanwhile is read afterwards", async () => {
    const early = await aRep();
    const late = await aRep();
    const known = aVisit(early.rep, [6, 600]);
    await tell([known]);
    await until(
      async () => (await bridge.api(`/appointments/${ACME.name}/${known}`)).status === 200,
      { timeoutMs: 5000, what: "the first visit to be known" },
    );
    const outage = org.faults.inject({ kind: "unavailable-html" }, { times: "forever" });
    const visitId = aVisit(late.rep, [0, 600]);
    const [message] = await tell([visitId]);
    expect(message?.isAcked).toBe(true);
    await untilActions(early.actions, ["start"]);
    expect(outage.hits).toBeGreaterThan(0);
    expect(late.actions()).toEqual([]);
    outage.clear();
    await until(() => late.actions().length > 0, {
      timeoutMs: 25_000,
      what: "the visit to be read after the outage",
    });
    expect(late.actions()).toEqual(["start"]);
  });
});
