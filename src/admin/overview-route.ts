import type { Route } from "../http/route.ts";
import type { AdminApiDeps } from "./admin-api.ts";
import { readOverview } from "./read-overview.ts";

/** The route of the overview; callers at the same moment share one reading of it. */
export function overviewRoute(deps: AdminApiDeps): Route {
  let current: ReturnType<typeof readOverview> | undefined;
  return {
    method: "get",
    path: "/overview",
    handle: async () => {
      current ??= readOverview(deps).finally(() => {
        current = undefined;
      });
      return { status: 200, body: await current };
    },
  };
}
