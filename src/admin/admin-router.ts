import express, { type ErrorRequestHandler, type RequestHandler, type Router } from "express";
import type { OidcSettings } from "../domain/oidc-settings.ts";
import { errorReply } from "../http/error-reply.ts";
import { errorResponder, knownError } from "../http/error-responder.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { AdminApiDeps } from "./admin-api.ts";
import { OperatorUnknownError } from "./admin-errors.ts";
import { type AdminRoute, mountAdminRoutes } from "./admin-route.ts";
import { type AlertRoutesDeps, alertRoutes } from "./alert-routes.ts";
import { appointmentRoutes } from "./appointment-routes.ts";
import { auditRoute } from "./audit-route.ts";
import { BULK_BODY_BYTES, BULK_INVITES_PATH, bulkInviteRoutes } from "./bulk-invite-routes.ts";
import { connectionRoutes } from "./connections/connection-routes.ts";
import type { ConnectionsHome } from "./connections/connections-home.ts";
import { coverageRoute } from "./coverage-route.ts";
import { inviteRoutes } from "./invite-routes.ts";
import { latenessRoute } from "./lateness-route.ts";
import { liveRoute } from "./live-route.ts";
import { meRoutes } from "./me-routes.ts";
import { mountOidc } from "./oidc/mount-oidc.ts";
import { openApiRoute } from "./open-api-route.ts";
import { type Operators, type OperatorsDeps, openOperators } from "./open-operators.ts";
import type { OperatorSession } from "./operator-session.ts";
import { operatorSessionRoutes } from "./operator-session-routes.ts";
import type { SharedOverview } from "./overview/share-overview.ts";
import { overviewRoute } from "./overview-route.ts";
import {
  type AdminPages,
  checkAgain,
  PAGE_DIR,
  pageHeaders,
  providerAddress,
  queuePageHeaders,
  readPages,
  sendPage,
} from "./pages.ts";
import { parkedRoutes } from "./parked-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { queuePages } from "./queue-pages.ts";
import { repRoutes } from "./rep-routes.ts";
import { repSessionRoutes } from "./rep-session-routes.ts";
import { mountSignIn } from "./sign-in-routes.ts";
import type { WhatIfRooms } from "./what-if/ruled-visit.ts";
import { whatIfRoutes } from "./what-if-routes.ts";

const QUEUES_PATH = "/admin/queues";
const BODY_BYTES = 65_536;

/** What the operators' window needs from the world. */
export interface AdminRouterDeps extends AdminApiDeps, OperatorsDeps {
  readonly connectionsHome: ConnectionsHome;
  readonly overview: SharedOverview;
  /** Describes all calls, these routes among them. */
  readonly describeApi: (routes: readonly AdminRoute[]) => object;
  /** What the other rooms do for a comparison of rules. */
  readonly whatIf: WhatIfRooms;
  readonly alerts?: AlertRoutesDeps["alerts"];
  /** How often open streams are pinged; 25 s unless a test is in a hurry. */
  readonly pingMs?: number;
  /** How operators sign in through an OpenID provider; undefined where they do not. */
  readonly oidc?: OidcSettings | undefined;
  /** Where the built page lies; beside the code, unless the code runs from its sources. */
  readonly pageDir?: string;
  /** Hears of errors nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/**
 * Builds everything under `/admin`: sign-in, pages, API, queue pages.
 *
 * Mount it at the root, once, before any body parser; other paths pass through.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function createAdminRouter(deps: AdminRouterDeps): Router {
  const operators = openOperators(deps);
  const { guard, session, recordAudit } = operators;
  const { pageDir = PAGE_DIR, oidc } = deps;
  const pages = readPages(pageDir, oidc?.issuer.host);
  const router = express.Router({ caseSensitive: true });
  router.use("/admin", ...pageHeaders(deps.publicUrl));
  const files = { index: false, cacheControl: false, setHeaders: checkAgain } as const;
  router.use("/admin/page", express.static(pageDir, files));
  mountSignIn(router, { ...deps, ...operators, pages });
  if (oidc !== undefined) {
    mountOidc(router, { ...deps, ...operators, pages, settings: oidc });
  }
  router.get(
    "/admin/api/live",
    guard,
    liveRoute({ ...deps, isStillSignedIn: session.isStillSignedIn }),
  );
  router.use("/admin/api", guard, apiRouter({ ...deps, ...operators }));
  router.use(
    QUEUES_PATH,
    ...queuePageHeaders(deps.publicUrl),
    guard,
    queuePages({ ...deps, recordAudit }, QUEUES_PATH),
  );
  router.use("/admin", signInInstead(pages, session), errorResponder(deps.report));
  return router;
}

function apiRouter(deps: AdminRouterDeps & Operators): Router {
  const router = express.Router({ caseSensitive: true });
  router.post(BULK_INVITES_PATH, express.json({ limit: BULK_BODY_BYTES }));
  router.use(express.json({ limit: BODY_BYTES }));
  mountAdminRoutes(router, adminApiRoutes(deps), deps.recordAudit);
  router.use(unknownRoute);
  return router;
}

/** The route table of the operators' API. */
export function adminApiRoutes(deps: AdminRouterDeps & Operators): readonly AdminRoute[] {
  const routes: readonly AdminRoute[] = [
    overviewRoute(deps.overview),
    ...alertRoutes(deps),
    coverageRoute(deps),
    latenessRoute(deps),
    ...appointmentRoutes(deps),
    ...repRoutes(deps),
    ...repSessionRoutes(deps),
    ...inviteRoutes(deps),
    ...bulkInviteRoutes(deps),
    ...parkedRoutes(deps),
    ...connectionRoutes(deps),
    ...meRoutes(deps),
    ...operatorSessionRoutes(deps),
    ...peopleRoutes(deps),
    auditRoute(deps),
    ...whatIfRoutes(deps),
  ];
  return [...routes, openApiRoute((self) => deps.describeApi([...routes, self]))];
}

const unknownRoute: RequestHandler = () => {
  throw new NotFoundError("The API has no such call");
};

/** A person who opens a page without being signed in gets the form, not JSON. */
function signInInstead(pages: AdminPages, session: OperatorSession): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express tells an error handler by its four parameters.
  return async (error, request, response, next) => {
    const wantsPage = request.method === "GET" && request.accepts("json", "html") === "html";
    if (!(error instanceof OperatorUnknownError && wantsPage)) {
      next(error);
      return;
    }
    // A wrong bearer comes without a session.
    if (request.session !== undefined && (await session.lapsed(request)) !== undefined) {
      response.redirect(302, providerAddress(request.originalUrl));
      return;
    }
    const { status, headers } = errorReply(knownError(error));
    const form = { note: "Sign in to see this page.", next: request.originalUrl };
    sendPage(response.set(headers), status, pages.signIn(form));
  };
}
