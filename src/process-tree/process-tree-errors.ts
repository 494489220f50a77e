import { BridgeError } from "../errors.ts";

/** Another bridge already runs on this data directory. */
export class AlreadyRunningError extends BridgeError {
  override readonly name = "AlreadyRunningError";
  override readonly code = "ALREADY_RUNNING";
  override readonly retry = "never";
}

/** No Redis is configured and no Redis server can be run on this machine. */
export class RedisServerMissingError extends BridgeError {
  override readonly name = "RedisServerMissingError";
  override readonly code = "REDIS_SERVER_MISSING";
  override readonly retry = "never";
}

/** The configured Redis may lose what it confirmed, and nobody said that this is acceptable. */
export class RedisNotDurableError extends BridgeError {
  override readonly name = "RedisNotDurableError";
  override readonly code = "REDIS_NOT_DURABLE";
  override readonly retry = "never";
}

/** A process of the tree cannot be kept running, so the whole tree ends. */
export class ProcessTreeFailedError extends BridgeError {
  override readonly name = "ProcessTreeFailedError";
  override readonly code = "PROCESS_TREE_FAILED";
  override readonly retry = "later";
}
