import type { Job } from "bullmq";
import { type RepReach, readRepState } from "../src/books/rep-book.ts";
import { readSiroPeople } from "../src/books/siro-people-book.ts";
import { findPromptByRecording } from "../src/books/siro-recording-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import { type SiroEvent, siroEventSchema } from "../src/domain/siro-event.ts";
import { outstandingPrompts } from "../src/outstanding-prompts.ts";
import { correlateLinked } from "../src/siro/correlate-linked.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";
import { tellProcessed } from "./tell-processed.ts";
import { receiptDesk } from "./worker-receipts.ts";

/** Recordings are processed within hours; a week covers what an outage held back. */
const LOOK_BACK_MS = 8 * 86_400_000;
/** The poll may learn of the recording after the webhook does, from a phone without a network much later. */
const MOST_LOOKS = 40;
const LONGEST_WAIT_MS = 60_000;

/** Queue adapter of `siro-events`: parse the webhook, find whose recording it is about, write it down. */
export function followSiroEvents(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const event = siroEventSchema.parse(job.data);
  const { connection } = event;
  return {
    token,
    run: () => follow(kit, event, job.attemptsStarted),
    parkedAs: (reason, detail) => ({
      kind: "park",
      connection,
      reason,
      detail,
      work: { kind: "unreadable", queue: job.queueName, job: job.name, payload: job.data },
    }),
  };
}

async function follow(kit: WorkerKit, event: SiroEvent, looks: number): Promise<JobOutcome> {
  const connection = kit.config.connections.get(event.connection);
  const note = (siro: string): JobOutcome => ({
    kind: "done",
    note: { connection: event.connection, siro },
  });
  if (connection === undefined) {
    return note("connection not configured");
  }
  await tellProcessed(kit.redis, event);
  if (!event.isLinked || !event.isProcessed) {
    return note("not linked yet");
  }
  if (connection.siro?.apiToken === undefined) {
    // Without a look at Siro no recording and no user is known.
    return note("nobody's");
  }
  if (await recordLinked(kit, connection, event)) {
    return note("linked");
  }
  const afterMs = Math.min(connection.siro.pollSeconds * 1000 * (looks + 1), LONGEST_WAIT_MS);
  return looks < MOST_LOOKS ? { kind: "later", afterMs } : note("nobody's");
}

async function recordLinked(
  kit: WorkerKit,
  connection: Connection,
  event: SiroEvent,
): Promise<boolean> {
  const people = await readSiroPeople(kit.redis, connection.name);
  const siroUserIds = people?.siroUserIds ?? {};
  for (const rep of await candidates(kit, event, siroUserIds)) {
    const state = await readRepState(kit.redis, rep);
    const { publicUrl } = kit.config;
    const siroUserId = siroUserIds[rep.userId];
    const prompts = outstandingPrompts(state, { connection, publicUrl, siroUserId });
    const evidence = correlateLinked(event, prompts, state.recorder);
    if (evidence !== undefined) {
      await receiptDesk(kit).recordReported(rep, { ...evidence, source: "siro-webhook" });
      return true;
    }
  }
  return false;
}

/** The rep whose prompt began the recording, else whoever is this user of Siro's. */
async function candidates(
  { redis }: WorkerKit,
  { connection, recordingId, siroUserId }: SiroEvent,
  siroUserIds: Readonly<Record<string, string>>,
): Promise<readonly RepReach[]> {
  const ref = await findPromptByRecording(redis, connection, recordingId);
  const userIds =
    ref === undefined
      ? Object.keys(siroUserIds).filter((userId) => siroUserIds[userId] === siroUserId)
      : [ref.userId];
  return userIds.map((userId) => ({ connection, userId, lookBackMs: LOOK_BACK_MS }));
}
