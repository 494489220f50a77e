import { z } from "zod";
import { crmEventSchema } from "./crm-event.ts";
import { deliveryRefSchema } from "./delivery.ts";
import { promptRefSchema } from "./prompt.ts";
import { mendJobSchema } from "./siro-mend.ts";
import { syncRefSchema } from "./siro-sync.ts";
import { writeBackRefSchema } from "./write-back.ts";

/** The work that stopped, as it was, so that it can be replayed. */
const parkedWorkSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event: crmEventSchema }),
  z.object({ kind: z.literal("delivery"), delivery: deliveryRefSchema }),
  z.object({ kind: z.literal("prompt"), prompt: promptRefSchema }),
  /** The recording that a prompt began, to be looked after in Siro. */
  z.object({ kind: z.literal("mend"), prompt: mendJobSchema }),
  z.object({ kind: z.literal("sync"), visit: syncRefSchema }),
  z.object({ kind: z.literal("write-back"), writeBack: writeBackRefSchema }),
  /** A job whose name or payload this version does not know. */
  z.object({
    kind: z.literal("unreadable"),
    queue: z.string(),
    job: z.string().optional(),
    payload: z.unknown(),
  }),
]);
export type ParkedWork = Readonly<z.infer<typeof parkedWorkSchema>>;

/** Work the bridge gave up on until an operator looks; `reason` is an anchor in `docs/failures.md`. */
export const parkedSchema = z.object({
  /** `<connection>~<key>`; the same work parks under the same id again. */
  id: z.string(),
  connection: z.string(),
  reason: z.string(),
  detail: z.string(),
  recordType: z.string().optional(),
  recordId: z.string().optional(),
  work: parkedWorkSchema,
  firstParkedAtMs: z.int(),
  lastParkedAtMs: z.int(),
});
export type Parked = Readonly<z.infer<typeof parkedSchema>>;
