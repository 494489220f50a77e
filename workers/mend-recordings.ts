import type { Job } from "bullmq";
import { mendJobSchema } from "../src/domain/siro-mend.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";
import { whenSiroHasRoom } from "./when-siro-has-room.ts";

/** Queue adapter of `siro-mends`: parse the job, look after the recording, speak of the outcome. */
export function mendRecordings(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const ref = mendJobSchema.parse(job.data);
  const { connection, recordId } = ref;
  return {
    token,
    run: () =>
      whenSiroHasRoom(async () => {
        const looked = await kit.siroMends?.look(ref);
        return looked?.kind === "later"
          ? looked
          : { kind: "done", note: { mend: looked?.note ?? "off" } };
      }),
    parkedAs: (reason, detail) => ({
      kind: "park",
      connection,
      recordId,
      reason,
      detail,
      work: { kind: "mend", prompt: ref },
    }),
  };
}
