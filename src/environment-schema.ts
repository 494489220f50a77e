import ipaddr from "ipaddr.js";
import { z } from "zod";
import { alertVariables } from "./alert-settings.ts";
import { CLUSTER_URL_FORM, isWholeClusterUrl } from "./cluster-url.ts";
import { oidcVariables } from "./oidc-settings.ts";
import { providerLimits } from "./provider-limits.ts";
import { isVapidSubject } from "./vapid-subject.ts";

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const roleSchema = z.enum(["web", "worker"]);
const optionalText = z.string().min(1).optional();

/** The environment, in the order of `.env.example`. An empty value counts as not set. */
export const environmentSchema = z.object({
  PORT: wholeNumber(0, 65_535, "must be a port number").default(3000),
  HOST: optionalText,
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http or https URL" })
    .refine((text) => !URL.canParse(text) || new URL(text).pathname === "/", "must not have a path")
    .optional(),
  REDIS_URL: z
    .string()
    .regex(
      /^(rediss?(\+cluster)?:\/\/|unix:\/)/,
      "must begin with redis://, rediss://, redis+cluster://, rediss+cluster:// or unix:/",
    )
    .refine(isWholeClusterUrl, `a cluster's address must be ${CLUSTER_URL_FORM}`)
    .optional(),
  REDIS_DURABILITY: z.enum(["require", "warn"]).default("require"),
  DATA_DIR: z.string().default(".data"),
  CONNECTIONS_FILE: optionalText,
  ADMIN_PASSWORD: z.string().min(12, "must have at least 12 characters").optional(),
  ADMIN_API_TOKEN: z.string().min(8, "must have at least 8 characters").optional(),
  SECRET_KEY: z
    .string()
    .refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes in base64")
    .optional(),
  VAPID_SUBJECT: z
    .string()
    .refine(isVapidSubject, "must be mailto: and a real e-mail address, or a public https URL")
    .optional(),
  VAPID_PUBLIC_KEY: optionalText,
  VAPID_PRIVATE_KEY: optionalText,
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must be smtp:// or smtps://" }).optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  TRUSTED_PROXIES: list.refine(areAddressRanges, "must be IP addresses or CIDR ranges"),
  METRICS_TOKEN: z.string().min(8, "must have at least 8 characters").optional(),
  ROLES: list
    .transform((roles) => (roles.length === 0 ? ["web", "worker"] : roles))
    .pipe(z.array(roleSchema)),
  BODY_LIMIT_BYTES: wholeNumber(
    1024,
    104_857_600,
    "must be a number of bytes from 1024 to 104857600",
  ).default(4_194_304),
  OUTBOUND_ALLOW: list.refine(
    (hosts) => hosts.every((host) => /^[A-Za-z0-9.:[\]-]+$/.test(host) && !host.includes("//")),
    "must be host names or addresses, not URLs",
  ),
  PROVIDER_LIMITS: list.transform(providerLimits),
  ALERT_WEBHOOK_URL: alertVariables.webhookUrl,
  ALERT_WEBHOOK_SECRET: alertVariables.webhookSecret,
  ALERT_EMAIL_TO: list.refine(alertVariables.isEveryAddress, "must be e-mail addresses"),
  ALERT_EMAIL_FROM: alertVariables.emailFrom,
  ALERT_REPEAT_HOURS: wholeNumber(1, 168, "must be a number of hours from 1 to 168").default(6),
  ALERT_LATE_SECONDS: wholeNumber(5, 3600, "must be a number of seconds from 5 to 3600").default(
    60,
  ),
  ALERT_PARKED_COUNT: wholeNumber(1, 100_000, "must be a number from 1 on").default(10),
  ALERT_NOT_CONFIRMED_COUNT: wholeNumber(1, 100_000, "must be a number from 1 on").default(3),
  ALERT_API_PERCENT: wholeNumber(1, 100, "must be a percentage from 1 to 100").default(80),
  ALERT_DEVICE_LOSS_PERCENT: wholeNumber(1, 100, "must be a percentage from 1 to 100").default(20),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be an http or https URL" })
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default("siro-bridge"),
  OIDC_ISSUER: oidcVariables.issuer,
  OIDC_CLIENT_ID: optionalText,
  OIDC_CLIENT_SECRET: optionalText,
  OIDC_ROLE_CLAIM: oidcVariables.roleClaim,
  OIDC_DEFAULT_ROLE: oidcVariables.defaultRole,
  OIDC_SESSION_MINUTES: wholeNumber(5, 720, "must be a number of minutes from 5 to 720").default(
    60,
  ),
});

/** Digits alone: `Number` would take blanks for 0, and 0x10 and 1e3 for numbers. */
function wholeNumber(least: number, most: number, error: string) {
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(least, error).max(most, error));
}

function areAddressRanges(ranges: readonly string[]): boolean {
  return ranges.every((range) => ipaddr.isValid(range) || ipaddr.isValidCIDR(range));
}
