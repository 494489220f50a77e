import { z } from "zod";
import { listParkedConnections, readParked } from "../books/parked-book.ts";
import type { Parked } from "../domain/parked.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Reply, Route } from "../http/route.ts";
import { type AdminApiDeps, limitSchema, namedConnection } from "./admin-api.ts";
import { NotReplayableError } from "./admin-errors.ts";
import { eachParked, listParkedPage, type ParkedFilter } from "./list-parked.ts";
import { readCursor } from "./read-page.ts";
import { isReplayable, replayParked } from "./replay-parked.ts";

/** Entries handed back at the same time. */
const REPLAYED_AT_ONCE = 50;

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
export function parkedRoutes(deps: AdminApiDeps): readonly Route[] {
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

async function replayMatching(deps: AdminApiDeps, body: unknown): Promise<Reply> {
  const { dryRun, ...filter } = parseInput(replaySchema, body);
  // The whole list first: what parks again while this runs is not replayed a second time.
  const matching: Parked[] = [];
  for await (const parked of eachParked(deps.redis, await filterOf(deps, filter))) {
    if (isReplayable(parked)) {
      matching.push(parked);
    }
  }
  if (dryRun) {
    return { status: 200, body: { matching: matching.length } };
  }
  for (let at = 0; at < matching.length; at += REPLAYED_AT_ONCE) {
    const some = matching.slice(at, at + REPLAYED_AT_ONCE);
    await Promise.all(some.map((parked) => replayParked(deps, parked)));
  }
  return { status: 202, body: { replayed: matching.length } };
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
