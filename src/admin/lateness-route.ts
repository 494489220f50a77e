import { z } from "zod";
import { readLateness } from "../books/lateness-book.ts";
import { instantSchema, isoInstant } from "../domain/instant.ts";
import { InputInvalidError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import { type AdminApiDeps, namedConnection } from "./admin-api.ts";
import type { AdminRoute } from "./admin-route.ts";
import { latenessReply } from "./replies/report-replies.ts";

const DAY_MS = 86_400_000;
/** What is older is not kept. */
const MOST_DAYS = 3;

const querySchema = z.object({
  connection: z.string().max(40).optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});

/** The route of the history of lateness: by quarters of an hour, the last day where nothing else is said. */
export function latenessRoute(
  deps: Pick<AdminApiDeps, "redis" | "connections" | "nowMs">,
): AdminRoute {
  return {
    method: "get",
    path: "/lateness",
    describes: {
      summary: "How late prompts were, by quarters of an hour",
      query: querySchema,
      replies: { 200: latenessReply },
    },
    handle: async ({ query }) => {
      const { connection = "", from, to } = parseInput(querySchema, query);
      const names =
        connection === "" ? [...deps.connections.keys()] : [namedConnection(deps, connection).name];
      const toMs = to ?? deps.nowMs();
      const span = { fromMs: from ?? toMs - DAY_MS, toMs };
      checkSpan(span);
      const quarters = await readLateness(deps.redis, names, span);
      return {
        status: 200,
        body: {
          from: isoInstant(span.fromMs),
          to: isoInstant(toMs),
          quarters: quarters.map(({ atMs, ...figures }) => ({ at: isoInstant(atMs), ...figures })),
        },
      };
    },
  };
}

function checkSpan({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): void {
  if (fromMs >= toMs || toMs - fromMs > MOST_DAYS * DAY_MS) {
    const message = `must be after from, and no more than ${MOST_DAYS} days`;
    throw new InputInvalidError([{ path: "to", message }]);
  }
}
