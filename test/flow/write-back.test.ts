import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { runDemoFlow } from "../../src/local-mode/demo-flow.ts";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const LINK = "Siro_Start_Link__c";
const STOP_LINK = "Siro_Stop_Link__c";
const STAMP = "Siro_Prompt_Sent__c";
const PUBLIC_URL = "https://bridge.example.com";
const GO = /^https:\/\/bridge\.example\.com\/go\/[A-Za-z0-9_-]{22}$/;
/** Long enough for a message, a read and a write to follow each other many times over. */
const QUIET_MS = 2_500;

const FIELDS: StubOrgOptions = {
  extraFields: {
    ServiceAppointment: [
      { name: LINK, type: "url", length: 255 },
      { name: STOP_LINK, type: "url", length: 255 },
      { name: STAMP, type: "datetime" },
    ],
  },
};

/** An org whose flow tells of every change, a bridge, and a rep with a device. */
interface World {
  readonly org: StubOrg;
  readonly bridge: BridgeProcess;
  /** Adds a rep with a device; returns the resource's id. */
  aRep(): Promise<string>;
  /** Books a visit, seconds from now, as a dispatcher would; returns its id. */
  book(resourceId: string, span: readonly [number, number]): string;
  /** The calls that wrote, since the last `org.calls.reset()`. */
  writes(): number;
  field(visitId: string, name: string): unknown;
  stop(): Promise<void>;
}

let sink: WebhookSink;
const worlds: World[] = [];

beforeAll(async () => {
  sink = await startWebhookSink();
});
afterEach(() => {
  for (const { org } of worlds) {
    org.faults.clear();
  }
});
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.stop()));
  await sink.stop();
});

interface WorldOptions {
  readonly stub?: StubOrgOptions;
  readonly writeBack?: Record<string, string | null>;
  readonly publicUrl?: string;
}

async function aWorld(options: WorldOptions): Promise<World> {
  const org = await startStubOrg({ organizationId: ACME.organizationId, ...options.stub });
  const { clientId, clientSecret } = org.app;
  const bridge = await startBridge({
    connection: {
      salesforce: {
        instanceUrl: org.url,
        auth: { kind: "client-credentials", clientId, clientSecret },
      },
      reconcile: { everySeconds: 5 },
      ...(options.writeBack === undefined ? {} : { writeBack: options.writeBack }),
    },
    env: { PUBLIC_URL: options.publicUrl ?? PUBLIC_URL },
  });
  const door = `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
  const stopFlow = runDemoFlow(org, door);
  const iso = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const world: World = {
    org,
    bridge,
    aRep: async () => {
      const { userId, resourceId } = addRep(org.store, "Dana", "Reed");
      await bridge.enrolSink({ userId, email: "dana@example.com", name: "Dana Reed" }, sink);
      return resourceId;
    },
    book: (resourceId, [from, to]) => {
      const { accountId, contactId } = addCustomer(org.store, ["Ada", "Example"], {});
      const visitId = idOf(
        org.store.insert("ServiceAppointment", {
          ParentRecordId: accountId,
          ContactId: contactId,
          Subject: "Roof inspection",
          Status: "Scheduled",
          SchedStartTime: iso(from),
          SchedEndTime: iso(to),
        }),
      );
      org.store.insert("AssignedResource", {
        ServiceAppointmentId: visitId,
        ServiceResourceId: resourceId,
        IsPrimaryResource: true,
      });
      return visitId;
    },
    writes: () => org.calls.entries.filter(({ method }) => method === "PATCH").length,
    field: (visitId, name) => org.store.get(visitId)?.[name] ?? null,
    stop: async () => {
      stopFlow();
      await bridge.cleanUp();
      await org.stop();
    },
  };
  worlds.push(world);
  return world;
}

function untilField(
  world: World,
  [visitId, name]: readonly [string, string],
  isRight: (value: unknown) => boolean,
): Promise<unknown> {
  return until(() => isRight(world.field(visitId, name)), {
    timeoutMs: 10_000,
    what: `${name}; it is ${world.field(visitId, name)}`,
  });
}

/** All values a record's fields had, each once, in their order. */
function watchValues({ org }: World, visitId: () => string, names: readonly string[]) {
  const seen: string[] = [];
  const stop = org.store.onChange(({ recordId }) => {
    const row = recordId === visitId() ? org.store.get(recordId) : undefined;
    const text = names.map((name) => String(row?.[name] ?? null)).join(" ");
    if (row !== undefined && seen.at(-1) !== text) {
      seen.push(text);
    }
  });
  return { seen, stop };
}

async function actionsOf(visitId: string, expected: number): Promise<readonly string[]> {
  const got = () =>
    sink.arrived
      .filter(({ data }) => data.appointment?.recordId === visitId)
      .map(({ data }) => data.action);
  await until(() => got().length >= expected, {
    timeoutMs: 10_000,
    what: `${expected} prompt(s) of ${visitId}`,
  });
  return got();
}

async function timelineOf({ bridge }: World, visitId: string): Promise<readonly string[]> {
  const { timeline } = await readJson(await bridge.api(`/appointments/${ACME.name}/${visitId}`));
  return timeline.map(({ kind }: { kind: string }) => kind);
}

async function warningsOf({ bridge }: World): Promise<readonly string[]> {
  const overview = JSON.stringify(await readJson(await bridge.api("/overview")));
  return [...overview.matchAll(/"((?:Write-back|Links are)[^"]*)"/g)].map(([, text]) => text ?? "");
}

async function parkedIn({ bridge }: World): Promise<number> {
  return (await readJson(await bridge.api("/parked"))).items.length;
}

describe("with fields to write to", () => {
  let world: World;
  beforeAll(async () => {
    world = await aWorld({
      stub: FIELDS,
      writeBack: { startLinkField: LINK, stopLinkField: STOP_LINK, promptSentField: STAMP },
    });
  }, 60_000);

  test("case 37: the link's own write fires the flow, and that is the end of it", async () => {
    world.org.calls.reset();
    let visitId = "";
    const { seen, stop } = watchValues(world, () => visitId, [LINK, STAMP]);
    visitId = world.book(await world.aRep(), [4, 600]);
    await untilField(world, [visitId, LINK], (value) => GO.test(String(value)));
    expect(await actionsOf(visitId, 1)).toEqual(["start"]);
    await untilField(world, [visitId, STAMP], (value) => value !== null);
    const link = String(world.field(visitId, LINK));
    const stamp = String(world.field(visitId, STAMP));
    await delay(QUIET_MS);
    stop();
    expect(seen).toEqual([`${link} null`, `${link} ${stamp}`]);
    expect(world.writes()).toBe(2);
    expect(Math.abs(Date.parse(stamp) - Date.now())).toBeLessThan(15_000);
    const kinds = await timelineOf(world, visitId);
    expect(kinds.filter((kind) => kind === "event.unchanged").length).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === "plan.changed")).toHaveLength(2);
    expect(await actionsOf(visitId, 1)).toEqual(["start"]);
  });

  test("case 38: the short link is stored, never a cut one, and /go/ knows it before its time", async () => {
    const visitId = world.book(await world.aRep(), [3_600, 7_200]);
    await untilField(world, [visitId, LINK], (value) => value !== null);
    await untilField(world, [visitId, STOP_LINK], (value) => value !== null);
    const [start, stop] = [LINK, STOP_LINK].map((name) => String(world.field(visitId, name)));
    expect([start, stop]).toEqual([expect.stringMatching(GO), expect.stringMatching(GO)]);
    expect(start).not.toBe(stop);
    const pages = [start, stop].map((link) =>
      fetch(`${world.bridge.url}${new URL(link ?? "").pathname}`),
    );
    // Known, though not open yet: an unknown token would be a 404.
    expect((await Promise.all(pages)).map(({ status }) => status)).toEqual([200, 200]);
    expect(world.field(visitId, STAMP)).toBeNull();
  });

  test("the link on the record opens the visit's recording while its prompt is live", async () => {
    const visitId = world.book(await world.aRep(), [0, 600]);
    await actionsOf(visitId, 1);
    await untilField(world, [visitId, LINK], (value) => value !== null);
    const page = await fetch(
      `${world.bridge.url}${new URL(String(world.field(visitId, LINK))).pathname}`,
    );
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("app.siro.ai/record?action=");
  });

  test("a visit that is called off loses its links; a moved one gets new ones", async () => {
    const visitId = world.book(await world.aRep(), [3_600, 7_200]);
    await untilField(world, [visitId, LINK], (value) => value !== null);
    const first = world.field(visitId, LINK);
    world.org.store.update(visitId, {
      SchedStartTime: new Date(Date.now() + 10_000_000).toISOString(),
      SchedEndTime: new Date(Date.now() + 12_000_000).toISOString(),
    });
    await untilField(world, [visitId, LINK], (value) => value !== null && value !== first);
    expect(world.field(visitId, LINK)).toMatch(GO);
    world.org.store.update(visitId, { Status: "Canceled" });
    await untilField(world, [visitId, LINK], (value) => value === null);
    await untilField(world, [visitId, STOP_LINK], (value) => value === null);
  });

  test("one that is called off after its start was sent loses the start link and keeps the stamp", async () => {
    const visitId = world.book(await world.aRep(), [0, 600]);
    await actionsOf(visitId, 1);
    await untilField(world, [visitId, STAMP], (value) => value !== null);
    const stamp = world.field(visitId, STAMP);
    world.org.store.update(visitId, { Status: "Canceled" });
    expect(await actionsOf(visitId, 2)).toEqual(["start", "stop"]);
    await untilField(world, [visitId, LINK], (value) => value === null);
    expect(world.field(visitId, STAMP)).toBe(stamp);
    expect(world.field(visitId, STOP_LINK)).toMatch(GO);
  });

  test("a link that a phone automation fetches is stamped as sent, once", async () => {
    const { userId, resourceId } = addRep(world.org.store, "Lee", "Park");
    const { api, url } = world.bridge;
    const rep = { userId, email: "lee@example.com", name: "Lee Park" };
    await api(`/reps/${ACME.name}`, { method: "POST", body: rep });
    const enrolled = await api(`/reps/${ACME.name}/${userId}/devices`, {
      method: "POST",
      body: { channel: "pull" },
    });
    const { token } = await readJson(enrolled);
    const next = () =>
      fetch(`${url}/v1/next-link`, { headers: { authorization: `Bearer ${token}` } });
    const visitId = world.book(resourceId, [0, 600]);
    await untilField(world, [visitId, LINK], (value) => value !== null);
    expect(world.field(visitId, STAMP)).toBeNull();
    await until(async () => (await next()).status === 200, {
      timeoutMs: 10_000,
      what: "the link of the visit that has begun",
    });
    await untilField(world, [visitId, STAMP], (value) => value !== null);
    const stamp = String(world.field(visitId, STAMP));
    expect(Math.abs(Date.parse(stamp) - Date.now())).toBeLessThan(15_000);
    expect((await next()).status).toBe(200);
    expect(world.field(visitId, STAMP)).toBe(stamp);
  });

  test("many bookings of one moment share their calls", async () => {
    const rep = await world.aRep();
    world.org.calls.reset();
    const visitIds = Array.from({ length: 60 }, (_, at) =>
      world.book(rep, [20_000 + at * 600, 20_300 + at * 600]),
    );
    await until(() => visitIds.every((visitId) => world.field(visitId, LINK) !== null), {
      timeoutMs: 15_000,
      what: "all links",
    });
    expect(world.writes()).toBeLessThanOrEqual(15);
  });

  test("while the org refuses writes the prompt is on time, and the values follow", async () => {
    const outage = world.org.faults.inject(
      { kind: "unavailable-json" },
      { times: "forever", path: "/composite/sobjects" },
    );
    const visitId = world.book(await world.aRep(), [3, 600]);
    expect(await actionsOf(visitId, 1)).toEqual(["start"]);
    await until(() => outage.hits > 0, { timeoutMs: 5_000, what: "a write that failed" });
    expect(world.field(visitId, LINK)).toBeNull();
    outage.clear();
    await until(() => world.field(visitId, LINK) !== null && world.field(visitId, STAMP) !== null, {
      timeoutMs: 25_000,
      what: "link and stamp after the outage",
    });
    expect(await parkedIn(world)).toBe(0);
  }, 60_000);
});

describe("without", () => {
  test("a field in the org: one warning, a rest, nothing parked, prompts on time", async () => {
    const world = await aWorld({ writeBack: { startLinkField: LINK, promptSentField: STAMP } });
    const visitIds = [
      world.book(await world.aRep(), [3, 600]),
      world.book(await world.aRep(), [3_600, 7_200]),
    ];
    expect(await actionsOf(visitIds[0] ?? "", 1)).toEqual(["start"]);
    await until(() => world.writes() > 0, { timeoutMs: 5_000, what: "a write that failed" });
    // The other visit's write may have been on its way already.
    await delay(QUIET_MS);
    const afterFirst = world.writes();
    visitIds.push(world.book(await world.aRep(), [7_500, 7_800]));
    await delay(QUIET_MS);
    expect(world.writes()).toBe(afterFirst);
    expect(afterFirst).toBeLessThanOrEqual(2);
    const warnings = await warningsOf(world);
    expect(new Set(warnings).size).toBe(1);
    expect(warnings[0]).toContain(
      `Write-back to ServiceAppointment rests: Salesforce refuses ${LINK}`,
    );
    expect(await parkedIn(world)).toBe(0);
  }, 60_000);

  test("an https PUBLIC_URL: no link, one warning, and the stamp all the same", async () => {
    const world = await aWorld({
      stub: FIELDS,
      writeBack: { startLinkField: LINK, promptSentField: STAMP },
      publicUrl: "http://bridge.example.com",
    });
    const visitId = world.book(await world.aRep(), [2, 600]);
    await untilField(world, [visitId, STAMP], (value) => value !== null);
    expect(world.field(visitId, LINK)).toBeNull();
    expect(world.writes()).toBe(1);
    expect(new Set(await warningsOf(world))).toEqual(
      new Set(["Links are not written back: PUBLIC_URL is not https"]),
    );
  }, 60_000);

  test("the setting: nothing is written", async () => {
    const world = await aWorld({ stub: FIELDS });
    const visitId = world.book(await world.aRep(), [1, 600]);
    await actionsOf(visitId, 1);
    await delay(QUIET_MS);
    expect(world.writes()).toBe(0);
    expect([LINK, STOP_LINK, STAMP].map((name) => world.field(visitId, name))).toEqual([
      null,
      null,
      null,
    ]);
  }, 60_000);
});
