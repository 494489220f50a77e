import { realpathSync, rmSync } from "node:fs";
import { openProducerRedis, untilReady } from "../redis.ts";
import type { RedisPlace } from "./embedded-redis.ts";
import { ProcessTreeFailedError } from "./process-tree-errors.ts";
import { isListening } from "./socket-path.ts";
import type { ReportTreeEvent } from "./tree-event.ts";
import { untilTrue } from "./until-true.ts";

const READY_TIMEOUT_MS = 30_000;
const SHUTDOWN_TIMEOUT_MS = 10_000;

/** What to know about a Redis that may be left from an earlier run. */
export interface EarlierRedis {
  readonly place: RedisPlace;
  /** How long the children of a killed bridge may still be at work; the last one takes Redis with it. */
  readonly drainMs: number;
  readonly report: ReportTreeEvent;
}

/**
 * Ends the Redis that an earlier, killed bridge left on this socket, with its append-only file intact.
 *
 * Two servers on one append-only file would destroy it. Does nothing when there is none.
 *
 * @throws {ProcessTreeFailedError} when the server there is not ours, or does not end.
 */
export async function endEarlierRedis({ place, drainMs, report }: EarlierRedis): Promise<void> {
  const { socket } = place;
  const isGone = async (): Promise<boolean> => !(await isListening(socket));
  if (!(await isGone())) {
    report({ event: "redis.earlier-run", socket });
    if (!(await untilTrue(isGone, drainMs))) {
      await shutDown(place);
      await refuseUnless(untilTrue(isGone, SHUTDOWN_TIMEOUT_MS), socket);
    }
  }
  rmSync(socket, { force: true });
}

async function shutDown({ socket, dir }: RedisPlace): Promise<void> {
  const redis = openProducerRedis(`unix:${socket}`);
  try {
    await untilReady(redis, READY_TIMEOUT_MS);
    const [, servedDir = ""] = await redis.config("GET", "dir").then(listOfText);
    if (realpathSync(servedDir) !== realpathSync(dir)) {
      throw new ProcessTreeFailedError(
        `a Redis that serves ${servedDir} answers on ${socket}; it is not ours, so stop it or set another DATA_DIR`,
      );
    }
    // The reply is a closed connection: that the server is gone is seen on the socket.
    await redis.shutdown("NOSAVE").catch(() => undefined);
  } finally {
    redis.disconnect();
  }
}

async function refuseUnless(isDone: Promise<boolean>, socket: string): Promise<void> {
  if (!(await isDone)) {
    throw new ProcessTreeFailedError(`the Redis of an earlier run on ${socket} does not end`);
  }
}

function listOfText(reply: unknown): string[] {
  if (Array.isArray(reply)) {
    return reply.map(String);
  }
  return [];
}
