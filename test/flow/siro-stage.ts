import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "bullmq";
import { Registry } from "prom-client";
import { type AppointmentDossier, readDossier } from "../../src/books/appointment-book.ts";
import { type RepRef, saveRep } from "../../src/books/rep-book.ts";
import { readSiroNote } from "../../src/books/siro-note-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import { openChannels } from "../../src/channels.ts";
import { loadConfig } from "../../src/config.ts";
import { enrolDevice } from "../../src/devices/enrol-device.ts";
import type { Prompt, PromptAction } from "../../src/domain/prompt.ts";
import type { Receipt, ReceiptKind } from "../../src/domain/receipt.ts";
import { createEvents } from "../../src/events.ts";
import { createIntakeListener } from "../../src/intake/routes.ts";
import { keyspace } from "../../src/keyspace.ts";
import {
  type StubRep,
  type StubSiro,
  startStubSiro,
} from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../../src/queues/deliveries.ts";
import { createPromptsQueue } from "../../src/queues/prompts.ts";
import { createSiroEventsQueue } from "../../src/queues/siro-events.ts";
import { createSiroPollQueue } from "../../src/queues/siro-poll.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import type { WorkerKit } from "../../workers/kit.ts";
import { openSiros } from "../../workers/open-siros.ts";
import { createPlanner } from "../../workers/plan-rep.ts";
import { startWorkers, stopWorkers } from "../../workers/supervise.ts";
import { createWorkerEvents } from "../../workers/worker-events.ts";
import { aVisitEvent } from "../support/bridge-process.ts";
import { aKeptLogger } from "../support/logs/kept-logs.ts";
import { type NtfyServer, startNtfyServer } from "../support/ntfy-server.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { signedHeaders } from "../support/signed-events.ts";
import { until } from "../support/until.ts";
import { listenAnywhere } from "../support/webhook-sink.ts";

const CONNECTION = "acme";
const SIGNING = `whsec_${Buffer.alloc(24, "signing").toString("base64")}`;
const SIRO_SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;
const TIMEOUT_MS = 15_000;
/** Longer than any prompt may be late: one that waits for a Siro that hangs is found out. */
export const SIRO_TIMEOUT_MS = 3_000;

/** A rep with Siro's app on the phone, which is also where prompts arrive. */
export interface SiroRep extends RepRef {
  readonly siro: StubRep;
  /** What the phone was asked for so far, by the links' actions. */
  asked(): readonly string[];
  /** Resolves to the newest link of an action for a visit, once the phone has it. */
  untilLink(recordId: string, action: PromptAction): Promise<string>;
  /** Enrols one more device, behind a topic of its own; it is asked first, the phone ten minutes later. */
  device(topic: string): Promise<void>;
}

/** A visit: times in seconds from now, or from a moment that visits share so that they touch exactly. */
export interface SiroVisit {
  readonly nowMs?: number;
  readonly recordId: string;
  readonly from: number;
  readonly until: number;
  readonly reps: readonly SiroRep[];
  readonly status?: string;
}

/** The bridge's workers and doors over a real Redis, with a Siro that can be asked over HTTP. */
export interface SiroStage {
  readonly siro: StubSiro;
  readonly ntfy: NtfyServer;
  readonly kit: WorkerKit;
  aRep(own?: { readonly email?: string | null }): Promise<SiroRep>;
  /** Tells of a visit by a signed event over HTTP. */
  book(visit: SiroVisit): Promise<void>;
  dossier(recordId: string): Promise<AppointmentDossier | undefined>;
  prompts(recordId: string, action: PromptAction): Promise<readonly Prompt[]>;
  /** Resolves to a prompt once it stands like this. */
  untilPrompt(recordId: string, what: string, isIt: (prompt: Prompt) => boolean): Promise<Prompt>;
  untilRung(recordId: string, kind: ReceiptKind, action?: PromptAction): Promise<Receipt>;
  timeline(recordId: string): Promise<readonly string[]>;
  /** Resolves once a look at Siro that began after now has ended well. */
  untilLooked(): Promise<void>;
  /** Resolves once the operators are told that Siro answers like this. */
  untilNoted(state: string): Promise<void>;
  /** Resolves once so many deliveries of a visit were accepted. */
  untilDelivered(recordId: string, count: number): Promise<void>;
  /** Resolves once a delivery of a visit was spared. */
  untilSpared(recordId: string): Promise<void>;
  /** Resolves once no prompt waits to be confirmed. */
  untilJudged(): Promise<void>;
  /** Resolves once the judgement of a visit was put off, past the moment at which it was due. */
  untilJudgedAgain(recordId: string): Promise<void>;
  parked(): Promise<number>;
  /** Ends the workers as a crash does, and starts others. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** How a stage differs from the usual one. */
export interface SiroStageOptions {
  readonly siro?: Readonly<Record<string, unknown>>;
  readonly schedule?: Readonly<Record<string, unknown>>;
  readonly requestsPerMinute?: number;
}

let drawn = 0;

/** Draws a record id that no other visit of the process has. */
export function drawVisit(): string {
  drawn += 1;
  return `08p00000000${String(drawn).padStart(4, "0")}AAA`;
}

/** Opens a stage; close it when done. */
export async function openSiroStage(options: SiroStageOptions = {}): Promise<SiroStage> {
  const { requestsPerMinute = 1000 } = options;
  const [server, ntfy, siro] = await Promise.all([
    startRedisServer(),
    startNtfyServer(),
    startStubSiro({ requestsPerMinute }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-truth-"));
  const config = configOf(dir, { ntfy, siro, options });
  const redis = openWorkerRedis(server.url);
  const { channels, close: closeChannels } = openChannels(config);
  const prompts = createPromptsQueue(redis);
  const siroPoll = createSiroPollQueue(redis);
  const siroEvents = createSiroEventsQueue(redis);
  const log = aKeptLogger();
  const kit: WorkerKit = {
    config,
    redis,
    channels,
    prompts,
    crmEvents: createCrmEventsQueue(redis),
    planRep: createPlanner({ redis, prompts }),
    orgs: new Map(),
    deliveries: createDeliveriesQueue(redis),
    events: createWorkerEvents(log, new Registry()),
  };
  const web = createServer(
    createIntakeListener({
      ...config,
      nowMs: Date.now,
      inbox: kit.crmEvents,
      siroInbox: siroEvents,
      quarantine: { keep: async () => undefined },
      events: createEvents(log, new Registry()),
    }),
  );
  const url = `http://127.0.0.1:${await listenAnywhere(web)}`;
  siro.webhooks.endpoint = { url: `${url}/webhooks/siro/${CONNECTION}`, secret: SIRO_SECRET };
  let workers: readonly Worker[] = [];
  const start = async () => {
    // Workers that start have seen nothing yet.
    const siros = openSiros(config.connections.values(), redis, { timeoutMs: SIRO_TIMEOUT_MS });
    workers = startWorkers({ ...kit, siros }, redis);
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    await siroPoll.schedule([...config.connections.values()]);
  };
  await start();
  const dossier = (recordId: string) => readDossier(redis, { connection: CONNECTION, recordId });
  const promptsOf = async (recordId: string, action: PromptAction) =>
    ((await dossier(recordId))?.prompts ?? []).filter((one) => one.action === action);
  const countDeliveries = async (recordId: string, state: string) =>
    ((await dossier(recordId))?.deliveries ?? []).filter((one) => one.state === state).length;
  return {
    siro,
    ntfy,
    kit,
    dossier,
    prompts: promptsOf,
    aRep: (own) => aRep(kit, { siro, ntfy }, own),
    book: (visit) => book(url, visit),
    untilPrompt: (recordId, what, isIt) =>
      until(async () => (await dossier(recordId))?.prompts.find(isIt), {
        timeoutMs: TIMEOUT_MS,
        what,
      }),
    untilRung: (recordId, kind, action = "start") =>
      until(
        async () => {
          const ids = (await promptsOf(recordId, action)).map(({ promptId }) => promptId);
          const { receipts = [] } = (await dossier(recordId)) ?? {};
          return receipts.find((one) => one.kind === kind && ids.includes(one.promptId));
        },
        { timeoutMs: TIMEOUT_MS, what: `the rung ${kind} of the ${action} of ${recordId}` },
      ),
    timeline: async (recordId) => {
      const entries = await readTimeline(redis, { connection: CONNECTION, recordId });
      return entries.map(({ kind, text }) => `${kind}: ${text}`);
    },
    untilLooked: async () => {
      const sinceMs = Date.now();
      await until(
        async () => {
          const at = await redis.hget(keyspace.siroMarks(CONNECTION), "lookedAtMs");
          return Number(at) > sinceMs;
        },
        { timeoutMs: TIMEOUT_MS, what: "a look at Siro" },
      );
    },
    untilNoted: async (state) => {
      await until(async () => (await readSiroNote(redis, CONNECTION))?.state === state, {
        timeoutMs: TIMEOUT_MS,
        what: `Siro to be ${state}`,
      });
    },
    untilDelivered: async (recordId, count) => {
      await until(async () => (await countDeliveries(recordId, "accepted")) >= count, {
        timeoutMs: TIMEOUT_MS,
        what: `${count} deliveries`,
      });
    },
    untilSpared: async (recordId) => {
      await until(async () => (await countDeliveries(recordId, "spared")) > 0, {
        timeoutMs: TIMEOUT_MS,
        what: "a delivery to be spared",
      });
    },
    untilJudged: async () => {
      const key = keyspace.siroUnconfirmed(CONNECTION);
      await until(async () => (await redis.zcard(key)) === 0, {
        timeoutMs: TIMEOUT_MS,
        what: "all prompts to be judged",
      });
    },
    untilJudgedAgain: async (recordId) => {
      const key = keyspace.siroUnconfirmed(CONNECTION);
      const [start] = await promptsOf(recordId, "start");
      const dueAtMs = (start?.sentAtMs ?? 0) + 3_000;
      await until(
        async () => {
          const later = await redis.zrangebyscore(key, dueAtMs, "+inf");
          return later.some((member) => member.includes(recordId));
        },
        { timeoutMs: TIMEOUT_MS, what: "the judgement to be put off" },
      );
    },
    parked: () => redis.hlen(keyspace.parked(CONNECTION)),
    crash: async () => {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await start();
    },
    close: async () => {
      await stopWorkers(workers, 5000);
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
      await closeChannels();
      const queues = [kit.crmEvents, kit.prompts, kit.deliveries, siroPoll, siroEvents];
      await Promise.all(queues.map(({ queue }) => queue.close()));
      redis.disconnect();
      await Promise.all([server.stop(), ntfy.stop(), siro.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface Ground {
  readonly ntfy: NtfyServer;
  readonly siro: StubSiro;
  readonly options: SiroStageOptions;
}

function configOf(dir: string, { ntfy, siro, options }: Ground) {
  const file = join(dir, "connections.json");
  const connection = {
    name: CONNECTION,
    organizationId: "00D5f000004XyZaEAK",
    signingSecrets: [SIGNING],
    integrationConnectionId: "01HACME0000000000000000000",
    channels: { ntfy: { serverUrl: ntfy.url } },
    schedule: {
      startLeadSeconds: 0,
      restartGapSeconds: 0,
      ladder: [
        { afterSeconds: 0, to: "primary" },
        { afterSeconds: 600, to: "others" },
      ],
      ...options.schedule,
    },
    siro: {
      ...siro.settings,
      webhookSecret: SIRO_SECRET,
      pollSeconds: 1,
      lateLookSeconds: 2,
      ...options.siro,
    },
  };
  writeFileSync(file, JSON.stringify({ connections: [connection] }));
  return loadConfig({
    DATA_DIR: dir,
    CONNECTIONS_FILE: file,
    OUTBOUND_ALLOW: "127.0.0.1",
    PUBLIC_URL: "https://bridge.example.com",
  });
}

let reps = 0;

async function aRep(
  kit: WorkerKit,
  { siro, ntfy }: Pick<Ground, "siro" | "ntfy">,
  { email }: { readonly email?: string | null } = {},
): Promise<SiroRep> {
  reps += 1;
  const number = String(reps).padStart(3, "0");
  const own = { userId: `005000000000${number}AAA`, email: `rep-${number}@acme.example` };
  const rep = { connection: CONNECTION, userId: own.userId };
  await saveRep(kit.redis, CONNECTION, { ...own, name: `Rep ${number}` });
  const device = async (topic: string) => {
    const desk = { ...kit.config, ...kit, nowMs: Date.now };
    const outcome = await enrolDevice(desk, rep, { channel: "ntfy", address: { topic } });
    if (outcome.kind !== "enrolled") {
      throw new Error(`the device was not enrolled: ${outcome.kind}`);
    }
  };
  const topic = `phone-${number}`;
  await device(topic);
  const asked = () =>
    ntfy.published
      .filter((one) => one.topic === topic)
      .map(({ click = "" }) => new URL(click).searchParams.get("action") ?? "");
  return {
    ...rep,
    siro: siro.addRep({ email: email === undefined ? own.email : email }),
    asked,
    device,
    untilLink: async (recordId, action) => {
      const prompt = await until(
        async () =>
          (await readDossier(kit.redis, { connection: CONNECTION, recordId }))?.prompts.findLast(
            (one) => one.action === action && one.sentAtMs !== undefined,
          ),
        { timeoutMs: TIMEOUT_MS, what: `the ${action} of ${recordId}` },
      );
      return until(
        () => ntfy.published.findLast(({ click = "" }) => click.includes(prompt.token))?.click,
        { timeoutMs: TIMEOUT_MS, what: "the link to arrive" },
      );
    },
  };
}

async function book(url: string, visit: SiroVisit): Promise<void> {
  const { recordId, from, until: to, status, nowMs = Date.now() } = visit;
  const event = aVisitEvent({
    recordId,
    nowMs,
    startsIn: from,
    endsIn: to,
    reps: visit.reps.map(({ userId, siro }) => ({ userId, email: siro.email ?? undefined })),
    ...(status === undefined ? {} : { status }),
  });
  const body = JSON.stringify(event);
  const answer = await fetch(`${url}/webhooks/events/${CONNECTION}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...signedHeaders(SIGNING, body) },
    body,
  });
  if (answer.status !== 202) {
    throw new Error(`the event was answered with ${answer.status}`);
  }
}
