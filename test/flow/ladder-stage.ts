import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "bullmq";
import { Registry } from "prom-client";
import { type AppointmentDossier, readDossier } from "../../src/books/appointment-book.ts";
import { readDevice, saveDevice } from "../../src/books/device-book.ts";
import { type RepRef, saveRep } from "../../src/books/rep-book.ts";
import { openChannels } from "../../src/channels.ts";
import { loadConfig } from "../../src/config.ts";
import { openReceiptDesk, type ReceiptDesk } from "../../src/deliveries/receipt-desk.ts";
import { enrolDevice } from "../../src/devices/enrol-device.ts";
import type { Prompt, PromptAction, PromptRef } from "../../src/domain/prompt.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../../src/queues/deliveries.ts";
import { createPromptsQueue } from "../../src/queues/prompts.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { clearCalledOff } from "../../workers/clear-called-off.ts";
import type { WorkerKit } from "../../workers/kit.ts";
import { createPlanner } from "../../workers/plan-rep.ts";
import { startWorkers, stopWorkers } from "../../workers/supervise.ts";
import { createWorkerEvents } from "../../workers/worker-events.ts";
import { aKeptLogger } from "../support/logs/kept-logs.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { type NtfyServer, startNtfyServer } from "../support/ntfy-server.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

/** `quick` has its rungs after two and three seconds; on `slow` nobody lives to see the second rung; the stops of `brief` expire soon. */
export type StageConnection = "quick" | "slow" | "brief";

/** A visit of a rep: an event of it is accepted by the bridge. */
export interface VisitInput {
  readonly recordId: string;
  /** Minutes from now. */
  readonly from?: number;
  readonly status?: "scheduled" | "in-progress" | "canceled";
}

/** A rep of one connection with the devices that a test names. */
export interface LadderRep extends RepRef {
  /** Enrols a phone with ntfy and returns its id; its topic is the name. */
  phone(name: string, isPrimary?: boolean): Promise<string>;
  mailbox(name: string): Promise<string>;
  integration(path: string): Promise<string>;
  book(visit: VisitInput): Promise<void>;
  dossier(recordId: string): Promise<AppointmentDossier | undefined>;
  /** Resolves to a prompt of a visit once it has been fired. */
  untilFired(recordId: string, action: PromptAction): Promise<Prompt>;
  /** Resolves once a device's delivery of a prompt stands like this. */
  untilState(prompt: Prompt, deviceId: string, state: string): Promise<number>;
  refOf(prompt: Prompt): PromptRef;
}

/** The bridge's workers over a real Redis, with real servers at the end of every road. */
export interface LadderStage {
  readonly kit: WorkerKit;
  readonly desk: ReceiptDesk;
  readonly ntfy: NtfyServer;
  readonly mails: MailServer;
  readonly sink: WebhookSink;
  aRep(connection: StageConnection): Promise<LadderRep>;
  /** Ends the workers as a crash does, and starts others. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;

/** Opens a stage; close it when done. */
export async function openLadderStage(): Promise<LadderStage> {
  const [server, ntfy, mails, sink] = await Promise.all([
    startRedisServer(),
    startNtfyServer(),
    startMailServer(),
    startWebhookSink(),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-ladder-"));
  const config = configOf(dir, ntfy, mails);
  const redis = openWorkerRedis(server.url);
  const { channels, close: closeChannels } = openChannels(config);
  const prompts = createPromptsQueue(redis);
  const deliveries = createDeliveriesQueue(redis);
  const changed = (connection: string, change: Parameters<typeof clearCalledOff>[2]) =>
    clearCalledOff({ redis, deliveries, channels }, connection, change);
  const kit: WorkerKit = {
    config,
    redis,
    crmEvents: createCrmEventsQueue(redis),
    prompts,
    planRep: createPlanner({ redis, prompts, changed }),
    orgs: new Map(),
    deliveries,
    channels,
    events: createWorkerEvents(aKeptLogger(), new Registry()),
  };
  let workers: readonly Worker[] = [];
  const start = async () => {
    workers = startWorkers(kit, redis);
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  };
  await start();
  return {
    kit,
    ntfy,
    mails,
    sink,
    desk: openReceiptDesk({
      redis,
      deliveries,
      canClear: (kind) => channels.get(kind)?.clear !== undefined,
      announceSent: async () => undefined,
      nowMs: Date.now,
    }),
    aRep: (connection) => aRep(kit, sink, connection),
    crash: async () => {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await start();
    },
    close: async () => {
      await stopWorkers(workers, 5000);
      await closeChannels();
      await Promise.all([kit.crmEvents, prompts, deliveries].map(({ queue }) => queue.close()));
      redis.disconnect();
      await Promise.all([server.stop(), ntfy.stop(), mails.stop(), sink.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function configOf(dir: string, ntfy: NtfyServer, mails: MailServer) {
  const file = join(dir, "connections.json");
  const aConnection = (
    name: StageConnection,
    at: readonly [number, number],
    schedule: object = {},
  ) => ({
    name,
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
    channels: {
      ntfy: { serverUrl: ntfy.url },
      email: { from: "Siro bridge <prompts@acme.example>" },
    },
    schedule: {
      ...schedule,
      ladder: [
        { afterSeconds: 0, to: "primary" },
        { afterSeconds: at[0], to: "others" },
        { afterSeconds: at[1], to: ["email", "sms"] },
      ],
    },
  });
  const connections = [
    aConnection("quick", [2, 3]),
    aConnection("slow", [600, 1200]),
    aConnection("brief", [600, 1200], { stopExpirySeconds: 2 }),
  ];
  writeFileSync(file, JSON.stringify({ connections }));
  return loadConfig({
    DATA_DIR: dir,
    CONNECTIONS_FILE: file,
    OUTBOUND_ALLOW: "127.0.0.1",
    SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
  });
}

let reps = 0;

async function aRep(
  kit: WorkerKit,
  sink: WebhookSink,
  connection: StageConnection,
): Promise<LadderRep> {
  const { redis, config, channels, deliveries } = kit;
  reps += 1;
  const rep = { connection, userId: `005000000000${String(reps).padStart(3, "0")}AAA` };
  await saveRep(redis, connection, rep);
  const enrol = async (channel: string, address: unknown) => {
    const desk = { ...config, redis, channels, deliveries, nowMs: Date.now };
    const outcome = await enrolDevice(desk, rep, { channel, address });
    if (outcome.kind !== "enrolled") {
      throw new Error(`the device was not enrolled: ${JSON.stringify(outcome)}`);
    }
    return outcome.deviceId;
  };
  const dossier = (recordId: string) => readDossier(redis, { connection, recordId });
  return {
    ...rep,
    dossier,
    mailbox: (name) => enrol("email", { email: `${name}@acme.example` }),
    integration: (path) => enrol("webhook", { url: sink.url + path, secret: sink.secret }),
    phone: async (name, isPrimary = false) => {
      const deviceId = await enrol("ntfy", { topic: name });
      const device = await readDevice(redis, { ...rep, deviceId });
      if (device !== undefined) {
        await saveDevice(redis, { ...device, isPrimary });
      }
      return deviceId;
    },
    book: (visit) => book(kit, rep, visit),
    refOf: ({ recordId, promptId }) => ({ ...rep, recordId, promptId }),
    untilFired: (recordId, action) =>
      until(
        async () =>
          (await dossier(recordId))?.prompts.findLast(
            (one) => one.action === action && one.firedAtMs !== undefined,
          ),
        { timeoutMs: TIMEOUT_MS, what: `the ${action} to fire` },
      ),
    untilState: ({ recordId, promptId }, deviceId, state) =>
      until(
        async () =>
          (await dossier(recordId))?.deliveries.find(
            (one) => one.promptId === promptId && one.deviceId === deviceId && one.state === state,
          )?.updatedAtMs,
        { timeoutMs: TIMEOUT_MS, what: `the delivery to be ${state}` },
      ),
  };
}

async function book(kit: WorkerKit, { connection, userId }: RepRef, visit: VisitInput) {
  const { recordId, from = 1, status = "scheduled" } = visit;
  const nowMs = Date.now();
  const startAt = nowMs + from * 60_000;
  await kit.crmEvents.put([
    {
      kind: "record-changed",
      connection,
      eventId: randomUUID(),
      source: "json",
      receivedAtMs: nowMs,
      recordType: "ServiceAppointment",
      recordId,
      occurredAtMs: nowMs,
      appointment: {
        status,
        startAt,
        endAt: startAt + HOUR_MS,
        title: "Roof inspection",
        crmObjects: [],
        reps: [{ userId }],
      },
    },
  ]);
}
