import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import express from "express";
import { Counter, Registry } from "prom-client";
import { readQueueDepths } from "../../src/admin/admin-queues.ts";
import { errorResponder } from "../../src/http/error-responder.ts";
import { type HealthRoutesDeps, healthRoutes } from "../../src/http/health-routes.ts";
import { mountRoutes } from "../../src/http/route.ts";
import { shareMetrics } from "../../workers/worker-metrics.ts";
import { until } from "../support/until.ts";
import { type AdminStore, bodyOf, listen, startStore } from "./admin-server.ts";

const TOKEN = "an-invented-metrics-token";

let store: AdminStore;
const opened: { readonly stop: () => Promise<void> }[] = [];
beforeAll(async () => {
  store = await startStore();
});
afterEach(async () => {
  for (const one of opened.splice(0)) {
    await one.stop();
  }
});
afterAll(() => store.stop());

async function startHealth(from: AdminStore, input: Partial<HealthRoutesDeps> = {}) {
  const registry = new Registry();
  countedBy(registry, 2);
  const app = express();
  mountRoutes(
    app,
    healthRoutes({
      redis: from.redis,
      registry,
      readQueues: () => readQueueDepths(from.queues, Date.now()),
      durability: async () => [],
      metricsToken: TOKEN,
      trustedProxies: [],
      nowMs: Date.now,
      ...input,
    }),
  );
  app.use(errorResponder(() => undefined));
  const { url, close } = await listen(app);
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers });
  opened.push({ stop: close });
  return { get };
}

function countedBy(registry: Registry, amount: number): void {
  new Counter({ name: "probe_total", help: "probe", registers: [registry] }).inc(amount);
}

describe("/healthz and /readyz", () => {
  test("both answer 200 while all is well", async () => {
    const health = await startHealth(store);
    expect((await health.get("/healthz")).status).toBe(200);
    const ready = await health.get("/readyz");
    expect([ready.status, await bodyOf(ready)]).toEqual([200, { ready: true }]);
  });

  test("a dead store makes it not ready, within two seconds, and a new one ready again", async () => {
    const own = await startStore();
    const health = await startHealth(own);
    opened.push({ stop: () => own.server.restart() }, own);
    expect((await health.get("/readyz")).status).toBe(200);
    await own.server.kill();
    const answer = await until(
      async () => {
        const one = await health.get("/readyz");
        return one.status === 503 ? one : undefined;
      },
      { timeoutMs: 3_000, what: "not ready" },
    );
    expect(await bodyOf(answer)).toEqual({ ready: false, reasons: [expect.any(String)] });
    expect((await health.get("/healthz")).status).toBe(200);
    await own.server.restart();
    await until(async () => (await health.get("/readyz")).status === 200, {
      timeoutMs: 5_000,
      what: "ready again",
    });
  });

  test("settings that lose events make it not ready, with every reason; they are asked for rarely", async () => {
    let asked = 0;
    let nowMs = 0;
    const health = await startHealth(store, {
      nowMs: () => nowMs,
      durability: async () => {
        asked += 1;
        return ["appendonly is off", "evictions are on"];
      },
    });
    const answers = await Promise.all([1, 2, 3].map(() => health.get("/readyz")));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    const [first] = answers;
    expect(first === undefined ? {} : await bodyOf(first)).toEqual({
      ready: false,
      reasons: ["appendonly is off", "evictions are on"],
    });
    nowMs += 29_999;
    await health.get("/readyz");
    expect(asked).toBe(1);
    nowMs += 30_000;
    await health.get("/readyz");
    expect(asked).toBe(2);
  });
});

describe("/metrics", () => {
  test("adds up this process and the workers, and tells how full the queues are", async () => {
    const health = await startHealth(store);
    const worker = new Registry();
    countedBy(worker, 3);
    const stopSharing = shareMetrics(store.redis, worker, "worker-1");
    opened.push({ stop: async () => stopSharing() });
    const metrics = await until(
      async () => {
        const text = await (await health.get("/metrics")).text();
        return text.includes("probe_total 5") ? text : undefined;
      },
      { timeoutMs: 10_000, what: "the worker's figures" },
    );
    expect(metrics).toContain('siro_bridge_queue_jobs{queue="prompts",state="waiting"} 0');
  });

  test("is for this machine, or for the bearer of the token", async () => {
    const health = await startHealth(store, { trustedProxies: ["127.0.0.1"] });
    const outside = { "x-forwarded-for": "203.0.113.9" };
    const statusFor = async (headers: Record<string, string>) =>
      (await health.get("/metrics", headers)).status;
    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ "x-forwarded-for": "127.0.0.1" })).toBe(200);
    expect(await statusFor(outside)).toBe(401);
    expect(await statusFor({ ...outside, authorization: "Bearer wrong" })).toBe(401);
    expect(await statusFor({ ...outside, authorization: `Bearer ${TOKEN}` })).toBe(200);
  });

  test("guesses of the token are bounded, in every process", async () => {
    const [health, other] = await Promise.all([
      startHealth(store, { trustedProxies: ["127.0.0.1"] }),
      startHealth(store, { trustedProxies: ["127.0.0.1"] }),
    ]);
    const headers = { "x-forwarded-for": "203.0.113.10", authorization: "Bearer wrong" };
    const guesses = Array.from({ length: 105 }, () => health.get("/metrics", headers));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    await other.get("/metrics", headers);
    expect((await other.get("/metrics", headers)).status).toBe(429);
  });

  test("without a token nobody from outside gets in", async () => {
    const health = await startHealth(store, {
      metricsToken: undefined,
      trustedProxies: ["127.0.0.1"],
    });
    const headers = { "x-forwarded-for": "203.0.113.9", authorization: "Bearer undefined" };
    expect((await health.get("/metrics", headers)).status).toBe(401);
  });
});
