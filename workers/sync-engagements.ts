import type { Job } from "bullmq";
import { syncRefSchema } from "../src/domain/siro-sync.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";
import { whenSiroHasRoom } from "./when-siro-has-room.ts";

/** Queue adapter of `siro-syncs`: parse the job, put the visit to Siro, speak of the outcome. */
export function syncEngagements(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const ref = syncRefSchema.parse(job.data);
  return {
    token,
    run: () =>
      whenSiroHasRoom(async () => ({
        kind: "done",
        note: { ...ref, sync: await kit.siroSyncs?.sync(ref) },
      })),
    parkedAs: (reason, detail) => ({
      kind: "park",
      ...ref,
      reason,
      detail,
      work: { kind: "sync", visit: ref },
    }),
  };
}
