import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { listParkedConnections } from "../books/parked-book.ts";
import { cancelReplay } from "../books/replay-book.ts";
import type { Parked } from "../domain/parked.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import { type AdminApiDeps, limitSchema, namedConnection } from "./admin-api.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { eachParked, listParkedPage, type ParkedFilter } from "./list-parked.ts";
import { parkedEntryRoutes } from "./parked-entry-routes.ts";
import { readCursor } from "./read-page.ts";
import { isReplayable } from "./replay-parked.ts";
import {
  parkedReply,
  replayBegunReply,
  replayCountReply,
  replayProgressReply,
} from "./replies/parked-replies.ts";
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
export function parkedRoutes(deps: ParkedRoutesDeps): readonly AdminRoute[] {
  const { redis } = deps;
  return [
    {
      method: "get",
      path: "/parked",
      describes: {
        summary: "Parked work, the newest first",
        query: querySchema,
        replies: { 200: parkedReply },
      },
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
      describes: {
        summary: "Hand all parked work that matches back to its queues, or count it",
        body: replaySchema,
        isBodyOptional: true,
        replies: { 200: replayCountReply, 202: replayBegunReply },
      },
      // The list takes its filter in the query, so this does, too.
      handle: ({ query, body }) => replayMatching(deps, { ...query, ...(body ?? {}) }),
    },
    {
      method: "get",
      path: "/parked/replays/:batchId",
      describes: { summary: "How far a replay has come", replies: { 200: replayProgressReply } },
      handle: async ({ params }) => ({
        status: 200,
        body: await shownReplay(deps, String(params["batchId"])),
      }),
    },
    {
      method: "delete",
      path: "/parked/replays/:batchId",
      describes: { summary: "Stop a replay", replies: { 202: replayProgressReply } },
      handle: async ({ params }) => {
        const batchId = String(params["batchId"]);
        await shownReplay(deps, batchId);
        await cancelReplay(redis, batchId);
        const audit = { what: "Stopped a replay", subject: batchId };
        return { status: 202, body: await shownReplay(deps, batchId), audit };
      },
    },
    ...parkedEntryRoutes(deps),
  ];
}

async function replayMatching(deps: ParkedRoutesDeps, body: unknown): Promise<AdminReply> {
  const { dryRun, ...filter } = parseInput(replaySchema, body);
  // The whole list first: what parks again while this runs is not replayed a second time.
  const matching: Parked[] = [];
  for await (const parked of eachParked(deps.redis, await filterOf(deps, filter))) {
    if (isReplayable(parked)) {
      matching.push(parked);
    }
  }
  if (dryRun) {
    return {
      status: 200,
      body: { count: matching.length, matching: matching.length },
      audit: { what: "Counted what a replay would take", after: filter },
    };
  }
  const batchId = randomUUID();
  const { done } = await settledSoon(deps, { batchId, run: runReplay(deps, batchId, matching) });
  return {
    status: 202,
    body: { replayed: done, total: matching.length, batchId },
    audit: {
      what: "Replayed parked work",
      subject: batchId,
      after: { ...filter, entries: matching.length },
    },
  };
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
