import type { Route } from "../http/route.ts";
import type { SharedOverview } from "./overview/share-overview.ts";

/** The route of the overview; it is at most two seconds old. */
export function overviewRoute(overview: SharedOverview): Route {
  return {
    method: "get",
    path: "/overview",
    handle: async () => ({ status: 200, body: await overview.current() }),
  };
}
