import type { Job } from "bullmq";
import { claimSiroLook, releaseSiroLook } from "../src/books/siro-mark-book.ts";
import { siroPollJobSchema } from "../src/queues/siro-poll.ts";
import type { JobOutcome } from "./job-outcome.ts";
import { judgePrompts } from "./judge-prompts.ts";
import type { WorkerKit } from "./kit.ts";
import { lookAtSiro } from "./look-at-siro.ts";
import type { SettledWork } from "./settle.ts";

/** A worker that dies in a look holds nobody up for longer. */
const LEASE_MS = 60_000;

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
  if (!(await claimSiroLook(redis, name, LEASE_MS))) {
    return { kind: "done", note: { connection: name, siro: "another look is under way" } };
  }
  try {
    const note = await lookAtSiro(kit, { connection, settings: connection.siro, siro });
    const notConfirmed = await judgePrompts(kit, name, connection.siro);
    return { kind: "done", note: { connection: name, ...note, notConfirmed } };
  } finally {
    await releaseSiroLook(redis, name);
  }
}
