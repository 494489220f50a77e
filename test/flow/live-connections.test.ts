import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { keyspace } from "../../src/keyspace.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { signedHeaders } from "../support/signed-events.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const DANA = { userId: "005Hs00000DanaFAAV", email: "dana@acme.example", name: "Dana Field" };
const BETA = { name: "beta", organizationId: "00D5f000004XyZbEAK" };
const PATIENCE_MS = 20_000;

let server: RedisServer;
let redis: ReturnType<typeof openProducerRedis>;
let bridge: BridgeProcess;
let sink: WebhookSink;

beforeAll(async () => {
  [server, sink] = await Promise.all([startRedisServer(), startWebhookSink()]);
  redis = openProducerRedis(server.url);
  await untilReady(redis, PATIENCE_MS);
  bridge = await startBridge({ env: { REDIS_URL: server.url } });
  await bridge.enrolSink(DANA, sink, "/dana");
}, 90_000);

afterAll(async () => {
  await bridge?.cleanUp();
  redis?.disconnect();
  await Promise.all([server?.stop(), sink?.stop()]);
});

/** A visit of Dana's: from when until when, in seconds from now. */
function visit(recordId: string, startsIn: number, endsIn: number) {
  return aVisitEvent({ recordId, startsIn, endsIn, reps: [DANA] });
}

async function post(path: string, body: object = {}) {
  return readJson(await bridge.api(path, { method: "POST", body }));
}

async function edit(name: string, own: object) {
  const { settings, revision } = await readJson(await bridge.api(`/connections/${name}`));
  const answer = await post(`/connections/${name}`, {
    settings: { ...settings, ...own },
    revision,
  });
  return answer.connection.settings;
}

function story(recordId: string, connection: string = ACME.name) {
  return bridge.api(`/appointments/${connection}/${recordId}`).then(readJson);
}

async function untilTold(recordId: string, text: string) {
  return until(
    async () => {
      const { timeline } = await story(recordId);
      return timeline.find((entry: { text: string }) => entry.text.includes(text));
    },
    { timeoutMs: PATIENCE_MS, what: `"${text}" on the timeline of ${recordId}` },
  );
}

function arrived(recordId: string) {
  return sink.arrived.filter(({ data }) => data.appointment?.recordId === recordId);
}

async function clientCount(): Promise<number> {
  const list = String(await redis.call("CLIENT", "LIST"));
  return list.split("\n").filter((line) => line !== "").length;
}

describe("a connection made while the bridge runs", () => {
  let signingSecret: string;

  test("is served at once, from its first event to the device", async () => {
    const made = await post("/connections", {
      settings: { ...BETA, schedule: { startLeadSeconds: 1 } },
    });
    signingSecret = made.shownOnce.signingSecrets;
    const body = JSON.stringify(visit("08p000000000001AAA", 0, 600));
    const answer = await fetch(`${bridge.url}/webhooks/events/beta`, {
      method: "POST",
      headers: { "content-type": "application/json", ...signedHeaders(signingSecret, body) },
      body,
    });
    expect(answer.status).toBe(202);
    await until(async () => (await story("08p000000000001AAA", "beta")).prompts?.length > 0, {
      timeoutMs: PATIENCE_MS,
      what: "the plan of the new connection's first visit",
    });
  });

  test("changes cost no event: all that is posted meanwhile is acknowledged and planned", async () => {
    const statuses: number[] = [];
    const posted: string[] = [];
    let isChanging = true;
    const load = async (lane: number) => {
      while (isChanging) {
        const recordId = `08p${lane}${String(posted.length).padStart(11, "0")}AAA`;
        posted.push(recordId);
        statuses.push((await bridge.postEvents([visit(recordId, 7_200, 10_800)])).status);
      }
    };
    const loads = [1, 2, 3, 4].map(load);
    for (const startLeadSeconds of [10, 20, 30, 40, 50]) {
      expect((await edit("beta", { schedule: { startLeadSeconds } })).schedule).toEqual({
        startLeadSeconds,
      });
    }
    isChanging = false;
    await Promise.all(loads);
    expect(statuses.filter((status) => status !== 202)).toEqual([]);
    const [last = ""] = posted.slice(-1);
    await until(async () => (await story(last)).prompts?.length > 0, {
      timeoutMs: PATIENCE_MS,
      what: "the last visit's plan",
    });
    const stories = await Promise.all(posted.map((recordId) => story(recordId)));
    expect(stories.filter(({ prompts }) => (prompts ?? []).length === 0)).toEqual([]);
    const { items } = await readJson(await bridge.api("/parked"));
    expect(items).toEqual([]);
  }, 60_000);

  test("every generation gives back what it opened", async () => {
    const change = (startLeadSeconds: number) => edit("beta", { schedule: { startLeadSeconds } });
    const untilTakenUp = async () => {
      const version = await redis.hget(keyspace.storedConnections(), "#version");
      await until(() => bridge.output().split(`"version":${version},`).length > 2, {
        timeoutMs: PATIENCE_MS,
        what: "web and worker to take the change up",
      });
    };
    await change(60);
    await untilTakenUp();
    const before = await until(
      async () => {
        const first = await clientCount();
        return first === (await clientCount()) ? first : undefined;
      },
      { timeoutMs: PATIENCE_MS, what: "a steady number of Redis connections" },
    );
    for (let at = 1; at <= 20; at += 1) {
      await change(100 + at);
      if (at % 5 === 0) {
        await untilTakenUp();
      }
    }
    await until(async () => (await clientCount()) <= before, {
      timeoutMs: PATIENCE_MS,
      what: `no more than ${before} Redis connections`,
    });
  }, 90_000);

  test("is unknown once it is deleted, and its appointments stay readable", async () => {
    const deleted = await bridge.api("/connections/beta", {
      method: "DELETE",
      body: { name: "beta" },
    });
    expect(deleted.status).toBe(204);
    const body = JSON.stringify(visit("08p000000000002AAA", 0, 600));
    const answer = await fetch(`${bridge.url}/webhooks/events/beta`, {
      method: "POST",
      headers: { "content-type": "application/json", ...signedHeaders(signingSecret, body) },
      body,
    });
    expect(answer.status).toBe(401);
    expect((await story("08p000000000001AAA", "beta")).title).toBe("Visit 08p000000000001AAA");
    const list = await bridge.api("/appointments?connection=beta");
    expect((await readJson(list)).items).toHaveLength(1);
    expect((await bridge.api("/appointments?connection=never")).status).toBe(404);
    expect(bridge.output()).not.toContain(signingSecret);
  });
});

describe("a connection on hold", () => {
  test("takes events in and sends nothing; a release sends what is still useful, and says why the rest is not", async () => {
    await post("/connections/acme/hold");
    expect((await bridge.postEvents([visit("08p000000000010AAA", 0, 900)])).status).toBe(202);
    await untilTold("08p000000000010AAA", "the connection is held by API token since");
    const { summary, outlook } = await story("08p000000000010AAA");
    expect(summary).toMatch(/^Not sent yet: the connection is on hold since \d\d:\d\d/);
    expect(outlook).toBe("due");
    const { connections } = await readJson(await bridge.api("/overview"));
    expect(connections[0].hold).toMatchObject({ by: "API token" });

    // Its end comes while nothing may be sent; the visit before it is of another rep's day by then.
    const stale = aVisitEvent({
      recordId: "08p000000000011AAA",
      startsIn: -60,
      endsIn: 2,
      reps: [{ ...DANA, userId: "005Hs00000LeeNoAAV" }],
    });
    await bridge.postEvents([stale]);
    await untilTold(
      "08p000000000011AAA",
      "Not sent: the connection was on hold, and the start came too late to be useful",
    );
    expect(sink.arrived).toEqual([]);

    await post("/connections/acme/release");
    await until(() => arrived("08p000000000010AAA").length > 0, {
      timeoutMs: PATIENCE_MS,
      what: "the held prompt",
    });
    expect(arrived("08p000000000010AAA").map(({ data }) => data.action)).toEqual(["start"]);
    const { timeline } = await story("08p000000000010AAA");
    const kinds = timeline.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind === "prompt.held")).toHaveLength(1);
    expect((await story("08p000000000011AAA")).summary).toMatch(
      /^Not sent: the connection was on hold from/,
    );
  }, 60_000);

  test("also keeps a delivery back that was under way", async () => {
    sink.answer = () => ({ status: 503 });
    await bridge.postEvents([
      aVisitEvent({ recordId: "08p000000000020AAA", startsIn: 0, endsIn: 900, reps: [DANA] }),
    ]);
    await until(() => arrived("08p000000000020AAA").length > 0, {
      timeoutMs: PATIENCE_MS,
      what: "the first attempt",
    });
    await post("/connections/acme/hold");
    await untilTold("08p000000000020AAA", "the connection is held by");
    const tries = arrived("08p000000000020AAA").length;
    sink.answer = () => ({ status: 204 });
    await post("/connections/acme/release");
    await until(async () => (await story("08p000000000020AAA")).outlook === "sent", {
      timeoutMs: PATIENCE_MS,
      what: "the delivery after the release",
    });
    expect(arrived("08p000000000020AAA")).toHaveLength(tries + 1);
  }, 60_000);
});

describe("local mode", () => {
  test("goes on beside the first connection that is made in its page, and is over after the next start", async () => {
    const local = await startBridge({ isLocalMode: true });
    try {
      const facts = async () => (await fetch(`${local.url}/local/facts`)).status;
      const names = async () => {
        const { connections } = await readJson(await local.api("/overview"));
        return connections.map(({ name }: { name: string }) => name);
      };
      // The receiver answers before the bridge says that all of it runs.
      await until(() => local.output().includes("LOCAL MODE"), {
        timeoutMs: 20_000,
        what: "the announcement",
      });
      const made = await local.api("/connections", { method: "POST", body: { settings: BETA } });
      expect(made.status).toBe(201);
      expect(await facts()).toBe(200);
      expect(await names()).toEqual(["beta", "demo"]);
      expect((await readJson(await local.api("/connections"))).isLocalMode).toBe(true);
      await local.stop();
      await local.restart();
      expect(await facts()).toBe(404);
      expect(await names()).toEqual(["beta"]);
      expect(local.output().split("LOCAL MODE")).toHaveLength(2);
    } finally {
      await local.cleanUp();
    }
  }, 60_000);
});
