import { randomUUID } from "node:crypto";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { holdSiroLook, releaseSiroLook, type SiroLooker } from "../src/books/siro-mark-book.ts";
import { siroPollJobSchema } from "../src/queues/siro-poll.ts";
import type { JobOutcome } from "./job-outcome.ts";
import { judgePrompts } from "./judge-prompts.ts";
import type { WorkerKit } from "./kit.ts";
import { lookAtSiro } from "./look-at-siro.ts";
import type { SettledWork } from "./settle.ts";

/** A worker that dies in a look holds nobody up for longer; one that lives renews it. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_500;
const LONGEST_LOOK_MS = 300_000;

/** Queue adapter of `siro-poll`: one look, and the judgements that are due. The next look comes by itself. */
export function pollSiro(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const { connection } = siroPollJobSchema.parse(job.data);
  return {
    token,
    run: () => poll(kit, connection),
    parkedAs: (reason) => ({ kind: "done", note: { connection, siro: reason } }),
  };
}

async function poll(kit: WorkerKit, name: string): Promise<JobOutcome> {
  const { redis, config, siros } = kit;
  const connection = config.connections.get(name);
  const siro = siros?.clients.get(name);
  if (siro === undefined || connection?.siro === undefined) {
    return { kind: "done", note: { connection: name, siro: "not configured" } };
  }
  const looker = { connection: name, owner: randomUUID() };
  if (!(await holdSiroLook(redis, looker, LEASE_MS))) {
    return { kind: "done", note: { connection: name, siro: "another look is under way" } };
  }
  const stopRenewing = keepRenewing(redis, looker);
  try {
    const note = await lookAtSiro(kit, { connection, settings: connection.siro, siro });
    const notConfirmed = await judgePrompts(kit, name, connection.siro);
    return { kind: "done", note: { connection: name, ...note, notConfirmed } };
  } finally {
    stopRenewing();
    // What the look came to counts; the right to look ends by itself.
    await releaseSiroLook(redis, looker).catch(() => undefined);
  }
}

/**
 * Renews the right to look, until it is told to stop or a look has lasted too long.
 *
 * A process that stands still loses it, and another look may begin: two at once read the same and take it in once.
 */
function keepRenewing(redis: Redis, looker: SiroLooker): () => void {
  const renew = () => void holdSiroLook(redis, looker, LEASE_MS).catch(() => undefined);
  const timer = setInterval(renew, RENEW_MS);
  const last = setTimeout(() => clearInterval(timer), LONGEST_LOOK_MS);
  return () => {
    clearInterval(timer);
    clearTimeout(last);
  };
}
