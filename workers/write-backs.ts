import type { Job } from "bullmq";
import { writeBackRefSchema } from "../src/domain/write-back.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";

/** Queue adapter of `write-backs`: parse the job, let the record be written, speak of the outcome. */
export function writeBacks(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const ref = writeBackRefSchema.parse(job.data);
  const { connection, recordId } = ref;
  return {
    token,
    run: async () => {
      const look = await kit.writeBacks?.write(ref, job.attemptsStarted);
      return look?.kind === "later"
        ? look
        : { kind: "done", note: { writeBack: look?.note ?? "off" } };
    },
    parkedAs: (reason, detail) => ({
      kind: "park",
      connection,
      recordId,
      reason,
      detail,
      work: { kind: "write-back", writeBack: ref },
    }),
  };
}
