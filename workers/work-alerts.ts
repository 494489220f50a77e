import type { Job } from "bullmq";
import { sendNotice } from "../src/alerts/send-notice.ts";
import { noteRoad } from "../src/books/alert-book.ts";
import { readStoreNowMs } from "../src/books/store-clock.ts";
import { type AlertSending, alertSendingSchema } from "../src/domain/alert.ts";
import { ALERT_LOOK } from "../src/queues/alerts.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { lookForTrouble } from "./look-for-trouble.ts";
import type { SettledWork } from "./settle.ts";

/** Who could not be told for so long has learned of it otherwise. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Queue adapter of `alerts`: a look for something wrong, or one notice on its way. */
export function workAlerts(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  if (job.name === ALERT_LOOK) {
    return { token, run: () => lookForTrouble(kit), parkedAs: quietEnd };
  }
  const sending = alertSendingSchema.parse(job.data);
  return { token, run: () => send(kit, job, sending), parkedAs: quietEnd };
}

/** Parking it would be one more alert that cannot be sent; the log has it. */
function quietEnd(reason: string): JobOutcome {
  return { kind: "done", note: { alert: reason } };
}

async function send(kit: WorkerKit, job: Job, sending: AlertSending): Promise<JobOutcome> {
  const { redis, config, alerts } = kit;
  const { road, notice } = sending;
  if (alerts === undefined) {
    return { kind: "done", note: { road, sent: "not configured" } };
  }
  const signedAtMs = await readStoreNowMs(redis);
  const outcome = await sendNotice(
    { ...alerts, settings: config.alerts, publicUrl: config.publicUrl, nowMs: () => signedAtMs },
    sending,
  );
  const note = { alert: notice.alert.code, notice: notice.noticeId, road };
  if (outcome.kind === "no-road") {
    return { kind: "done", note: { ...note, sent: "not configured" } };
  }
  const isDelivered = outcome.kind === "delivered";
  const atMs = Date.now();
  await noteRoad(redis, { road, atMs, isDelivered, answer: outcome.answer });
  if (outcome.kind === "failed" && atMs - notice.atMs < GIVE_UP_AFTER_MS) {
    return { kind: "later", afterMs: outcome.retryAfterMs ?? retryMs(job) };
  }
  return { kind: "done", note: { ...note, sent: outcome.answer, isDelivered } };
}

function retryMs({ attemptsStarted }: Job): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attemptsStarted, 12));
}
