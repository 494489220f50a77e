import { z } from "zod";
import type { AlertThresholds } from "./alerts/alert-facts.ts";
import type { AlertTargets } from "./domain/alert-roads.ts";
import { mailSenderSchema } from "./domain/mail-sender.ts";

/** Where alerts go to, and from when on something is one. */
export interface AlertSettings extends AlertThresholds, AlertTargets {
  readonly repeatHours: number;
}

/** The schemas of the variables that are not plain numbers. */
export const alertVariables = {
  webhookUrl: z.url({ protocol: /^https?$/, error: "must be an https URL" }).optional(),
  webhookSecret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, "must be whsec_ and at least 16 bytes in base64")
    .optional(),
  emailFrom: mailSenderSchema.optional(),
  isEveryAddress: (list: readonly string[]) =>
    list.every((one) => z.email().safeParse(one).success),
};

/** What the environment says of alerts. */
interface AlertVariables {
  readonly ALERT_WEBHOOK_URL?: string | undefined;
  readonly ALERT_WEBHOOK_SECRET?: string | undefined;
  readonly ALERT_EMAIL_TO: readonly string[];
  readonly ALERT_EMAIL_FROM?: string | undefined;
  readonly ALERT_REPEAT_HOURS: number;
  readonly ALERT_LATE_SECONDS: number;
  readonly ALERT_PARKED_COUNT: number;
  readonly ALERT_NOT_CONFIRMED_COUNT: number;
  readonly ALERT_API_PERCENT: number;
  readonly ALERT_DEVICE_LOSS_PERCENT: number;
}

/** Joins the variables that belong together; `alertProblems` says which are missing. */
export function composeAlerts(env: AlertVariables): AlertSettings {
  const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret, ALERT_EMAIL_FROM: from } = env;
  return {
    webhook: url === undefined || secret === undefined ? undefined : { url, secret },
    email:
      env.ALERT_EMAIL_TO.length === 0 || from === undefined
        ? undefined
        : { from, to: env.ALERT_EMAIL_TO },
    repeatHours: env.ALERT_REPEAT_HOURS,
    lateSeconds: env.ALERT_LATE_SECONDS,
    parkedCount: env.ALERT_PARKED_COUNT,
    notConfirmedCount: env.ALERT_NOT_CONFIRMED_COUNT,
    apiPercent: env.ALERT_API_PERCENT,
    deviceLossPercent: env.ALERT_DEVICE_LOSS_PERCENT,
  };
}

/** Says what is missing beside what is set. */
export function alertProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  const needs = (one: string, other: string) =>
    given[one] !== undefined && given[other] === undefined ? [`${one}: needs ${other}`] : [];
  return [
    ...needs("ALERT_WEBHOOK_URL", "ALERT_WEBHOOK_SECRET"),
    ...needs("ALERT_EMAIL_TO", "ALERT_EMAIL_FROM"),
    ...needs("ALERT_EMAIL_TO", "SMTP_URL"),
  ];
}
