import { z } from "zod";

/** What an alert can be about; each is a heading of `docs/failures.md`. */
export const alertCodeSchema = z.enum([
  "PROMPTS_LATE",
  "WORK_PARKED",
  "PARKED_GROWTH",
  "SALESFORCE_DOWN",
  "SALESFORCE_SIGN_IN_REFUSED",
  "SALESFORCE_API_HIGH",
  "SIRO_DOWN",
  "SIRO_SIGN_IN_REFUSED",
  "DEVICE_LOST",
  "MANY_DEVICES_LOST",
  "RECORDINGS_NOT_CONFIRMED",
  "STORE_AT_RISK",
  "ALERT_TEST",
]);

/** How soon somebody should look. */
export const alertSeveritySchema = z.enum(["warning", "critical"]);

/** Something that is wrong and that people are told of, once, until it is over. Times are epoch milliseconds. */
export const alertSchema = z.object({
  alertId: z.string(),
  code: alertCodeSchema,
  severity: alertSeveritySchema,
  /** Absent where it concerns the whole bridge. */
  connection: z.string().optional(),
  /** One sentence of ids and numbers, never of people. */
  text: z.string(),
  /** How much of it there is, where that can grow. */
  count: z.int(),
  openedAtMs: z.int(),
  /** When it was found to be over. */
  resolvedAtMs: z.int().optional(),
});
export type Alert = Readonly<z.infer<typeof alertSchema>>;

/** One message about an alert, as it waits to be sent. */
export const alertNoticeSchema = z.object({
  /** The same for every try and every road. */
  noticeId: z.string(),
  kind: z.enum(["opened", "worse", "repeated", "resolved", "test"]),
  atMs: z.int(),
  alert: alertSchema,
});
export type AlertNotice = Readonly<z.infer<typeof alertNoticeSchema>>;

/** One notice on one way out, as it waits in the queue: the webhook, or an address by its place in `ALERT_EMAIL_TO`. */
export const alertSendingSchema = z.object({
  notice: alertNoticeSchema,
  road: z.string().regex(/^(webhook|email-\d+)$/),
});
export type AlertSending = Readonly<z.infer<typeof alertSendingSchema>>;
