import { z } from "zod";
import { isWritableMoment } from "../../domain/instant.ts";

/** Longs come as BigInts, which JSON does not know; a moment fits into a number. */
const momentSchema = z.union([z.bigint(), z.int()]).transform(Number).refine(isWritableMoment);

const looseText = z.string().nullish().catch(undefined);

/** Judged as a whole: to say of each of very many what is wrong takes long. */
const recordIdsSchema = z.custom<readonly string[]>(
  (ids) => Array.isArray(ids) && ids.every((id) => typeof id === "string"),
);

const changeSchema = z.object({
  ChangeEventHeader: z.object({
    entityName: z.string(),
    recordIds: recordIdsSchema,
    changeType: z.string(),
    changeOrigin: z.string().default(""),
    commitTimestamp: momentSchema,
    commitUser: z.string().default(""),
  }),
  ServiceAppointmentId: looseText,
  EventId: looseText,
  IsChild: z.boolean().nullish().catch(undefined),
});

const platformEventSchema = z.object({ CreatedDate: momentSchema });

/** What one event of a channel says, as far as it matters here. */
export type ChangePayload =
  | ({ readonly kind: "change" } & Readonly<z.infer<typeof changeSchema>>)
  | {
      readonly kind: "platform-event";
      readonly createdAtMs: number;
      /** Found anywhere in it: Scheduler nests its appointments. */
      readonly serviceAppointmentIds: readonly string[];
    };

/** Deeper than any event of Scheduler is nested. */
const MOST_DEPTH = 5;

/**
 * Parses a decoded payload.
 *
 * @throws {ZodError} when it is neither a change nor a platform event.
 */
export function parseChangePayload(payload: unknown): ChangePayload {
  if (typeof payload === "object" && payload !== null && "ChangeEventHeader" in payload) {
    return { kind: "change", ...changeSchema.parse(payload) };
  }
  const { CreatedDate: createdAtMs } = platformEventSchema.parse(payload);
  const ids = [...appointmentIdsIn(payload, 0)];
  return { kind: "platform-event", createdAtMs, serviceAppointmentIds: [...new Set(ids)] };
}

function* appointmentIdsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value !== "object" || value === null || depth > MOST_DEPTH) {
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (name === "ServiceAppointmentId" && typeof inner === "string") {
      yield inner;
    } else {
      yield* appointmentIdsIn(inner, depth + 1);
    }
  }
}
