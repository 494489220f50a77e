import type { DescribedLink } from "./admin/admin-api.ts";
import { type AdminRouterDeps, createAdminRouter } from "./admin/admin-router.ts";
import { createOverviewReader } from "./admin/overview/read-overview.ts";
import { shareOverview } from "./admin/overview/share-overview.ts";
import { dayBounds } from "./deliveries/day-bounds.ts";
import { issueLink } from "./deliveries/issue-link.ts";
import { buildDocument } from "./openapi/build-document.ts";
import { buildLink, explainLink } from "./recording-link.ts";
import { readVersion } from "./version.ts";
import { openWhatIf } from "./what-if.ts";

/** What the operators' window is made of. */
export type AdminAppDeps = Omit<
  AdminRouterDeps,
  "overview" | "describeLink" | "whatIf" | "describeApi"
>;

/** Puts the operators' window together: `stopStreams` ends what pages keep open, so that the server can drain. */
export function openAdminApp(deps: AdminAppDeps) {
  const { nowMs } = deps;
  const overview = shareOverview({ read: createOverviewReader({ ...deps, dayBounds }), nowMs });
  const router = createAdminRouter({
    ...deps,
    overview,
    whatIf: openWhatIf(deps),
    describeApi: (routes) => buildDocument({ ...deps, routes, version: readVersion() }),
    describeLink: (connection, of): DescribedLink => {
      const issued = issueLink({ ...deps, buildLink }, connection, of);
      return issued.kind === "issued"
        ? { link: issued.url, linkParts: explainLink(issued.url, connection.links.host) }
        : { link: null, linkParts: [] };
    },
  });
  return { router, overview, stopStreams: overview.close };
}
