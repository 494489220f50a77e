import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import express from "express";
import { mountAdminRoutes } from "../../src/admin/admin-route.ts";
import { rememberOperator } from "../../src/admin/known-operator.ts";
import { whatIfRoutes } from "../../src/admin/what-if-routes.ts";
import { saveDevice } from "../../src/books/device-book.ts";
import { deviceSchema } from "../../src/domain/device.ts";
import type { OperatorRole } from "../../src/domain/operator.ts";
import { errorResponder } from "../../src/http/error-responder.ts";
import { openWhatIf } from "../../src/what-if.ts";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  listen,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { REP } from "./state.ts";
import { at, aVisit, dumpOf, hearOf, iso, visitId } from "./what-if-stage.ts";

const publicUrl = new URL("https://bridge.example.com");
const acme = aConnection({ integrationConnectionId: "01HACME0000000000000000000" });
const connections = new Map([["acme", acme]]);

let store: AdminStore;
let admin: AdminServer;

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store, { connections, publicUrl });
});
beforeEach(() => store.redis.flushall());
afterAll(async () => {
  await admin.stop();
  await store.stop();
  expect(admin.reported).toEqual([]);
});

/** Asks what would come out otherwise; whatever the question, the store must be as it was. */
async function ask(changes: object, more: object = {}) {
  const before = await dumpOf(store.redis);
  const path = "/connections/acme/what-if";
  const answer = await admin.api(path, { method: "POST", body: { changes, ...more } });
  expect(await dumpOf(store.redis)).toEqual(before);
  return { status: answer.status, ...(await bodyOf(answer)) };
}

function sentencesOf(answer: { items: { recordId: string; sentences: string[] }[] }) {
  return Object.fromEntries(answer.items.map((item) => [item.recordId, item.sentences]));
}

describe("what other rules would have made of the last appointments", () => {
  test("another lead moves the start prompts of days that are over, too, and nothing else", async () => {
    await hearOf(store.redis, aVisit(1, ["09:00", "10:00"], { status: "completed" }));
    await hearOf(store.redis, aVisit(2, ["14:00", "15:00"], { status: "canceled" }));
    const answer = await ask({ schedule: { startLeadSeconds: 300 } });
    expect(answer).toMatchObject({
      status: 200,
      connection: "acme",
      asked: 50,
      settings: { write: { schedule: { startLeadSeconds: 300 } }, takeOut: [] },
      totals: { looked: 2, different: 1, same: 1, newlyHeld: 0, unread: 0, apiCalls: 0 },
    });
    expect(sentencesOf(answer)).toEqual({
      [visitId(1)]: [`Start prompt ${iso("08:58")} → ${iso("08:55")}`],
      [visitId(2)]: [],
    });
    const moved = answer.items.find((item: { recordId: string }) => item.recordId === visitId(1));
    expect(moved).toMatchObject({
      verdict: "different",
      before: { prompts: [{ action: "start", dueAt: iso("08:58") }, { action: "stop" }] },
      after: { prompts: [{ action: "start", dueAt: iso("08:55") }, { action: "stop" }] },
    });
  });

  test("a wider gap joins neighbours, none parts them again; unknown ones join in, too", async () => {
    const wide = aConnection({ name: "acme", schedule: { restartGapSeconds: 1200 } });
    await hearOf(store.redis, aVisit(1, ["09:00", "10:00"]), { atMs: 1_000 });
    await hearOf(store.redis, aVisit(2, ["10:10", "11:00"]), { atMs: 2_000 });
    const becomes = `Start prompt at ${iso("10:08")} would become a restart prompt at ${iso("10:08")}: the next visit begins as the previous one ends`;
    const joined = await ask({ schedule: { restartGapSeconds: 900 } });
    expect(sentencesOf(joined)).toEqual({
      [visitId(1)]: [`Stop prompt at ${iso("10:00")} would not be planned`],
      [visitId(2)]: [becomes],
    });
    // The neighbour that is not asked about is planned with it all the same.
    const alone = await ask({ schedule: { restartGapSeconds: 900 } }, { last: 1 });
    expect(sentencesOf(alone)).toEqual({ [visitId(2)]: [becomes] });
    connections.set("acme", wide);
    const parted = await ask({ schedule: { restartGapSeconds: null } });
    connections.set("acme", acme);
    expect(sentencesOf(parted)[visitId(1)]).toEqual([
      `Stop prompt at ${iso("10:00")} would be planned: the visit ends`,
    ]);
  });

  test("stop rules and horizon: later, for longer, and not yet", async () => {
    const day = 86_400_000;
    const startAtMs = Date.now() + 10 * day;
    const far = aVisit(2, ["09:00", "10:00"], { startAtMs, endAtMs: startAtMs + 3_600_000 });
    await hearOf(store.redis, aVisit(1, ["09:00", "10:00"]));
    await hearOf(store.redis, far);
    const answer = await ask({
      schedule: { stopGraceSeconds: 90, stopExpirySeconds: 45, horizonDays: 7 },
    });
    expect(sentencesOf(answer)).toEqual({
      [visitId(1)]: [
        `Stop prompt ${iso("10:00")} → ${iso("10:01:30")}`,
        "Stop prompt useful for 30 min → 45 s",
      ],
      [visitId(2)]: [
        expect.stringMatching(/^Start prompt at .+ would not be planned$/),
        expect.stringMatching(/^Stop prompt at .+ would not be planned$/),
      ],
    });
  });

  test("several reps are told by their names, devices by when they are tried", async () => {
    const max = { userId: "0055f00000ZzZzZAAV", name: "Max Second" };
    const device = { connection: "acme", state: "active", sealedAddress: "", addressHash: "" };
    for (const [at, channel] of ["ntfy", "email"].entries()) {
      const own = { deviceId: channel, channel, label: `Rita's ${channel}`, createdAtMs: at + 1 };
      await saveDevice(store.redis, deviceSchema.parse({ ...device, ...own, userId: REP.userId }));
    }
    await hearOf(store.redis, aVisit(1, ["09:00", "10:00"], { reps: [REP, max] }));
    const answer = await ask({
      schedule: {
        startLeadSeconds: 60,
        ladder: [
          { afterSeconds: 0, to: "primary" },
          { afterSeconds: 30, to: "email" },
        ],
      },
    });
    expect(sentencesOf(answer)[visitId(1)]).toEqual([
      `Start prompt of Rita Rep ${iso("08:58")} → ${iso("08:59")}`,
      `Start prompt of Max Second ${iso("08:58")} → ${iso("08:59")}`,
      "Rita's email: tried after 3 min → 30 s",
    ]);
  });

  test("link rules change the link of each prompt, and where the rep ends up", async () => {
    const crmObjects = [
      { objectType: "ServiceAppointment" as const, objectId: visitId(1) },
      { objectType: "Account" as const, objectId: "0015f00000AcCoUAAV" },
    ];
    await hearOf(store.redis, aVisit(1, ["09:00", "10:00"], { crmObjects }));
    const answer = await ask({
      links: {
        host: "rec.example.com",
        omitObjectTypes: ["Account"],
        returnTo: "https://crm.example.com/{recordId}",
      },
    });
    expect(sentencesOf(answer)[visitId(1)]).toEqual([
      "Link to start: host app.siro.ai → rec.example.com; − crmObjects Account 0015f00000AcCoUAAV",
      "Link to stop: host app.siro.ai → rec.example.com",
      `After Siro: nowhere → https://crm.example.com/${visitId(1)}`,
    ]);
    expect(answer.items[0].after.links[0].url).toMatch(/^https:\/\/rec\.example\.com\/record\?/);
    const without = await ask({ links: { returnTo: "none" }, integrationConnectionId: null });
    expect(sentencesOf(without)[visitId(1)]?.[0]).toMatch(
      /^Link to start: − redirectUrl .+; − integrationConnectionId .+; − crmObjects .+; − crmObjects/,
    );
    expect(without.settings).toEqual({
      write: { links: { returnTo: "none" } },
      takeOut: ["integrationConnectionId"],
    });
  });

  test("what senders say is not mapped, and nothing is known at first", async () => {
    expect(await ask({ mapping: { repPolicy: "all" } })).toMatchObject({
      totals: { looked: 0, different: 0 },
      items: [],
    });
    await hearOf(store.redis, aVisit(1, ["09:00", "10:00"]));
    expect(await ask({ mapping: { repPolicy: "all" } })).toMatchObject({
      totals: { same: 1, apiCalls: 0 },
      notes: [{ level: "warn", text: expect.stringContaining("senders") }, {}],
    });
  });

  test("takes those heard of last, whatever else happened to others since", async () => {
    for (let number = 1; number <= 12; number += 1) {
      await hearOf(store.redis, aVisit(number, ["09:00", "10:00"]), { atMs: number * 1_000 });
    }
    const again = { atMs: 99_000, kind: "prompt.due", text: "Due" } as const;
    await store.redis.rpush(`sb:{acme}:t:${visitId(1)}`, JSON.stringify(again));
    await store.redis.xadd("sb:{acme}:changes", "*", "r", visitId(1));
    const { items } = await ask({ schedule: { stopGraceSeconds: 1 } }, { last: 3 });
    expect(items.map(({ recordId }: { recordId: string }) => recordId)).toEqual([
      visitId(12),
      visitId(11),
      visitId(10),
    ]);
    // Where the feed forgot them, those that begin until tomorrow fill up.
    await store.redis.del("sb:{acme}:changes");
    expect((await ask({}, { last: 3 })).items).toHaveLength(3);
  });
});

describe("a question that cannot be answered", () => {
  test("lists every value that the connections file could not hold", async () => {
    const answer = await ask({
      schedule: { startLeadSeconds: -1, ladder: [{ afterSeconds: 0, to: "pigeon" }] },
      links: { host: "no host" },
      mapping: { lead: { endField: "End__c" } },
    });
    expect(answer).toMatchObject({ status: 400, error: { code: "INPUT_INVALID" } });
    expect(answer.error.issues.map(({ path }: { path: string }) => path).sort()).toEqual([
      "changes.links.host",
      "changes.mapping.lead.startField",
      "changes.schedule.ladder.0.to",
      "changes.schedule.startLeadSeconds",
    ]);
    expect((await ask({ webhookSecrets: [] })).status).toBe(400);
    expect((await ask({}, { last: 201 })).status).toBe(400);
  });

  test("is refused for an unknown connection", async () => {
    const path = "/connections/nobody/what-if";
    const answer = await admin.api(path, { method: "POST", body: { changes: {} } });
    expect(answer.status).toBe(404);
    expect((await admin.api(path)).status).toBe(404);
  });

  test("is refused to viewers, and leaves no trace; the rules can be read, without a secret", async () => {
    const traces: unknown[] = [];
    let role: OperatorRole = "viewer";
    const app = express();
    app.use(express.json(), (request, _response, next) => {
      rememberOperator(request, { name: "vera", role });
      next();
    });
    const nowMs = Date.now;
    const whatIf = openWhatIf({ redis: store.redis, publicUrl, nowMs });
    const routes = whatIfRoutes({ redis: store.redis, connections, whatIf, nowMs });
    mountAdminRoutes(app, routes, async (_operator, note) => void traces.push(note));
    app.use(errorResponder((error) => void traces.push(error)));
    const { url, close } = await listen(app);
    const post = () =>
      fetch(`${url}/connections/acme/what-if`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ changes: {} }),
      });
    expect((await post()).status).toBe(403);
    const rules = await bodyOf(await fetch(`${url}/connections/acme/what-if`));
    role = "operator";
    expect((await post()).status).toBe(200);
    await close();
    expect(traces).toEqual([]);
    expect(rules).toMatchObject({
      hasSalesforce: false,
      rules: {
        schedule: { startLeadSeconds: 120 },
        links: { host: "app.siro.ai" },
        mapping: { repPolicy: "primary", lead: null, workOrder: { opportunityPath: null } },
      },
    });
    expect(JSON.stringify(rules)).not.toContain(acme.webhookSecrets[0]);
  });
});

test("two hundred appointments of forty reps are compared", async () => {
  for (let number = 1; number <= 200; number += 1) {
    const userId = `0055f00000Rep${String(number % 40).padStart(2, "0")}AAV`;
    const startAtMs = at("08:00") + Math.floor(number / 40) * 5_400_000;
    const times = { startAtMs, endAtMs: startAtMs + 3_600_000 };
    await hearOf(store.redis, aVisit(number, ["09:00", "10:00"], { ...times, reps: [{ userId }] }));
  }
  const answer = await ask({ schedule: { restartGapSeconds: 3600 } }, { last: 200 });
  expect(answer.totals).toMatchObject({ looked: 200, different: 200 });
});
