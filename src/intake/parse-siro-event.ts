import { z } from "zod";
import { siroCrmLinkSchema } from "../domain/siro-crm-link.ts";
import { type SiroEvent, siroEventTypeSchema } from "../domain/siro-event.ts";
import { EventsInvalidError } from "./intake-errors.ts";

/** What the delivery itself says about the event in it. */
export type SiroDelivery = Pick<SiroEvent, "connection" | "messageId" | "receivedAtMs">;

const envelopeSchema = z.object({ eventType: z.string() });

/** Unknown fields pass; what decides nothing may be missing. */
const webhookSchema = z
  .object({
    eventType: siroEventTypeSchema,
    recordingId: z.string().min(1).max(200),
    recordingProcessed: z.boolean().nullish(),
    recordingLinked: z.boolean().nullish(),
    siroUserId: z.string().min(1).max(200).nullish().catch(undefined),
    crm: siroCrmLinkSchema.nullish().catch(undefined),
  })
  .transform(({ eventType, recordingId, siroUserId, crm, ...flags }) => ({
    eventType,
    recordingId,
    // An event's own name is as good as its flag.
    isProcessed: flags.recordingProcessed ?? eventType === "integrations.recordingProcessed",
    isLinked: flags.recordingLinked ?? eventType === "integrations.recordingLinked",
    ...(siroUserId == null ? {} : { siroUserId }),
    ...(crm == null ? {} : { crm }),
  }));

/**
 * Reads one webhook of Siro; undefined for a type that the bridge has no use for, which is no fault.
 *
 * @throws {EventsInvalidError} when it is no JSON, or a known type without its recording.
 */
export function parseSiroEvent(body: Buffer, delivery: SiroDelivery): SiroEvent | undefined {
  const content = jsonOf(body);
  const envelope = envelopeSchema.safeParse(content);
  if (envelope.success && !siroEventTypeSchema.safeParse(envelope.data.eventType).success) {
    return undefined;
  }
  const read = webhookSchema.safeParse(content);
  if (!read.success) {
    const issues = read.error.issues.map(({ path, message }) => ({
      path: path.join("."),
      message,
    }));
    throw new EventsInvalidError(issues);
  }
  return { ...delivery, ...read.data };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new EventsInvalidError([{ path: "", message: "must be valid JSON" }], { cause: error });
  }
}
