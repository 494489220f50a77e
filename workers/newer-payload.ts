import type { Job } from "bullmq";
import { ALERT_LOOK } from "../src/queues/alerts.ts";
import { payloadVersionOf } from "../src/queues/payload-version.ts";
import { RECONCILE_QUEUE } from "../src/queues/reconcile.ts";
import { SIRO_POLL_QUEUE } from "../src/queues/siro-poll.ts";
import { UPKEEP_QUEUE } from "../src/queues/upkeep.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { SettledWork } from "./settle.ts";

/** While versions run side by side, a newer worker takes the job up at one of these looks. */
const MOST_LOOKS = 20;
const LOOK_AGAIN_MS = 500;

/** What comes again by itself, and carries nothing that could be lost. */
const ROUNDS: ReadonlySet<string> = new Set([RECONCILE_QUEUE, SIRO_POLL_QUEUE, UPKEEP_QUEUE]);

/** A job that a newer bridge wrote: left to newer workers for ten seconds, then parked whole. */
export function leaveToNewer(
  job: Job,
  { token, connection }: { readonly token: string | undefined; readonly connection: string },
): SettledWork {
  const parked: JobOutcome = {
    kind: "park",
    connection,
    reason: "PAYLOAD_NEWER",
    detail: `A newer siro-bridge wrote this job; this one reads version ${payloadVersionOf(job.queueName)} of it`,
    work: { kind: "unreadable", queue: job.queueName, job: job.name, payload: job.data },
  };
  const given: JobOutcome = isRound(job)
    ? { kind: "done", note: { round: "of a newer version" } }
    : parked;
  return {
    token,
    run: async () =>
      job.attemptsStarted < MOST_LOOKS ? { kind: "later", afterMs: LOOK_AGAIN_MS } : given,
    parkedAs: () => given,
  };
}

function isRound({ queueName, name }: Job): boolean {
  return ROUNDS.has(queueName) || name === ALERT_LOOK;
}
