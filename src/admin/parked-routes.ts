import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { listParkedConnections, readParked } from "../books/parked-book.ts";
import { cancelReplay } from "../books/replay-book.ts";
import type { Parked } from "../domain/parked.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Reply, Route } from "../http/route.ts";
import { type AdminApiDeps, limitSchema, namedConnection } from "./admin-api.ts";
import { NotReplayableError } from "./admin-errors.ts";
import { eachParked, listParkedPage, type ParkedFilter } from "./list-parked.ts";
import { readCursor } from "./read-page.ts";
import { isReplayable, replayParked } from "./replay-parked.ts";
import { type RunReplayDeps, runReplay, type ShownReplay, showReplay } from "./run-replay.ts";

/** Whoever starts a replay is answered after this long, also when it goes on. */
const ANSWER_AFTER_MS = 2_000;

/** What the routes of parked work need from the world. */
type ParkedRoutesDeps = AdminApiDeps & RunReplayDeps;

const filterShape = {
  connection: z.string().min(1).optional(),
  reason: z.string().min(1).optional(),
};
const querySchema = z.object({
  ...filterShape,
  cursor: z.string().max(20_000).optional(),
  limit: limitSchema,
});
/** Strict: a misspelt filter must not replay everything. */
const replaySchema = z.strictObject({
  ...filterShape,
  dryRun: z.union([z.boolean(), z.stringbool()]).default(false),
});

/** The routes of parked work: the list, and handing it back to its queues. */
export function parkedRoutes(deps: ParkedRoutesDeps): readonly Route[] {
  const { redis } = deps;
  return [
    {
      method: "get",
      path: "/parked",
      handle: async ({ query }) => {
        const { cursor, limit, ...filter } = parseInput(querySchema, query);
        const cut = { limit, places: readCursor(cursor) };
        return {
          status: 200,
          body: await listParkedPage(redis, await filterOf(deps, filter), cut),
        };
      },
    },
    {
      method: "post",
      path: "/parked/replay",
      // The list takes its filter in the query, so this does, too.
      handle: ({ query, body }) => replayMatching(deps, { ...query, ...(body ?? {}) }),
    },
    {
      method: "get",
      path: "/parked/replays/:batchId",
      handle: async ({ params }) => ({
        status: 200,
        body: await shownReplay(deps, String(params["batchId"])),
      }),
    },
    {
      method: "delete",
      path: "/parked/replays/:batchId",
      handle: async ({ params }) => {
        const batchId = String(params["batchId"]);
        await shownReplay(deps, batchId);
        await cancelReplay(redis, batchId);
        return { status: 202, body: await shownReplay(deps, batchId) };
      },
    },
    {
      method: "post",
      path: "/parked/:id/replay",
      handle: async ({ params }) => {
        const id = String(params["id"]);
        const parked = await readParked(redis, id);
        if (parked === undefined) {
          throw new NotFoundError("Nothing is parked under that id");
        }
        if (!(await replayParked(deps, parked))) {
          throw new NotReplayableError(id);
        }
        return { status: 202, body: { replayed: 1 } };
      },
    },
  ];
}

async function replayMatching(deps: ParkedRoutesDeps, body: unknown): Promise<Reply> {
  const { dryRun, ...filter } = parseInput(replaySchema, body);
  // The whole list first: what parks again while this runs is not replayed a second time.
  const matching: Parked[] = [];
  for await (const parked of eachParked(deps.redis, await filterOf(deps, filter))) {
    if (isReplayable(parked)) {
      matching.push(parked);
    }
  }
  if (dryRun) {
    return { status: 200, body: { count: matching.length, matching: matching.length } };
  }
  const batchId = randomUUID();
  const { done } = await settledSoon(deps, { batchId, run: runReplay(deps, batchId, matching) });
  return { status: 202, body: { replayed: done, total: matching.length, batchId } };
}

/** A short replay is over when the answer comes; of a long one the answer tells how far it is. */
async function settledSoon(
  deps: ParkedRoutesDeps,
  { batchId, run }: { readonly batchId: string; readonly run: Promise<{ readonly done: number }> },
): Promise<{ readonly done: number }> {
  const abort = new AbortController();
  const isLong = delay(ANSWER_AFTER_MS, undefined, { signal: abort.signal }).catch(() => undefined);
  const ended = await Promise.race([run, isLong]);
  abort.abort();
  return ended ?? (await showReplay(deps, batchId)) ?? { done: 0 };
}

async function shownReplay(deps: ParkedRoutesDeps, batchId: string): Promise<ShownReplay> {
  const shown = await showReplay(deps, batchId);
  if (shown === undefined) {
    throw new NotFoundError("There is no replay of that id; they are remembered for a day");
  }
  return shown;
}

/** Work of a connection that was taken out of the configuration stays on the list. */
async function filterOf(
  deps: AdminApiDeps,
  {
    connection,
    reason,
  }: { readonly connection?: string | undefined; readonly reason?: string | undefined },
): Promise<ParkedFilter> {
  const parked = await listParkedConnections(deps.redis);
  if (connection === undefined) {
    return { connections: [...new Set([...deps.connections.keys(), ...parked])], reason };
  }
  const isKnown = parked.includes(connection);
  return {
    connections: [isKnown ? connection : namedConnection(deps, connection).name],
    reason,
  };
}
