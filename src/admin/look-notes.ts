import type { Request } from "express";
import type { Operator } from "../domain/operator.ts";
import type { RecordAudit } from "./admin-route.ts";

/** The pages ask again every few seconds: the same look is told this often at most. */
const AGAIN_AFTER_MS = 15 * 60_000;
/** Forgetting one costs one more line on the trail. */
const MOST_LOOKS = 10_000;

// As bull-board's router reads paths: in capitals or small letters, with a slash at the end or none.
const LIST_PATH = /^\/api\/queues\/?$/i;
const JOB_PATH = /^\/api\/queues\/([^/]+)\/([^/]+)(?:\/(?:logs|flow))?\/?$/i;
/** What else bull-board has under the name of a queue; none of it holds a job. */
const NO_JOBS: ReadonlySet<string> = new Set([
  "metrics",
  "default-job-options",
  "workers",
  "rate-limit",
  "job-data-schema",
  "job-schedulers",
]);

/** What noting looks needs from the world. */
export interface LookNotesDeps {
  readonly recordAudit: RecordAudit;
  readonly nowMs: () => number;
}

/** Makes what tells the audit trail at which jobs of the queue pages an operator looked. */
export function createLookNotes({ recordAudit, nowMs }: LookNotesDeps) {
  const notedAt = new Map<string, number>();
  return async (operator: Operator, request: Request): Promise<void> => {
    const look = lookOf(request);
    const key = JSON.stringify([operator.name, look]);
    if (look === undefined || nowMs() < (notedAt.get(key) ?? 0) + AGAIN_AFTER_MS) {
      return;
    }
    if (notedAt.size >= MOST_LOOKS) {
      notedAt.clear();
    }
    await recordAudit(operator, look);
    // Not before it is written: the next look would go untold.
    notedAt.set(key, nowMs());
  };
}

interface Look {
  readonly what: string;
  readonly subject: string;
}

function lookOf({ path, query }: Request): Look | undefined {
  const [, queue = "", job = ""] = JOB_PATH.exec(path) ?? [];
  if (job !== "" && !NO_JOBS.has(job)) {
    return { what: "Looked at a job by its page", subject: `${queue}/${job}`.slice(0, 200) };
  }
  const { activeQueue } = query;
  return LIST_PATH.test(path) && typeof activeQueue === "string" && activeQueue !== ""
    ? { what: "Looked at a queue's jobs by its page", subject: activeQueue.slice(0, 200) }
    : undefined;
}
