import { join, resolve } from "node:path";
import type { z } from "zod";
import { type AlertSettings, alertProblems, composeAlerts } from "./alert-settings.ts";
import { dataDirProblems } from "./data-dir-problems.ts";
import { demoConnection } from "./demo-connection.ts";
import type { Connection } from "./domain/connection.ts";
import type { OidcSettings } from "./domain/oidc-settings.ts";
import { environmentSchema } from "./environment-schema.ts";
import { errorCode } from "./error-code.ts";
import { composeOidc, oidcProblems } from "./oidc-settings.ts";
import type { ProviderLimit } from "./provider-limits.ts";
import { issueLines, readConnections } from "./read-connections.ts";
import { storedSecret } from "./stored-secret.ts";
import type { TracingSettings } from "./tracing-settings.ts";
import { composeVapid, type Vapid, vapidProblems } from "./vapid.ts";

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
  /** How many attempts go out to a host at most; empty: as many as there are. */
  readonly providerLimits: readonly ProviderLimit[];
  readonly alerts: AlertSettings;
  /** Where spans go to; undefined: nothing is traced. */
  readonly tracing: TracingSettings | undefined;
  /** How operators sign in through an OpenID provider; undefined: by passwords alone. */
  readonly oidc: OidcSettings | undefined;
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

/** What only the store knows when the configuration is read. */
export interface StoreFacts {
  /** A connection was made in the operators' window: without one in the file this is not local mode any more. */
  readonly hasStoredConnections?: boolean;
}

/**
 * Reads the environment and the connections file; makes missing secrets under `DATA_DIR` on first use.
 *
 * @throws {ConfigError} listing every unknown or malformed value.
 */
export function loadConfig(env: NodeJS.ProcessEnv, facts: StoreFacts = {}): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  const problems = [
    ...(parsed.success ? [] : issueLines(parsed.error, "")),
    ...vapidProblems(given["VAPID_PUBLIC_KEY"], given["VAPID_PRIVATE_KEY"]),
    ...alertProblems(given),
    ...oidcProblems(given),
    ...dataDirProblems(given["DATA_DIR"] ?? ".data"),
  ];
  const found = readConnections(given, problems);
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  return composeConfig(parsed.data, { found, ...facts });
}

/** Why local mode cannot be served at the address that is configured; undefined when it can. */
export function localModeProblem({
  isLocalMode,
  host,
}: Pick<Config, "isLocalMode" | "host">): string | undefined {
  return isLocalMode && host !== "127.0.0.1" && host !== "localhost"
    ? "HOST: local mode listens on 127.0.0.1 only; configure a connection in CONNECTIONS_FILE first"
    : undefined;
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
  { found, hasStoredConnections = false }: StoreFacts & { readonly found: readonly Connection[] },
): Config {
  const isLocalMode = found.length === 0 && !hasStoredConnections;
  const dataDir = resolve(env.DATA_DIR);
  const host = env.HOST ?? (isLocalMode ? "127.0.0.1" : "0.0.0.0");
  const connections = isLocalMode ? [demoConnection(dataDir, env.PORT)] : found;
  const publicUrl = new URL(env.PUBLIC_URL ?? `http://127.0.0.1:${env.PORT}`);
  const secretKey = Buffer.from(env.SECRET_KEY ?? keptSecret(dataDir, "secret-key"), "base64");
  return {
    port: env.PORT,
    host,
    publicUrl,
    redisUrl: env.REDIS_URL,
    redisDurability: env.REDIS_DURABILITY,
    dataDir,
    connections: new Map(connections.map((connection) => [connection.name, connection])),
    isLocalMode,
    // Who made the first connection in the page signed in with the generated one, and must not lose it by that.
    adminPassword:
      env.ADMIN_PASSWORD ?? (found.length === 0 ? operatorPassword(dataDir) : undefined),
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
    providerLimits: env.PROVIDER_LIMITS,
    alerts: composeAlerts(env),
    oidc: composeOidc(env),
    tracing:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: env.OTEL_SERVICE_NAME },
  };
}

function operatorPassword(dataDir: string): string {
  return keptSecret(dataDir, "operator-password")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(0, 20);
}

/** What a full disk or a power cut left empty must not pass for a secret. */
function keptSecret(dataDir: string, name: string): string {
  const secret = storedSecret(dataDir, name);
  if (secret === "") {
    throw new ConfigError([
      `DATA_DIR: ${join(dataDir, name)} is empty; bring it back from a backup, or remove it and a new one is made`,
    ]);
  }
  return secret;
}
