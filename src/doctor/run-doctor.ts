import type { Connection } from "../domain/connection.ts";
import { type BridgeReading, checkBridge, withoutWeb } from "./check-bridge.ts";
import { type ChannelSettings, checkChannels } from "./check-channels.ts";
import { checkConfiguration } from "./check-configuration.ts";
import {
  type CheckConnectionDeps,
  checkConnection,
  checkSettingsOnly,
} from "./check-connection.ts";
import { checkRedis, type RedisReading } from "./check-redis.ts";
import { checkSample } from "./check-sample.ts";
import { about, type Finding } from "./finding.ts";

/** What the checks of connections are about. */
export interface ConnectionsUnderCheck {
  readonly connections: readonly Connection[];
  readonly isLocalMode: boolean;
  /** Where this configuration makes the bridge listen, without a slash at the end. */
  readonly ownUrl: string;
}

/** What the whole check is about. */
export interface BridgeUnderCheck extends ConnectionsUnderCheck {
  readonly redisDurability: "require" | "warn";
  readonly roles: ReadonlySet<string>;
  readonly channels: ChannelSettings;
}

/** What the whole check needs from the world. */
export interface RunDoctorDeps extends CheckConnectionDeps {
  readonly readRedis: () => Promise<RedisReading>;
  /** Five letters or digits, different every time. */
  readonly nonce: string;
}

/** Runs every check of a configuration that could be read. */
export async function runDoctor(
  deps: RunDoctorDeps,
  subject: BridgeUnderCheck,
): Promise<readonly Finding[]> {
  const { connections, isLocalMode, ownUrl } = subject;
  const names = connections.map(({ name }) => name);
  const [redis, bridge] = await Promise.all([
    deps.readRedis(),
    subject.roles.has("web") ? checkBridge(ownUrl) : withoutWeb(),
  ]);
  const perConnection = await Promise.all(
    connections.map(async (connection) => [
      ...(await checkOne(deps, connection, isLocalMode && !bridge.isRunning)),
      ...(bridge.isRunning
        ? about(connection.name, await checkSample({ ownUrl, nonce: deps.nonce }, connection))
        : []),
    ]),
  );
  return [
    ...checkConfiguration({ kind: "read", names, isLocalMode }),
    ...checkRedis(redis, subject.redisDurability),
    ...bridge.findings,
    ...checkChannels(subject.channels),
    ...perConnection.flat(),
  ];
}

/** Runs the checks that are about connections and their orgs alone. */
export async function checkConnections(
  deps: CheckConnectionDeps,
  { connections, isLocalMode, ownUrl }: ConnectionsUnderCheck,
): Promise<readonly Finding[]> {
  const bridge: BridgeReading = isLocalMode
    ? await checkBridge(ownUrl)
    : { isRunning: false, findings: [] };
  const findings = await Promise.all(
    connections.map((connection) => checkOne(deps, connection, isLocalMode && !bridge.isRunning)),
  );
  return [...bridge.findings, ...findings.flat()];
}

function checkOne(
  deps: CheckConnectionDeps,
  connection: Connection,
  isOrgAsleep: boolean,
): Promise<readonly Finding[]> | readonly Finding[] {
  return isOrgAsleep ? checkSettingsOnly(connection) : checkConnection(deps, connection);
}
