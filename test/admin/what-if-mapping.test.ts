import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { saveOrgNote } from "../../src/books/org-note-book.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { aVisit, dumpOf, type Heard, hearOf, iso } from "./what-if-stage.ts";

const LEAD_FIELDS = [
  { name: "Visit_Start__c", type: "datetime" },
  { name: "Other_Start__c", type: "datetime" },
  { name: "Note__c", type: "string" },
  { name: "Setter__c", type: "reference", referenceTo: ["User"] },
  { name: "Closer__c", type: "reference", referenceTo: ["User"] },
] as const;

let store: AdminStore;
let admin: AdminServer;
let org: StubOrg;
let acme: Connection;

beforeAll(async () => {
  [store, org] = await Promise.all([
    startStore(),
    startStubOrg({ extraFields: { Lead: LEAD_FIELDS } }),
  ]);
  const { clientId, clientSecret } = org.app;
  const auth = { kind: "client-credentials", clientId, clientSecret };
  acme = aConnection({
    salesforce: { instanceUrl: org.url, auth },
    mapping: { lead: { startField: "Visit_Start__c", repField: "Setter__c" } },
  });
  admin = await startAdmin(store, { connections: new Map([["acme", acme]]) });
});
beforeEach(async () => {
  await store.redis.flushall();
  org.faults.clear();
  org.calls.reset();
});
afterAll(async () => {
  await admin.stop();
  await org.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

/** A lead that a queue owns, with its visit at nine; the setter is its rep. */
async function aLead(
  own: Readonly<Record<string, string>> = {},
  heard: Heard = { isRead: true },
): Promise<Appointment> {
  const user = { FirstName: "Sam", LastName: "Setter", Email: "sam@example.com" };
  const setter = idOf(org.store.insert("User", user));
  const lead = org.store.insert("Lead", {
    FirstName: "Ada",
    LastName: "Lovelace",
    Company: "Analytical",
    OwnerId: idOf(org.store.insert("Group", { Name: "Leads", Type: "Queue" })),
    Setter__c: setter,
    Visit_Start__c: iso("09:00"),
    ...own,
  });
  const visit = aVisit(1, ["09:00", "10:00"], {
    recordType: "Lead",
    recordId: idOf(lead),
    title: "Ada Lovelace",
    reps: [{ userId: setter, name: "Sam Setter" }],
  });
  await hearOf(store.redis, visit, heard);
  return visit;
}

async function ask(changes: object, asked = admin) {
  const before = await dumpOf(store.redis);
  const path = "/connections/acme/what-if";
  const answer = await bodyOf(await asked.api(path, { method: "POST", body: { changes } }));
  expect(await dumpOf(store.redis)).toEqual(before);
  return answer;
}

describe("another mapping", () => {
  test("that leads to nobody: the visit would be held, and says so", async () => {
    await aLead();
    const answer = await ask({ mapping: { lead: { repField: "Closer__c" } } });
    expect(answer.totals).toMatchObject({ different: 1, newlyHeld: 1, unread: 0 });
    // What the first question learned of the org counts, too.
    expect(answer.totals.apiCalls).toBe(org.calls.dataCalls);
    expect(answer.items[0].sentences).toEqual([
      "Would be held: nobody to prompt. Reps: the Lead's owner is a queue; the visit waits until a user takes it",
      "Reps: − Sam Setter",
      `Start prompt at ${iso("08:58")} would not be planned`,
      `Stop prompt at ${iso("10:00")} would not be planned`,
    ]);
    expect(answer.items[0]).toMatchObject({
      before: { outcome: "visit", prompts: [{}, {}] },
      after: { outcome: "held", reps: [], prompts: [] },
    });
    expect(answer.settings.write).toEqual({ mapping: { lead: { repField: "Closer__c" } } });
  });

  test("that moves the visit, lets it last longer, or knows no such field", async () => {
    await aLead({ Other_Start__c: iso("11:00"), Note__c: "a word to nobody" });
    const moved = await ask({
      mapping: { lead: { startField: "Other_Start__c" } },
      schedule: { defaultDurationMinutes: 90 },
    });
    expect(moved.items[0].sentences).toEqual([
      `Begins ${iso("09:00")} → ${iso("11:00")}`,
      `Ends ${iso("10:00")} → ${iso("12:30")}`,
      `Start prompt ${iso("08:58")} → ${iso("10:58")}`,
      `Stop prompt ${iso("10:00")} → ${iso("12:30")}`,
    ]);
    const wrong = await ask({ mapping: { lead: { startField: "Typo__c" } } });
    expect(wrong.totals).toMatchObject({ different: 1, unread: 1, newlyHeld: 0 });
    expect(wrong.items[0].sentences).toEqual([
      expect.stringMatching(/^Could not be read, so its events would be parked.+Typo__c/),
    ]);
    // Whichever field is named: a text in it is told to nobody.
    const text = await ask({ mapping: { lead: { startField: "Note__c" } } });
    expect(text.totals).toMatchObject({ different: 1, unread: 1 });
    expect(JSON.stringify(text)).not.toContain("a word to");
    const none = await ask({ mapping: { lead: null } });
    expect(none).toMatchObject({
      totals: { newlyIgnored: 1 },
      settings: { write: {}, takeOut: ["mapping.lead"] },
    });
  });

  test("leaves what came with an event as a whole to its sender", async () => {
    const { recordId } = await aLead();
    await aLead({}, {});
    const answer = await ask({ mapping: { lead: { repField: "Closer__c" } } });
    expect(answer.totals).toMatchObject({ looked: 2, different: 1, same: 1 });
    const different = answer.items.filter((item: { verdict: string }) => item.verdict !== "same");
    expect(different).toMatchObject([{ recordId }]);
  });

  test("that only judges what was read costs one call", async () => {
    await aLead();
    await ask({ mapping: { repPolicy: "all" } });
    org.calls.reset();
    const answer = await ask({ mapping: { repPolicy: "required" } });
    expect(answer.totals).toMatchObject({ looked: 1, same: 1, apiCalls: 1 });
    expect(org.calls.dataCalls).toBe(1);
    expect(org.calls.count("composite")).toBe(1);
  });

  test("is not compared while the org's calls are scarce, or it is away; all else still is", async () => {
    await aLead();
    const changes = { mapping: { repPolicy: "all" }, schedule: { startLeadSeconds: 60 } };
    const sentences = [`Start prompt ${iso("08:58")} → ${iso("08:59")}`];
    const note = { atMs: Date.now(), state: "connected", apiShare: 0.9, warnings: [] };
    await saveOrgNote(store.redis, "acme", note);
    // One that has not asked the org yet goes by what the workers noted.
    const fresh = await startAdmin(store, { connections: new Map([["acme", acme]]) });
    const scarce = await ask(changes, fresh);
    await fresh.stop();
    expect(scarce).toMatchObject({
      totals: { different: 1, unread: 0, apiCalls: 0 },
      notes: [{ level: "warn", code: "ORG_API_LIMIT" }, { level: "plain" }],
      items: [{ sentences }],
    });
    expect(org.calls.dataCalls).toBe(0);
    org.faults.inject(
      { kind: "api-error", status: 503, errorCode: "SERVER_UNAVAILABLE" },
      { times: "forever" },
    );
    expect(await ask(changes)).toMatchObject({
      notes: [{ level: "warn", code: "ORG_UNAVAILABLE" }, { level: "plain" }],
      items: [{ sentences }],
    });
  });
});
