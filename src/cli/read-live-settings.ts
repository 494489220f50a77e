import { once } from "node:events";
import type { Config } from "../config.ts";
import { openLiveConnections } from "../live-connections.ts";
import { isListening, socketPath } from "../process-tree/socket-path.ts";
import { openProducerRedis } from "../redis.ts";
import { readSettings, type SettingsReading } from "./read-settings.ts";

const REACH_TIMEOUT_MS = 5_000;

/**
 * Reads the settings as the bridge does, with the connections that were made in its page.
 *
 * Where Redis does not answer the file alone counts; whether it answers is for other checks to say.
 */
export async function readLiveSettings(): Promise<SettingsReading> {
  const reading = readSettings();
  if (reading.kind === "refused") {
    return reading;
  }
  try {
    return { ...reading, config: await liveConfig(reading) };
  } catch {
    return reading;
  }
}

async function liveConfig({
  config,
  env,
}: Extract<SettingsReading, { kind: "read" }>): Promise<Config> {
  const redisUrl = config.redisUrl ?? (await ownRedis(config.dataDir));
  if (redisUrl === undefined) {
    return config;
  }
  const redis = openProducerRedis(redisUrl);
  try {
    // The first error ends it: nobody waits here for a Redis to come back.
    await once(redis, "ready", { signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    return (await openLiveConnections({ env, redis, tell: () => undefined })).config;
  } finally {
    redis.disconnect();
  }
}

/** The address of the bridge's own Redis; undefined while it does not run. */
export async function ownRedis(dataDir: string): Promise<string | undefined> {
  const socket = socketPath(dataDir, "redis.sock");
  return (await isListening(socket)) ? `unix:${socket}` : undefined;
}
