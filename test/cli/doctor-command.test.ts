import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { anAcme, cliUnderTest, findingsOf, troublesIn } from "./cli-under-test.ts";

const run = cliUnderTest();
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

async function aRedis(...args: readonly string[]): Promise<RedisServer> {
  const redis = await startRedisServer({ args, isTcp: true });
  cleanUps.push(redis.stop);
  return redis;
}

/** Without a contact for push services every run would warn of it. */
const VAPID_SUBJECT = "mailto:ops@acme-roofing.com";

function doctor(env: Readonly<Record<string, string>> = {}, connections = [anAcme()]) {
  return run(["doctor", "--json"], { connections, env });
}

describe("siro-bridge doctor beside a whole bridge and its org", () => {
  let org: StubOrg;
  let bridge: BridgeProcess;
  let acme: Readonly<Record<string, unknown>>;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    org = await startStubOrg({ organizationId: ACME.organizationId });
    const { clientId, clientSecret } = org.app;
    acme = {
      salesforce: {
        instanceUrl: org.url,
        auth: { kind: "client-credentials", clientId, clientSecret },
      },
      reconcile: { everySeconds: 0 },
    };
    bridge = await startBridge({ connection: acme });
    env = {
      PORT: new URL(bridge.url).port,
      HOST: "127.0.0.1",
      DATA_DIR: bridge.dataDir,
      VAPID_SUBJECT,
      SMTP_URL: "smtps://user:an-smtp-password@mail.example.com:465",
    };
  }, 90_000);

  afterAll(async () => {
    await bridge.cleanUp();
    await org.stop();
  });

  test("finds everything fine, and nothing comes of its sample", async () => {
    const result = await doctor(env, [anAcme(acme)]);
    expect(troublesIn(result)).toEqual([]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(new Set(findingsOf(result).map(({ check }) => check))).toEqual(
      new Set([
        ...["configuration", "redis", "clock", "bridge", "channels", "links", "secrets"],
        ...["instance-url", "sign-in", "access", "api-share", "sample"],
      ]),
    );
    await until(() => bridge.output().includes('"verdict":"nothing-known"'), {
      timeoutMs: 10_000,
      what: "the sample to be followed",
    });
    expect((await readJson(await bridge.api("/parked"))).items).toEqual([]);
    expect((await readJson(await bridge.api("/appointments"))).items).toEqual([]);
  });

  test("prints no secret in either form, and ends by itself with exit code 0", async () => {
    const { stdout } = await run(["doctor"], { connections: [anAcme(acme)], env });
    const asJson = await doctor(env, [anAcme(acme)]);
    const secrets = [ACME.webhookSecret, ACME.signingSecret, ACME.apiToken, "an-smtp-password"];
    for (const secret of [...secrets, org.app.clientSecret]) {
      expect(stdout + asJson.stdout).not.toContain(secret);
    }
    const child = spawn(process.execPath, ["bin/siro-bridge.mjs", "doctor", "--json"], {
      env: {
        ...env,
        PATH: process.env["PATH"],
        CONNECTIONS_FILE: bridge.dataDir.replace(/data$/, "connections.json"),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    expect(await once(child, "close")).toEqual([0, null]);
    expect(JSON.parse(output)).toMatchObject({ ok: true });
  });

  test("sees a secret that the running bridge does not know yet", async () => {
    const webhookSecrets = [ACME.webhookSecret, "another-invented-secret-of-40-letters!!!"];
    const result = await doctor(env, [anAcme({ ...acme, webhookSecrets })]);
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^warn secrets: webhookSecrets: two; a rotation is under way/),
      expect.stringMatching(/^fail sample: .*secret 2 of 2: .*\(HTTP 404\) → Restart the bridge/),
    ]);
    expect(findingsOf(result, "sample")).toHaveLength(2);
  });

  test("sees an organization that the running bridge does not serve", async () => {
    const result = await doctor(env, [anAcme({ organizationId: "00D5f000004Othr" })]);
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^fail sample: .*another organization \(HTTP 403\)/),
    ]);
  });

  test("sends no sample where only others may send", async () => {
    const result = await doctor(env, [anAcme({ allowSourceIps: ["13.108.0.0/14"] })]);
    expect(result.code).toBe(0);
    expect(troublesIn(result)).toEqual([expect.stringMatching(/^warn sample: No sample was sent/)]);
  });
});

describe("siro-bridge doctor without a reader", () => {
  test("sends the same sample every time, so that one entry is parked at most", async () => {
    const bridge = await startBridge();
    cleanUps.push(bridge.cleanUp);
    const env = { PORT: new URL(bridge.url).port, HOST: "127.0.0.1", DATA_DIR: bridge.dataDir };
    for (const _ of [1, 2]) {
      expect(findingsOf(await doctor(env), "sample")).toMatchObject([{ level: "ok" }]);
    }
    await until(async () => (await readJson(await bridge.api("/parked"))).items.length > 0, {
      timeoutMs: 10_000,
      what: "the sample to be parked",
    });
    expect((await readJson(await bridge.api("/parked"))).items).toHaveLength(1);
  });
});

describe("siro-bridge doctor on Redis", () => {
  test("is content with a durable one, whose password it keeps to itself", async () => {
    const { url } = await aRedis();
    const redis = openProducerRedis(url);
    await untilReady(redis, 5000);
    await redis.config("SET", "requirepass", "an-invented-password");
    redis.disconnect();
    const withPassword = url.replace("://", "://:an-invented-password@");
    const result = await doctor({ REDIS_URL: withPassword });
    expect(findingsOf(result, "redis")).toMatchObject([{ level: "ok" }]);
    expect(findingsOf(result, "clock")).toMatchObject([{ level: "ok" }]);
    expect(result.stdout).not.toContain("an-invented-password");
    const wrong = await doctor({ REDIS_URL: url.replace("://", "://:a-wrong-password@") });
    expect(wrong.code).toBe(1);
    expect(troublesIn(wrong)[0]).toMatch(
      /^fail redis: The Redis at 127.*WRONGPASS.* → .*REDIS_URL/,
    );
    const none = await doctor({ REDIS_URL: url });
    expect(troublesIn(none)[0]).toMatch(/^fail redis: .*NOAUTH/);
    expect(wrong.stdout).not.toContain("a-wrong-password");
  });

  test("tells every risk of one that is not durable, and whether it is accepted", async () => {
    const { url } = await aRedis("--appendonly", "no", "--maxmemory-policy", "allkeys-lru");
    const refused = await doctor({ REDIS_URL: url });
    expect(refused.code).toBe(1);
    expect(findingsOf(refused, "redis")).toMatchObject([
      { level: "fail", message: expect.stringMatching(/^appendonly is off: everything/) },
      { level: "fail", message: expect.stringMatching(/^maxmemory-policy is allkeys-lru/) },
    ]);
    const accepted = await doctor({ REDIS_URL: url, REDIS_DURABILITY: "warn" });
    expect(accepted.code).toBe(0);
    expect(findingsOf(accepted, "redis")).toMatchObject([{ level: "warn" }, { level: "warn" }]);
  });

  test("says which one it cannot reach, and why", async () => {
    const { url, stop } = await aRedis();
    await stop();
    const result = await doctor({ REDIS_URL: url });
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(
      new RegExp(`^fail redis: The Redis at ${new URL(url).host} cannot be used: ECONNREFUSED`),
    );
  });

  test("does not quote an address that is none", async () => {
    const result = await doctor({ REDIS_URL: "redis://:a-wrong-password@:host:99999999" });
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(/^fail redis: The Redis of REDIS_URL .*malformed/);
    expect(result.stdout + result.stderr).not.toContain("a-wrong-password");
  });

  test("knows when there is none to start", async () => {
    const result = await doctor({ PATH: "/nowhere" });
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(/^fail redis: .*no redis-server/);
  });
});

describe("siro-bridge doctor on the bridge", () => {
  test("says what it skips while none runs, which is no failure", async () => {
    const result = await doctor({ VAPID_SUBJECT });
    expect(result.code).toBe(0);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^warn redis: .*a Redis of its own, which is not running now/),
      expect.stringMatching(/^warn bridge: No bridge runs at http:\/\/127.0.0.1:1 \(/),
    ]);
    expect(findingsOf(result, "sample")).toEqual([]);
  });

  test("says that there is no web process to ask where ROLES names none", async () => {
    const result = await doctor({ ROLES: "worker" });
    expect(result.code).toBe(0);
    expect(findingsOf(result, "bridge")).toMatchObject([
      { level: "warn", message: expect.stringMatching(/^ROLES names no web process/) },
    ]);
  });

  test("tells a bridge from something else on its port", async () => {
    const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    cleanUps.push(async () => server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const result = await doctor({ PORT: String(port) });
    expect(result.code).toBe(1);
    expect(findingsOf(result, "bridge")).toMatchObject([
      { level: "fail", message: expect.stringMatching(/^Something else answers/) },
    ]);
    expect(findingsOf(result, "sample")).toEqual([]);
  });

  test("says why a running bridge is not ready", async () => {
    const redis = await aRedis();
    const bridge = await startBridge({ env: { REDIS_URL: redis.url } });
    cleanUps.push(bridge.cleanUp);
    await redis.kill();
    // A bridge that ends beside a dead Redis waits for it.
    cleanUps.push(redis.restart);
    await until(async () => (await fetch(`${bridge.url}/readyz`)).status === 503, {
      timeoutMs: 5000,
      what: "the bridge to notice",
    });
    const { port: PORT } = new URL(bridge.url);
    const env = { REDIS_URL: redis.url, PORT, HOST: "127.0.0.1", VAPID_SUBJECT };
    const result = await doctor(env);
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^fail redis: .*ECONNREFUSED/),
      expect.stringMatching(/^fail bridge: The bridge is not ready: The store did not confirm/),
      expect.stringMatching(/^fail sample: .*could not make the sample durable now \(HTTP 503\)/),
    ]);
  });
});

describe("siro-bridge doctor on the configuration", () => {
  test("lists every problem, and stops there", async () => {
    const env = { PORT: "x", VAPID_SUBJECT: "ops" };
    const result = await doctor(env, [anAcme({ webhookSecrets: ["short"] })]);
    expect(result.code).toBe(1);
    expect(findingsOf(result)).toHaveLength(3);
    expect(result.stdout).not.toContain('"short"');
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: false });
  });

  test("looks closer at the channels than the start does", async () => {
    const env = { SMTP_URL: "smtp://user:pw@mail.example.com" };
    const result = await doctor(env);
    expect(findingsOf(result, "channels")).toMatchObject([
      { level: "warn", message: expect.stringMatching(/^Web push is off/) },
      { level: "warn", message: expect.stringMatching(/^SMTP_URL/) },
    ]);
  });

  test.each([
    { args: ["doctor", "surplus"] },
    { args: ["doctor", "--bogus"] },
  ])("takes $args for wrong use", async ({ args }) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: "" });
  });
});
