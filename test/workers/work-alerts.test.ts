import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Worker } from "bullmq";
import { listOpenAlerts, listRoadNotes, readAlertState } from "../../src/books/alert-book.ts";
import { saveDevice } from "../../src/books/device-book.ts";
import { park } from "../../src/books/parked-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { type OpenChannels, openChannels } from "../../src/channels.ts";
import { deviceSchema } from "../../src/domain/device.ts";
import { keyspace } from "../../src/keyspace.ts";
import { ALERT_LOOK, type AlertsQueue, createAlertsQueue } from "../../src/queues/alerts.ts";
import { startWorkers, stopWorkers } from "../../workers/supervise.ts";
import { aParkedEvent, REP } from "../admin/state.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { until } from "../support/until.ts";
import { SINK_SECRET, startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

let stage: WorkerStage;
let sink: WebhookSink;
let mail: MailServer;
let channels: OpenChannels;
let queue: AlertsQueue;
let workers: readonly Worker[] = [];

beforeAll(async () => {
  [stage, sink, mail] = await Promise.all([
    openWorkerStage(),
    startWebhookSink(),
    startMailServer(),
  ]);
  channels = openChannels({
    outboundAllow: ["127.0.0.1"],
    connections: new Map(),
    smtpUrl: `smtp://127.0.0.1:${mail.port}`,
  });
  queue = createAlertsQueue(stage.redis);
  startAgain();
});
afterAll(async () => {
  await stopWorkers(workers, 5_000);
  await queue.queue.close();
  await channels.close();
  await Promise.all([stage.close(), sink.stop(), mail.stop()]);
});

function startAgain(): void {
  const { config } = stage.kit;
  const alerts = {
    ...config.alerts,
    webhook: { url: `${sink.url}/alerts`, secret: SINK_SECRET },
    email: { from: "Bridge <bridge@example.com>", to: ["oncall@example.com"] },
  };
  const { poster, mailer } = channels;
  const kit = { ...stage.kit, config: { ...config, alerts }, alerts: { queue, poster, mailer } };
  workers = startWorkers(kit, stage.redis);
}

async function look(): Promise<void> {
  const job = await queue.queue.add(ALERT_LOOK, {});
  await until(() => job.isCompleted(), { timeoutMs: 10_000, what: "the look" });
}

const told = () => sink.arrived.map(({ type, data }) => `${type} ${data.code}`);

test("what parks is told once by webhook and e-mail, signed, also after a restart and a failure", async () => {
  sink.answer = () => ({ status: sink.arrived.length === 1 ? 500 : 204 });
  await park(stage.redis, aParkedEvent());
  await look();
  await until(() => sink.arrived.length === 2 && mail.arrived.length === 1, {
    timeoutMs: 15_000,
    what: "the alert on both roads, the webhook's at the second try",
  });
  await stopWorkers(workers, 5_000);
  startAgain();
  await look();

  expect(told()).toEqual(["alert.opened WORK_PARKED", "alert.opened WORK_PARKED"]);
  expect(sink.arrived.every(({ isGenuine }) => isGenuine)).toBe(true);
  expect(new Set(sink.arrived.map(({ webhookId }) => webhookId)).size).toBe(1);
  expect(sink.arrived[0]?.data).toMatchObject({
    connection: "acme",
    severity: "warning",
    text: "1 piece of work parked and waiting for an operator",
    docs: "http://127.0.0.1:3000/docs/failures#work_parked",
  });
  expect(mail.arrived[0]).toMatchObject({ to: ["oncall@example.com"] });
  expect(mail.arrived[0]?.raw).toContain("Subject: [siro-bridge] Alert: WORK_PARKED (acme)");
  expect(await listRoadNotes(stage.redis)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ road: "webhook", isDelivered: true, answer: "HTTP 204" }),
    ]),
  );
});

test("a notice that a crash left in the outbox is sent by the next look, once", async () => {
  const before = sink.arrived.length;
  const { state, guard } = await readAlertState(stage.redis);
  const [alert] = await listOpenAlerts(stage.redis);
  const notice = { noticeId: "left-behind", kind: "repeated", atMs: Date.now(), alert };
  await stage.redis.hset(
    keyspace.alerts(),
    "state",
    JSON.stringify({ ...state, outbox: [notice] }),
  );
  expect(guard).not.toBe("");
  await look();
  await look();
  await until(() => sink.arrived.length > before, { timeoutMs: 10_000, what: "the notice" });
  expect(sink.arrived.slice(before).map(({ webhookId }) => webhookId)).toEqual(["left-behind"]);
});

test("a rep whose last device is gone is told by id, never by name", async () => {
  await saveRep(stage.redis, "acme", REP);
  const device = {
    deviceId: "lost",
    connection: "acme",
    userId: REP.userId,
    channel: "web-push",
    label: "Rita's phone",
    state: "gone",
    sealedAddress: "",
    addressHash: "",
    createdAtMs: Date.now(),
  };
  await saveDevice(stage.redis, deviceSchema.parse(device));
  await look();
  const arrived = await until(() => sink.arrived.find(({ data }) => data.code === "DEVICE_LOST"), {
    timeoutMs: 10_000,
    what: "the alert",
  });
  expect(arrived.data.text).toBe(`1 rep without a working device: ${REP.userId}`);
  expect(JSON.stringify(arrived.data)).not.toContain("Rita");
});
