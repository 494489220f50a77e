import type { DescribedLink } from "./admin/admin-api.ts";
import { type AdminRouterDeps, createAdminRouter } from "./admin/admin-router.ts";
import { createOverviewReader } from "./admin/overview/read-overview.ts";
import { shareOverview } from "./admin/overview/share-overview.ts";
import { dayBounds } from "./deliveries/day-bounds.ts";
import { issueLink } from "./deliveries/issue-link.ts";
import { buildLink, explainLink } from "./recording-link.ts";

/** What the operators' window is made of. */
export type AdminAppDeps = Omit<AdminRouterDeps, "overview" | "describeLink">;

/** Puts the operators' window together: `stopStreams` ends what pages keep open, so that the server can drain. */
export function openAdminApp(deps: AdminAppDeps) {
  const { nowMs } = deps;
  const overview = shareOverview({ read: createOverviewReader({ ...deps, dayBounds }), nowMs });
  const router = createAdminRouter({
    ...deps,
    overview,
    describeLink: (connection, of): DescribedLink => {
      const issued = issueLink({ ...deps, buildLink }, connection, of);
      return issued.kind === "issued"
        ? { link: issued.url, linkParts: explainLink(issued.url, connection.links.host) }
        : { link: null, linkParts: [] };
    },
  });
  return { router, stopStreams: overview.close };
}
