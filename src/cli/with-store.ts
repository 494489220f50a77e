import { once } from "node:events";
import { CommanderError } from "commander";
import type { Config } from "../config.ts";
import { errorCode } from "../error-code.ts";
import { BridgeError } from "../errors.ts";
import { openProducerRedis } from "../redis.ts";
import { ownRedis, readLiveSettings } from "./read-live-settings.ts";

const REACH_TIMEOUT_MS = 5_000;

/** What a command works with that needs the store. */
export interface StoreAtHand {
  readonly redis: ReturnType<typeof openProducerRedis>;
  readonly config: Config;
}

/**
 * Lets a command work on the store that this configuration means: the Redis of REDIS_URL, or the bridge's own.
 *
 * @throws {CommanderError} with exit code 1, after it said why, when there is none that answers.
 */
export async function withStore<Result>(
  work: (store: StoreAtHand) => Promise<Result>,
): Promise<Result> {
  const reading = await readLiveSettings();
  if (reading.kind === "refused") {
    failCommand(`the configuration cannot be used:\n  - ${reading.problems.join("\n  - ")}`);
  }
  const { config } = reading;
  const redisUrl = config.redisUrl ?? (await ownRedis(config.dataDir));
  if (redisUrl === undefined) {
    failCommand("the bridge's own Redis does not run; start the bridge, or set REDIS_URL");
  }
  const redis = openProducerRedis(redisUrl);
  try {
    await once(redis, "ready", { signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    return await work({ redis, config });
  } catch (error) {
    if (error instanceof CommanderError) {
      throw error;
    }
    failCommand(error instanceof BridgeError ? error.message : `Redis: ${codeOf(error)}`);
  } finally {
    redis.disconnect();
  }
}

/** Says why a command failed, and ends it with exit code 1. */
export function failCommand(reason: string): never {
  process.stderr.write(`✗ ${reason}\n`);
  throw new CommanderError(1, "siro-bridge.failed", reason);
}

/** Texts of errors may quote an address; codes and names do not. */
function codeOf(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.name : "no connection");
}
