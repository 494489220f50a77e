import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { Registry } from "prom-client";
import { type AppointmentDossier, readDossier } from "../../src/books/appointment-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import { openChannels } from "../../src/channels.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { enrolDevice } from "../../src/devices/enrol-device.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import { type Parked, parkedSchema } from "../../src/domain/parked.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { createEvents } from "../../src/events.ts";
import { createIntakeListener } from "../../src/intake/routes.ts";
import { keyspace } from "../../src/keyspace.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import { createDeliveriesQueue } from "../../src/queues/deliveries.ts";
import { createPromptsQueue } from "../../src/queues/prompts.ts";
import { createReconcileQueue } from "../../src/queues/reconcile.ts";
import { createSiroEventsQueue } from "../../src/queues/siro-events.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import type { WorkerKit } from "../../workers/kit.ts";
import { openOrgs } from "../../workers/orgs.ts";
import { createPlanner } from "../../workers/plan-rep.ts";
import { startWorkers, stopWorkers } from "../../workers/supervise.ts";
import type { Turns } from "../../workers/turns.ts";
import { createWorkerEvents } from "../../workers/worker-events.ts";
import { waitingPrompts } from "./bridge-state.ts";
import { closeServer } from "./intake-server.ts";
import { aKeptLogger } from "./logs/kept-logs.ts";
import { anOutboundMessage, type MessageInput } from "./outbound-message.ts";
import { startRedisServer } from "./redis-server.ts";
import { until } from "./until.ts";
import { listenAnywhere, startWebhookSink, type WebhookSink } from "./webhook-sink.ts";

/** How a stage differs from the usual one. */
export interface PipelineOptions {
  /** Settings of the connections beside `acme`, by name; all of them lead to the same org. */
  readonly connections?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Variables of the environment beside the stage's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Under which name the devices of a connection are reached; 127.0.0.1 unless said otherwise. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Settings of `acme`. */
  readonly acme?: Readonly<Record<string, unknown>>;
  readonly stub?: StubOrgOptions;
  /** Who may make a first attempt in the prompt's own job; as in production unless said otherwise. */
  readonly turns?: Turns;
}

/** A user of the org with a service resource, and a device at the bridge. */
export interface StageRep {
  readonly userId: string;
  readonly resourceId: string;
  /** The actions that reached the device, oldest first. */
  actions(): readonly string[];
  links(): readonly string[];
  /** Resolves once the device got these actions; fails when it got others. */
  untilSent(actions: readonly string[]): Promise<void>;
  /** The prompts that wait for their moment, by it. */
  waiting(): Promise<readonly Prompt[]>;
}

/** The whole way from an org's message to a device, in this process, over a real Redis and real HTTP. */
export interface PipelineStage {
  readonly org: StubOrg;
  /** Where all devices are. */
  readonly sink: WebhookSink;
  readonly redis: Redis;
  readonly kit: WorkerKit;
  /** Adds a rep who is known to one connection; `own` changes the user. */
  aRep(own?: RecordInput, connection?: string): Promise<StageRep>;
  /** Lets the org send a message that carries ids alone, and waits until the bridge is through with it. */
  tell(
    objectType: string,
    recordIds: string | readonly string[],
    connection?: string,
  ): Promise<void>;
  /** Posts a message that the org would not write; resolves like `tell`, to the answer's text. */
  post(message: MessageInput, connection?: string): Promise<string>;
  /** Lets the bridge look by itself for what changed, and waits until it is through with it. */
  poll(connection?: string): Promise<void>;
  /** Resolves once no event waits. */
  untilQuiet(): Promise<void>;
  /** Lets time pass for what the bridge remembers of its orgs: how long they asked it to wait, what they said of their limit. */
  pass(ms: number): void;
  /** The address that a connection's outbound messages go to. */
  door(connection?: string): string;
  dossier(recordId: string, connection?: string): Promise<AppointmentDossier | undefined>;
  /** The stored appointment; one that is not there fails the test. */
  appointment(recordId: string, connection?: string): Promise<Appointment>;
  timeline(recordId: string, connection?: string): Promise<readonly string[]>;
  parked(connection?: string): Promise<readonly Parked[]>;
  close(): Promise<void>;
}

const ACME = "acme";
const QUIET_TIMEOUT_MS = 15_000;

/** Opens a stage; close it when done. */
export async function openPipelineStage(options: PipelineOptions = {}): Promise<PipelineStage> {
  const server = await startRedisServer();
  const org = await startStubOrg({ nowMs: slowClock(), ...options.stub });
  const sink = await startWebhookSink();
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-pipeline-"));
  const settings = { [ACME]: options.acme ?? {}, ...options.connections };
  const config = configOf(dir, org, { settings, env: options.env ?? {} });
  const redis = openWorkerRedis(server.url);
  const { channels, close: closeChannels } = openChannels(config);
  const prompts = createPromptsQueue(redis);
  const crmEvents = createCrmEventsQueue(redis);
  const reconcile = createReconcileQueue(redis);
  const log = aKeptLogger();
  let passedMs = 0;
  const kit: WorkerKit = {
    config,
    redis,
    crmEvents,
    prompts,
    planRep: createPlanner({ redis, prompts }),
    orgs: openOrgs(config.connections.values(), {
      isMoreComing: crmEvents.isAnyWaiting,
      org: { nowMs: () => Date.now() + passedMs },
    }),
    deliveries: createDeliveriesQueue(redis),
    channels,
    events: createWorkerEvents(log, new Registry()),
    ...(options.turns === undefined ? {} : { turns: options.turns }),
  };
  const workers = startWorkers(kit, redis);
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  const listener = createIntakeListener({
    ...config,
    nowMs: Date.now,
    inbox: crmEvents,
    siroInbox: createSiroEventsQueue(redis),
    quarantine: { keep: () => Promise.reject(new Error("the stage sent an unreadable message")) },
    events: createEvents(log, new Registry()),
  });
  const web = createServer((request, response) => {
    listener(request, response);
  });
  const port = await listenAnywhere(web);

  const door = (connection = ACME) =>
    `http://127.0.0.1:${port}/webhooks/salesforce/${connection}/${secretOf(connection)}`;
  const untilQuiet = async () => {
    const { queue } = crmEvents;
    await until(
      async () => (await queue.getJobCountByTypes("wait", "prioritized", "active")) === 0,
      { timeoutMs: QUIET_TIMEOUT_MS, what: "the events to be followed" },
    );
  };
  const dossier = (recordId: string, connection = ACME) =>
    readDossier(redis, { connection, recordId });
  return {
    org,
    sink,
    redis,
    kit,
    door,
    untilQuiet,
    pass: (ms) => {
      passedMs += ms;
    },
    dossier,
    aRep: (own = {}, connection = ACME) =>
      aRep({ org, sink, kit, connection, host: options.hosts?.[connection] }, own),
    tell: async (objectType, recordIds, connection) => {
      const news = { objectType, recordIds: [recordIds].flat(), fields: ["Id"] };
      const messages = await org.sendOutboundMessage(door(connection), news);
      const failure = messages.find(({ isAcked }) => !isAcked)?.attempts.at(-1)?.failure;
      if (failure !== undefined) {
        throw new Error(`the message was not acknowledged: ${failure}`);
      }
      await untilQuiet();
    },
    post: async (message, connection) => {
      const answer = await fetch(door(connection), {
        method: "POST",
        headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' },
        body: anOutboundMessage({ organizationId: org.organizationId, ...message }),
      });
      await untilQuiet();
      return answer.text();
    },
    poll: async (connection = ACME) => {
      const look = await reconcile.queue.add("reconcile", { connection });
      await until(() => look.isCompleted(), { timeoutMs: QUIET_TIMEOUT_MS, what: "the look" });
      await untilQuiet();
    },
    appointment: async (recordId, connection) => {
      const found = await dossier(recordId, connection);
      if (found === undefined) {
        throw new Error(`there is no appointment ${recordId}`);
      }
      return found.stored.appointment;
    },
    timeline: async (recordId, connection = ACME) => {
      const entries = await readTimeline(redis, { connection, recordId });
      return entries.map(({ kind, text }) => `${kind}: ${text}`);
    },
    parked: async (connection = ACME) => {
      const entries = await redis.hvals(keyspace.parked(connection));
      return entries.map((text) => parkedSchema.parse(JSON.parse(text)));
    },
    close: async () => {
      await stopWorkers(workers, 5000);
      await closeServer(web);
      await closeChannels();
      const queues = [crmEvents, prompts, reconcile, kit.deliveries];
      await Promise.all(queues.map(({ queue }) => queue.close()));
      redis.disconnect();
      await Promise.all([server.stop(), org.stop(), sink.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Tests take seconds and their visits last for minutes, so one moment is "now" for all of them. */
const NOW_MS = Math.floor(Date.now() / 1000) * 1000;

/** So many minutes from now, as the org keeps times: in whole seconds. */
export function inMinutes(minutes: number): Date {
  return new Date(NOW_MS + minutes * 60_000);
}

/** A visit's span and whatever else a test is about. */
export interface VisitInput {
  /** Minutes from now. */
  readonly from: number;
  readonly until: number;
  readonly reps?: readonly Pick<StageRep, "resourceId">[];
  readonly own?: RecordInput;
}

/** Books a visit in the org and assigns its reps, the first as the primary one; returns its id. */
export function aVisit(
  { store }: StubOrg,
  { from, until: to, reps = [], own }: VisitInput,
): string {
  const visit = store.insert("ServiceAppointment", {
    Subject: "Roof inspection",
    Status: "Scheduled",
    SchedStartTime: inMinutes(from),
    SchedEndTime: inMinutes(to),
    ...own,
  });
  for (const [at, { resourceId }] of reps.entries()) {
    store.insert("AssignedResource", {
      ServiceAppointmentId: idOf(visit),
      ServiceResourceId: resourceId,
      IsPrimaryResource: at === 0,
    });
  }
  return idOf(visit);
}

/** The objects for Siro as `Type id`. */
export function objectsOf({ crmObjects }: Pick<Appointment, "crmObjects">): readonly string[] {
  return crmObjects.map(({ objectType, objectId }) => `${objectType} ${objectId}`);
}

/** Whose visit it is, by user id. */
export function repIdsOf({ reps }: Pick<Appointment, "reps">): readonly string[] {
  return reps.map(({ userId }) => userId);
}

/** Prompts as their action and their minute from now, in order. */
export function planOf(prompts: readonly Prompt[]): readonly string[] {
  return prompts.map(({ action, dueAtMs }) => `${action} ${(dueAtMs - NOW_MS) / 60_000}`);
}

/** Every write of the org has a stamp of its own, and all of them are in the past. */
function slowClock(): () => number {
  let stampMs = Date.now() - 4 * 3_600_000;
  return () => {
    stampMs += 1000;
    return stampMs;
  };
}

function secretOf(connection: string): string {
  return `an-invented-webhook-secret-of-${connection}-only`;
}

interface StageConfig {
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly env: Readonly<Record<string, string>>;
}

function configOf(
  dir: string,
  { url, app, organizationId }: StubOrg,
  { settings, env }: StageConfig,
): Config {
  const file = join(dir, "connections.json");
  const { clientId, clientSecret } = app;
  const connections = Object.entries(settings).map(([name, own]) => ({
    name,
    organizationId,
    webhookSecrets: [secretOf(name)],
    integrationConnectionId: "01HACME0000000000000000000",
    salesforce: {
      instanceUrl: url,
      auth: { kind: "client-credentials", clientId, clientSecret },
    },
    ...own,
  }));
  writeFileSync(file, JSON.stringify({ connections }));
  return loadConfig({ DATA_DIR: dir, CONNECTIONS_FILE: file, OUTBOUND_ALLOW: "127.0.0.1", ...env });
}

interface RepStage {
  readonly org: StubOrg;
  readonly sink: WebhookSink;
  readonly kit: WorkerKit;
  readonly connection: string;
  readonly host: string | undefined;
}

async function aRep(
  { org: { store }, sink, kit, connection, host = "127.0.0.1" }: RepStage,
  own: RecordInput,
): Promise<StageRep> {
  const user = { FirstName: "Dana", LastName: "Reed", Email: "dana@example.com", ...own };
  const userId = idOf(store.insert("User", user));
  const resource = store.insert("ServiceResource", { Name: "Dana", RelatedRecordId: userId });
  const rep = { connection, userId };
  await saveRep(kit.redis, connection, { userId });
  const path = `/${connection}/${userId}`;
  const address = { url: sink.url.replace("127.0.0.1", host) + path, secret: sink.secret };
  const { redis, channels, deliveries, config } = kit;
  const desk = { redis, channels, deliveries, ...config, nowMs: Date.now };
  const enrolled = await enrolDevice(desk, rep, { channel: "webhook", address });
  if (enrolled.kind !== "enrolled") {
    throw new Error(`the device was not enrolled: ${enrolled.kind}`);
  }
  const arrived = () => sink.arrived.filter((message) => message.path === path);
  const actions = () => arrived().map(({ data }) => String(data.action));
  return {
    userId,
    resourceId: idOf(resource),
    actions,
    links: () => arrived().map(({ data }) => String(data.link)),
    untilSent: async (expected) => {
      await until(() => actions().length >= expected.length, {
        timeoutMs: QUIET_TIMEOUT_MS,
        what: `the device to get ${expected.join(", ")}`,
      });
      if (actions().join() !== expected.join()) {
        throw new Error(`the device got ${actions().join(", ")} for ${expected.join(", ")}`);
      }
    },
    waiting: () => waitingPrompts(kit.redis, connection, userId),
  };
}
