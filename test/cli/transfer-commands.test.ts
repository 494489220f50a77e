import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { keyspace } from "../../src/keyspace.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { sealValue } from "../../src/sealed-value.ts";
import { importRecord } from "../../src/transfer/import-record.ts";
import type { TransferRecord } from "../../src/transfer/transfer-record.ts";
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
import { anAcme, cliUnderTest } from "./cli-under-test.ts";

const SECRET_KEY = Buffer.alloc(32, 5).toString("base64");
const ANOTHER_KEY = Buffer.alloc(32, 6).toString("base64");
const DANA = { userId: "005Hs00000DanaFAAV", email: "dana@acme.example", name: "Dana Field" };
const OLIVE = { name: "olive", role: "viewer", password: "an-invented-password-of-olive" };
const PATIENCE_MS = 20_000;

const run = cliUnderTest();
let from: RedisServer;
let to: RedisServer;
let bridge: BridgeProcess;
let sink: WebhookSink;
let redis: ReturnType<typeof openProducerRedis>;
let dir: string;
let file: string;
let token: string;
let betaSecret: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-transfer-"));
  file = join(dir, "bridge.ndjson");
  [from, to, sink] = await Promise.all([
    startRedisServer(),
    startRedisServer(),
    startWebhookSink(),
  ]);
  redis = openProducerRedis(to.url);
  await untilReady(redis, PATIENCE_MS);
  bridge = await startBridge({ env: { REDIS_URL: from.url, SECRET_KEY } });
  await bridge.enrolSink(DANA, sink);
  const post = async (path: string, body: object) =>
    readJson(await bridge.api(path, { method: "POST", body }));
  ({ token } = await post(`/reps/${ACME.name}/${DANA.userId}/devices`, { channel: "pull" }));
  await post("/people", OLIVE);
  const settings = { name: "beta", organizationId: "00D5f000004XyZbEAK" };
  const { shownOnce } = await post("/connections", { settings });
  betaSecret = shownOnce.signingSecrets;
  await post("/connections/beta/hold", {});
  const visit = { recordId: "08p000000000001AAA", startsIn: 3_600, endsIn: 7_200, reps: [DANA] };
  await bridge.postEvents([aVisitEvent(visit)]);
  const isPlanned = async () => {
    const answer = await bridge.api(`/appointments/${ACME.name}/${visit.recordId}`);
    return (await readJson(answer)).prompts?.length > 0;
  };
  await until(isPlanned, { timeoutMs: PATIENCE_MS, what: "the plan" });
}, 90_000);

afterAll(async () => {
  await bridge?.cleanUp();
  redis?.disconnect();
  await Promise.all([from?.stop(), to?.stop(), sink?.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

function cli(args: readonly string[], store: RedisServer, secretKey = SECRET_KEY) {
  const env = { REDIS_URL: store.url, SECRET_KEY: secretKey };
  return run(args, { connections: [anAcme()], env });
}

const lines = () => readFileSync(file, "utf8").trimEnd().split("\n");

/** The export with one line changed, in a file of its own. */
function changed(number: number, text: string): string {
  const path = join(dir, "changed.ndjson");
  writeFileSync(
    path,
    `${lines()
      .with(number - 1, text)
      .join("\n")}\n`,
  );
  return path;
}

describe("siro-bridge export", () => {
  test("writes what people and machines need to go on, for its owner's eyes only, and no secret in the open", async () => {
    const { code, stdout } = await cli(["export", "--out", file, "--json"], from);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      counts: { person: 1, connection: 1, hold: 1, rep: 1, device: 2 },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    for (const secret of [token, betaSecret, OLIVE.password, sink.secret, sink.url]) {
      expect(text).not.toContain(secret);
    }
  });

  test("gives appointments with their timelines, where they are wanted, without tokens of prompts", async () => {
    const { stdout, stderr } = await cli(
      ["export", "--appointments", "--from", "2026-01-01"],
      from,
    );
    const visit = stdout.split("\n").find((line) => line.includes('"kind":"appointment"')) ?? "{}";
    const { recordId, timeline, prompts } = JSON.parse(visit);
    expect(recordId).toBe("08p000000000001AAA");
    expect(timeline.map(({ kind }: { kind: string }) => kind)).toContain("plan.changed");
    expect(prompts[0]).not.toHaveProperty("token");
    expect(stderr).toContain("1 × appointment");
  });
});

describe("siro-bridge import", () => {
  test("names broken lines by number, and writes nothing", async () => {
    const deviceAt = lines().findIndex((line) => line.includes('"kind":"device"')) + 1;
    const broken = changed(deviceAt, '{"kind":"device","device":{"deviceId":7}}');
    const { code, stderr } = await cli(["import", broken], to);
    expect(code).toBe(1);
    expect(stderr).toContain(`line ${deviceAt}: device.deviceId is not as it must be`);
    expect(await redis.dbsize()).toBe(0);
  });

  test("refuses a file that was cut off, a newer one, and one that was sealed with another key", async () => {
    const cut = await cli(["import", changed(2, lines()[1]?.slice(0, -9) ?? "")], to);
    expect(cut.stderr).toContain("line 2: this is not JSON; was the file cut off?");
    const header = { kind: "siro-bridge-export", version: 2, exportedAt: "2027-01-01T00:00:00Z" };
    const newer = await cli(["import", changed(1, JSON.stringify(header))], to);
    expect(newer.stderr).toContain("line 1: a newer siro-bridge made this export");
    const foreign = await cli(["import", file, "--json"], to, ANOTHER_KEY);
    expect(JSON.parse(foreign.stdout)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([
        expect.stringMatching(/^line \d: it was sealed with another SECRET_KEY/),
      ]),
    });
    expect([cut.code, newer.code, foreign.code]).toEqual([1, 1, 1]);
    expect(await redis.dbsize()).toBe(0);
  });

  test("says what it would do, and writes nothing", async () => {
    const { stdout } = await cli(["import", file, "--dry-run", "--json"], to);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, dryRun: true, counts: { added: 6 } });
    expect(await redis.dbsize()).toBe(0);
  });

  test("brings all into an empty store, where devices, operators and connections work", async () => {
    const { code, stdout } = await cli(["import", file], to);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("✓ Imported") });
    await bridge.stop();
    await bridge.restart({ REDIS_URL: to.url });
    const authorization = `Bearer ${token}`;
    const link = await fetch(`${bridge.url}/v1/next-link`, { headers: { authorization } });
    expect(link.status).toBe(204);
    await bridge.api(`/reps/${ACME.name}/${DANA.userId}/test-prompt`, { method: "POST" });
    const [arrived] = await until(() => sink.arrived.length > 0 && sink.arrived, {
      timeoutMs: PATIENCE_MS,
      what: "the test prompt",
    });
    expect(arrived).toMatchObject({ type: "prompt.test", isGenuine: true });
    const body = JSON.stringify(
      aVisitEvent({ recordId: "08p000000000002AAA", startsIn: 3_600, endsIn: 7_200, reps: [DANA] }),
    );
    const event = await fetch(`${bridge.url}/webhooks/events/beta`, {
      method: "POST",
      headers: { "content-type": "application/json", ...signedHeaders(betaSecret, body) },
      body,
    });
    expect(event.status).toBe(202);
    const beta = await readJson(await bridge.api("/connections/beta"));
    expect(beta.hold).toMatchObject({ by: expect.any(String) });
    const signIn = await fetch(`${bridge.url}/admin/login`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: bridge.url },
      body: JSON.stringify({ user: OLIVE.name, password: OLIVE.password }),
    });
    expect(signIn.ok).toBe(true);
  }, 60_000);

  test("changes nothing the second time; what differs here stays, unless it is to be replaced", async () => {
    const userId = canonicalRecordId(DANA.userId);
    const key = keyspace.rep(ACME.name, userId);
    await redis.hset(key, "name", "Dana Newname");
    const again = JSON.parse((await cli(["import", file, "--json"], to)).stdout);
    expect(again.kept).toContainEqual({ kind: "rep", of: `${ACME.name} ${userId}` });
    expect(await redis.hget(key, "name")).toBe("Dana Newname");
    const replaced = JSON.parse((await cli(["import", file, "--json", "--replace"], to)).stdout);
    expect(replaced).toMatchObject({ ok: true, kept: [] });
    expect(await redis.hget(key, "name")).toBe(DANA.name);
    const third = JSON.parse((await cli(["import", file, "--json"], to)).stdout);
    expect(third).toMatchObject({ counts: { same: 6 }, kept: [] });
  });

  test("says of two that bring the same at once which one was kept", async () => {
    const secretKey = Buffer.from(SECRET_KEY, "base64");
    const options = { secretKey, isReplacing: false, isTrial: false };
    // Of its own each time it is tried.
    const connection = `race-${Date.now()}`;
    const [userId, atMs] = ["005Hs00000RaceFAAV", 1];
    const recordsOf = (own: string): readonly TransferRecord[] => {
      const kept = { settings: {}, createdAtMs: atMs, changedAtMs: atMs, secretDates: {} };
      const address = { channel: "email" as const, sealedAddress: own, addressHash: own };
      const known = { label: "phone", state: "active" as const, createdAtMs: atMs };
      const role = { role: "viewer" as const, roleFrom: "people" as const };
      const sealed = sealValue({ ...kept, changedBy: own }, secretKey);
      return [
        { kind: "connection", name: connection, sealed },
        { kind: "hold", connection, hold: { by: own, sinceMs: atMs } },
        { kind: "rep", connection, rep: { userId, name: own } },
        {
          kind: "device",
          device: { deviceId: connection, connection, userId, ...known, ...address },
        },
        { kind: "person", person: { name: connection, ...role, era: own, createdAtMs: atMs } },
      ];
    };
    const seconds = recordsOf("second");
    for (const [at, record] of recordsOf("first").entries()) {
      // On one connection to Redis both look before either writes.
      const results = await Promise.all([
        importRecord(redis, record, options),
        importRecord(redis, seconds[at] ?? record, options),
      ]);
      expect([record.kind, ...results.toSorted()]).toEqual([record.kind, "added", "kept"]);
    }
  });

  test("does not touch a store that a newer version wrote", async () => {
    await redis.set(keyspace.storeSchema(), 2);
    const { code, stderr } = await cli(["import", file], to);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("written by a newer siro-bridge"),
    });
  });
});
