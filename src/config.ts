import { resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { demoConnection } from "./demo-connection.ts";
import type { Connection } from "./domain/connection.ts";
import { errorCode } from "./error-code.ts";
import { issueLines, readConnections } from "./read-connections.ts";
import { storedSecret } from "./stored-secret.ts";
import { composeVapid, type Vapid, vapidProblems } from "./vapid.ts";
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
const environmentSchema = z.object({
  PORT: wholeNumber(0, 65_535, "must be a port number").default(3000),
  HOST: optionalText,
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http or https URL" })
    .refine((text) => !URL.canParse(text) || new URL(text).pathname === "/", "must not have a path")
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?:\/\/|unix:\/)/, "must begin with redis://, rediss:// or unix:/")
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
});

/** Everything a process of the bridge needs to know at start. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: URL;
  readonly redisUrl: string | undefined;
  readonly redisDurability: "require" | "warn";
  readonly dataDir: string;
  readonly connections: ReadonlyMap<string, Connection>;
  /** No connection is configured: a demo connection, this machine only. */
  readonly isLocalMode: boolean;
  readonly adminPassword: string | undefined;
  readonly adminApiToken: string | undefined;
  readonly secretKey: Buffer;
  /** Undefined: there is no contact for push services, so web push is off. */
  readonly vapid: Vapid | undefined;
  /** The mail server of the e-mail channel; without it no e-mail is sent. */
  readonly smtpUrl: string | undefined;
  readonly logLevel: string;
  readonly trustedProxies: readonly string[];
  readonly metricsToken: string | undefined;
  readonly roles: ReadonlySet<"web" | "worker">;
  readonly bodyLimitBytes: number;
  readonly outboundAllow: readonly string[];
}

/** The configuration cannot be used; `problems` lists every reason at once, each saying what to mend. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n  - ${problems.join("\n  - ")}`);
    this.problems = problems;
  }
}

/**
 * Reads the environment and the connections file; makes missing secrets under `DATA_DIR` on first use.
 *
 * @throws {ConfigError} listing every unknown or malformed value.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  const problems = [
    ...(parsed.success ? [] : issueLines(parsed.error, "")),
    ...vapidProblems(given["VAPID_PUBLIC_KEY"], given["VAPID_PRIVATE_KEY"]),
  ];
  const known = problems.length;
  const found = readConnections(given, problems);
  if (found.length === 0 && problems.length === known && !isLocalHost(given["HOST"])) {
    problems.push(
      "HOST: local mode listens on 127.0.0.1 only; configure a connection in CONNECTIONS_FILE first",
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  return composeConfig(parsed.data, found);
}

/** The environment, with the variables of a `.env` file in the working directory that were not set. */
export function readEnvironment(): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile(".env");
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT") {
      throw cause;
    }
  }
  return process.env;
}

function composeConfig(
  env: z.infer<typeof environmentSchema>,
  found: readonly Connection[],
): Config {
  const isLocalMode = found.length === 0;
  const dataDir = resolve(env.DATA_DIR);
  const host = env.HOST ?? (isLocalMode ? "127.0.0.1" : "0.0.0.0");
  const connections = isLocalMode ? [demoConnection(dataDir, env.PORT)] : found;
  const publicUrl = new URL(env.PUBLIC_URL ?? `http://127.0.0.1:${env.PORT}`);
  const secretKey = Buffer.from(env.SECRET_KEY ?? storedSecret(dataDir, "secret-key"), "base64");
  return {
    port: env.PORT,
    host,
    publicUrl,
    redisUrl: env.REDIS_URL,
    redisDurability: env.REDIS_DURABILITY,
    dataDir,
    connections: new Map(connections.map((connection) => [connection.name, connection])),
    isLocalMode,
    adminPassword: env.ADMIN_PASSWORD ?? (isLocalMode ? operatorPassword(dataDir) : undefined),
    adminApiToken: env.ADMIN_API_TOKEN,
    secretKey,
    vapid: composeVapid({
      givenSubject: env.VAPID_SUBJECT,
      givenPrivateKey: env.VAPID_PRIVATE_KEY,
      publicUrl,
      isLocalMode,
      secretKey,
    }),
    smtpUrl: env.SMTP_URL,
    logLevel: env.LOG_LEVEL,
    trustedProxies: env.TRUSTED_PROXIES,
    metricsToken: env.METRICS_TOKEN,
    roles: new Set(env.ROLES),
    bodyLimitBytes: env.BODY_LIMIT_BYTES,
    outboundAllow: isLocalMode ? [...env.OUTBOUND_ALLOW, "127.0.0.1"] : env.OUTBOUND_ALLOW,
  };
}

function isLocalHost(host: string | undefined): boolean {
  return host === undefined || host === "127.0.0.1" || host === "localhost";
}

function operatorPassword(dataDir: string): string {
  return storedSecret(dataDir, "operator-password")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(0, 20);
}

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
