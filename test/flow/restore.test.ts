import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { keyspace } from "../../src/keyspace.ts";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { freePort, redisBinary } from "../support/launch-redis.ts";
import { signedHeaders } from "../support/signed-events.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const PATIENCE_MS = 30_000;
const OPERATOR = { name: "olive", role: "viewer", password: "an-invented-password-of-olive" };
const ANOTHER_KEY = Buffer.alloc(32, "another").toString("base64");

let org: StubOrg;
let bridge: BridgeProcess;
let sink: WebhookSink;
let backup: string;

beforeAll(async () => {
  backup = mkdtempSync(join(tmpdir(), "siro-bridge-backup-"));
  [org, sink] = await Promise.all([
    startStubOrg({ organizationId: ACME.organizationId }),
    startWebhookSink(),
  ]);
  const { clientId, clientSecret } = org.app;
  const auth = { kind: "client-credentials", clientId, clientSecret };
  bridge = await startBridge({
    connection: {
      salesforce: { instanceUrl: org.url, auth },
      // The poll is later than the prompts: what is not read before them is wrong.
      reconcile: { everySeconds: 3_600 },
    },
  });
}, 90_000);

afterAll(async () => {
  await bridge?.cleanUp();
  await Promise.all([org?.stop(), sink?.stop()]);
  rmSync(backup, { recursive: true, force: true });
});

const iso = (atMs: number) => new Date(atMs).toISOString();

/** Books a visit of ten minutes in the org, for a rep of its own, and tells the bridge. */
async function book(startAtMs: number, subject: string): Promise<string> {
  const rep = addRep(org.store, "Rep", subject);
  const email = `${subject}@acme.example`;
  await bridge.enrolSink({ userId: rep.userId, email, name: subject }, sink);
  const { accountId, contactId } = addCustomer(org.store, ["Ada", subject], {});
  const visit = org.store.insert("ServiceAppointment", {
    ParentRecordId: accountId,
    ContactId: contactId,
    Subject: subject,
    Status: "Scheduled",
    SchedStartTime: iso(startAtMs),
    SchedEndTime: iso(startAtMs + 600_000),
  });
  org.store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: rep.resourceId,
    IsPrimaryResource: true,
  });
  await tell(idOf(visit));
  await until(async () => (await story(idOf(visit))).prompts?.length > 0, {
    timeoutMs: PATIENCE_MS,
    what: `the plan of ${subject}`,
  });
  return idOf(visit);
}

/** As Salesforce does, which takes the acknowledgment for an end of it. */
async function tell(recordId: string): Promise<void> {
  const door = `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
  const news = { objectType: "ServiceAppointment", recordIds: [recordId] };
  const [message] = await org.sendOutboundMessage(door, news);
  expect(message?.isAcked).toBe(true);
}

function story(recordId: string) {
  return bridge.api(`/appointments/${ACME.name}/${recordId}`).then(readJson);
}

async function startsOf(recordId: string) {
  const { prompts } = await story(recordId);
  return prompts
    .filter(({ action }: { action: string }) => action === "start")
    .map(({ state, dueAt }: { state: string; dueAt: string }) => ({ state, dueAt }));
}

function starts(recordId: string) {
  return sink.arrived.filter(
    ({ data }) => data.appointment?.recordId === recordId && data.action === "start",
  );
}

function untilStarted(recordId: string, count: number) {
  return until(() => starts(recordId).length >= count, {
    timeoutMs: PATIENCE_MS,
    what: `start ${count} of ${recordId}`,
  });
}

/** The commands that the page gives an operator, those of one heading, in their order. */
function documented(heading: string): readonly string[] {
  const page = readFileSync("docs/operations.md", "utf8");
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [text = ""] = section.split("\n## ");
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = ""]) => commands);
}

function runCommands(commands: string | undefined, env: Readonly<Record<string, string>>): void {
  const dirs = [dirname(redisBinary()), join(dirname(redisBinary()), "root/usr/bin")];
  const libraries = join(dirname(redisBinary()), "root/usr/lib");
  const { status, stderr } = spawnSync("sh", ["-ec", commands ?? "exit 9"], {
    env: {
      BACKUP: backup,
      PATH: [...dirs, process.env["PATH"]].join(delimiter),
      // Only a Redis that was unpacked, not installed, needs its libraries named.
      LD_LIBRARY_PATH: subfolders(libraries).join(":"),
      ...env,
    },
    encoding: "utf8",
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

function subfolders(dir: string): readonly string[] {
  try {
    return readdirSync(dir).map((name) => join(dir, name));
  } catch {
    return [];
  }
}

/** As after a fire: every process is gone, and what it kept with it. */
async function loseEverything(): Promise<void> {
  const pids = (["web", "worker", "redis"] as const).map((name) => bridge.childPid(name));
  await bridge.kill();
  for (const pid of pids) {
    process.kill(pid, "SIGKILL");
  }
  await until(() => pids.every(isGone), { timeoutMs: PATIENCE_MS, what: "all to be gone" });
  rmSync(bridge.dataDir, { recursive: true });
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

async function signedIn(): Promise<string> {
  const answer = await fetch(`${bridge.url}/admin/login`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: bridge.url },
    body: JSON.stringify({ user: OPERATOR.name, password: OPERATOR.password }),
  });
  return answer.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
}

/** What people and machines who were known before the backup are answered. */
async function answers(known: Known) {
  const body = JSON.stringify({ events: [] });
  const signed = signedHeaders(known.betaSecret, body);
  const [overview, link, event] = await Promise.all([
    fetch(`${bridge.url}/admin/api/overview`, { headers: { cookie: known.cookie } }),
    fetch(`${bridge.url}/v1/next-link`, { headers: { authorization: `Bearer ${known.token}` } }),
    fetch(`${bridge.url}/webhooks/events/beta`, {
      method: "POST",
      headers: { "content-type": "application/json", ...signed },
      body,
    }),
  ]);
  return { session: overview.status, device: link.status, connection: event.status };
}

interface Known {
  readonly cookie: string;
  readonly token: string;
  readonly betaSecret: string;
}

/** Somebody who may sign in and has, a pull device of another rep, and a connection made in the page. */
async function makeKnown(): Promise<Known> {
  const post = async (path: string, body: object) =>
    readJson(await bridge.api(path, { method: "POST", body }));
  await post("/people", OPERATOR);
  const lee = addRep(org.store, "Lee", "Nobody").userId;
  await post(`/reps/${ACME.name}`, { userId: lee, email: "lee@acme.example", name: "Lee" });
  const { token } = await post(`/reps/${ACME.name}/${lee}/devices`, { channel: "pull" });
  const settings = { name: "beta", organizationId: "00D5f000004XyZbEAK" };
  const { shownOnce } = await post("/connections", { settings });
  const known = { cookie: await signedIn(), token, betaSecret: shownOnce.signingSecrets };
  await until(async () => (await answers(known)).connection === GOOD.connection, {
    timeoutMs: PATIENCE_MS,
    what: "beta to be served",
  });
  return known;
}

/** An empty batch is answered 400 once its sender is known. */
const GOOD = { session: 200, device: 204, connection: 400 };

describe("a backup that is restored as the page says", () => {
  let known: Known;
  let stays: string;

  test("brings all back, and what happened since costs nobody a wrong link", async () => {
    known = await makeKnown();
    expect(await answers(known)).toEqual(GOOD);
    const soonMs = Math.ceil(Date.now() / 1000) * 1000 + 20_000;
    // Until the backup is made the device refuses, however long that takes.
    sink.answer = () => ({ status: 503 });
    const delivered = await book(Date.now(), "delivered");
    const moved = await book(soonMs, "moved");
    const canceled = await book(soonMs, "canceled");
    stays = await book(soonMs, "stays");
    const [own] = documented("Backup");
    runCommands(own, { DATA_DIR: bridge.dataDir });
    sink.answer = () => ({ status: 204 });

    const movedToMs = soonMs + 3_600_000;
    org.store.update(moved, {
      SchedStartTime: iso(movedToMs),
      SchedEndTime: iso(movedToMs + 600_000),
    });
    org.store.update(canceled, { Status: "Canceled" });
    await Promise.all([tell(moved), tell(canceled)]);
    await until(async () => (await story(canceled)).status === "canceled", {
      timeoutMs: PATIENCE_MS,
      what: "the cancellation",
    });
    await until(async () => (await startsOf(delivered))[0]?.state === "sent", {
      timeoutMs: PATIENCE_MS,
      what: "the delivery",
    });
    const before = starts(delivered).length;

    await loseEverything();
    const [restore] = documented("Restore");
    runCommands(restore, { DATA_DIR: bridge.dataDir });
    await bridge.restart();
    expect(await answers(known)).toEqual(GOOD);
    await untilStarted(stays, 1);
    await untilStarted(delivered, before + 1);
    expect(new Set(starts(delivered).map(({ webhookId }) => webhookId)).size).toBe(1);
    const next = { state: "waiting", dueAt: iso(movedToMs - 1000) };
    await until(
      async () => (await startsOf(moved)).some((one: object) => isDeepStrictEqual(one, next)),
      {
        timeoutMs: PATIENCE_MS,
        what: "the new plan of what was moved",
      },
    );
    const isOver = async () => (await story(canceled)).status === "canceled";
    await until(isOver, { timeoutMs: PATIENCE_MS, what: "the cancellation to be found" });
    expect([...starts(moved), ...starts(canceled)]).toEqual([]);
  }, 120_000);

  test("into a Redis of one's own, which keeps it", async () => {
    const dir = mkdtempSync(join(tmpdir(), "siro-bridge-own-"));
    const port = await freePort();
    runCommands(documented("Restore")[1], { REDIS_DIR: dir, REDIS_PORT: String(port) });
    const usual = [
      "--dir",
      dir,
      "--port",
      String(port),
      "--appendonly",
      "yes",
      "--daemonize",
      "yes",
    ];
    runCommands(`redis-server ${usual.join(" ")}`, {});
    const redis = openProducerRedis(`redis://127.0.0.1:${port}`);
    try {
      await untilReady(redis, PATIENCE_MS);
      expect(await redis.exists(keyspace.appointment(ACME.name, stays))).toBe(1);
      await redis.shutdown("NOSAVE").catch(() => undefined);
    } finally {
      redis.disconnect();
      rmSync(dir, { recursive: true, force: true });
    }
  }, 60_000);

  test("with another key says what cannot be opened, and is whole again with the right one", async () => {
    await bridge.stop();
    await bridge.restart({ SECRET_KEY: ANOTHER_KEY });
    expect(await answers(known)).toMatchObject({ device: 204, connection: 401 });
    expect(bridge.output()).toContain("it cannot be opened; was SECRET_KEY changed?");
    await bridge.stop();
    await bridge.restart();
    expect(await answers(known)).toEqual(GOOD);
  }, 90_000);
});
