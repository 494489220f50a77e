import type { AdminRoute } from "./admin-route.ts";
import type { SharedOverview } from "./overview/share-overview.ts";
import { overviewReply } from "./replies/overview-reply.ts";

/** The route of the overview; it is at most two seconds old. */
export function overviewRoute(overview: SharedOverview): AdminRoute {
  return {
    method: "get",
    path: "/overview",
    describes: { summary: "How the bridge stands", replies: { 200: overviewReply } },
    handle: async () => ({ status: 200, body: await overview.current() }),
  };
}
