import { z } from "zod";
import { instantSchema } from "../domain/instant.ts";

/** What every event of Siro's app says. */
interface MobileEventBase {
  /** Siro's own id: the key of de-duplication. */
  readonly eventId: string;
  readonly atMs: number;
  /** Whose app it was; absent where Siro does not say. */
  readonly siroUserId?: string;
  readonly recordingId?: string;
}

/** The app got a link, or acted on it. */
export interface LinkEvent extends MobileEventBase {
  readonly kind: "link-received" | "link-consumed";
  readonly fullUrl: string;
}

/** The recorder began, paused, went on or ended; `trigger` says by what, where that is known. */
export interface RecorderEvent extends MobileEventBase {
  readonly kind: "recorder";
  readonly change: "start" | "resume" | "pause" | "stop" | "cancelled";
  readonly trigger: string;
}

/** The customer's consent was asked for, given or refused. */
export interface ConsentEvent extends MobileEventBase {
  readonly kind: "consent";
  readonly status: string;
}

/** One event of Siro's app. */
export type MobileEvent = LinkEvent | RecorderEvent | ConsentEvent;

/** The codes of the events that are read. */
export const MOBILE_EVENT_CODES = [
  "deeplinkReceived",
  "deeplinkConsumed",
  "recorderStateChange",
  "consentStatusChanged",
] as const;

const idSchema = z.string().min(1).nullish();

const rowSchema = z.object({
  id: z.string().min(1),
  recordingId: idSchema,
  userId: idSchema,
  eventCode: z.string().nullish(),
  createdAt: instantSchema,
});

/** Inside a recording, `name` stands for the code, and the consent event is spelt in its own way. */
const contentSchema = z.object({
  event: z.discriminatedUnion("code", [
    z.object({ code: z.literal("deeplinkReceived"), fullUrl: z.string().min(1) }),
    z.object({ code: z.literal("deeplinkConsumed"), fullUrl: z.string().min(1) }),
    z.object({
      code: z.literal("recorderStateChange"),
      value: z.enum(["start", "resume", "pause", "stop", "cancelled"]),
      trigger: z.string().nullish(),
    }),
    z.object({ code: z.literal("consentStatusChanged"), status: z.string() }),
    z.object({ code: z.literal("consentStatusChange"), status: z.string() }),
  ]),
});

const namedSchema = z.object({ event: z.looseObject({ name: z.string().nullish() }) });

/**
 * One row of `GET …/core/mobile-events`, or of a recording's `mobileEvents`, as an event.
 *
 * Ids may be null. Rows of other codes, and rows that lack what their code promises, do not parse. That the
 * code belongs to just this content is nowhere written; no other reading fits.
 *
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export const mobileEventSchema = z.unknown().transform((row, context): MobileEvent => {
  const base = rowSchema.safeParse(row);
  const named = namedSchema.safeParse(row);
  const code = base.data?.eventCode ?? named.data?.event.name;
  const content = contentSchema.safeParse({ event: { ...named.data?.event, code } });
  if (!base.success || !content.success) {
    context.addIssue({ code: "custom", message: "is no event that is understood" });
    return z.NEVER;
  }
  return eventOf(base.data, content.data.event);
});

function eventOf(
  { id, createdAt, userId, recordingId }: z.infer<typeof rowSchema>,
  content: z.infer<typeof contentSchema>["event"],
): MobileEvent {
  const base = {
    eventId: id,
    atMs: createdAt,
    ...(userId == null ? {} : { siroUserId: userId }),
    ...(recordingId == null ? {} : { recordingId }),
  };
  switch (content.code) {
    case "deeplinkReceived":
      return { ...base, kind: "link-received", fullUrl: content.fullUrl };
    case "deeplinkConsumed":
      return { ...base, kind: "link-consumed", fullUrl: content.fullUrl };
    case "recorderStateChange":
      return {
        ...base,
        kind: "recorder",
        change: content.value,
        trigger: content.trigger ?? "unknown",
      };
    case "consentStatusChanged":
    case "consentStatusChange":
      return { ...base, kind: "consent", status: content.status };
  }
}
