import express, { type ErrorRequestHandler, type RequestHandler, type Router } from "express";
import { createClientAddress } from "../http/client-address.ts";
import { errorReply } from "../http/error-reply.ts";
import { errorResponder, knownError } from "../http/error-responder.ts";
import { createFailureLimit } from "../http/failure-limit.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { AdminApiDeps } from "./admin-api.ts";
import { OperatorUnknownError } from "./admin-errors.ts";
import { mountAdminRoutes } from "./admin-route.ts";
import { appointmentRoutes } from "./appointment-routes.ts";
import { coverageRoute } from "./coverage-route.ts";
import { inviteRoutes } from "./invite-routes.ts";
import { liveRoute } from "./live-route.ts";
import { createOperatorGuard } from "./operator-guard.ts";
import { createOperatorSession, type OperatorSessionDeps } from "./operator-session.ts";
import type { SharedOverview } from "./overview/share-overview.ts";
import { overviewRoute } from "./overview-route.ts";
import {
  type AdminPages,
  checkAgain,
  PAGE_DIR,
  pageHeaders,
  queuePageHeaders,
  readPages,
  sendPage,
} from "./pages.ts";
import { parkedRoutes } from "./parked-routes.ts";
import { queuePages } from "./queue-pages.ts";
import { repRoutes } from "./rep-routes.ts";
import { repSessionRoutes } from "./rep-session-routes.ts";
import { mountSignIn } from "./sign-in-routes.ts";

const QUEUES_PATH = "/admin/queues";
const BODY_BYTES = 65_536;
const WINDOW_MS = 15 * 60_000;
const LOGIN_FAILURES = 5;
/** A token is too long to guess; this only stops the noise of a script that holds an old one. */
const BEARER_FAILURES = 100;

/** What the operators' window needs from the world. */
export interface AdminRouterDeps extends AdminApiDeps, OperatorSessionDeps {
  readonly overview: SharedOverview;
  /** How often open streams are pinged; 25 s unless a test is in a hurry. */
  readonly pingMs?: number;
  readonly adminApiToken: string | undefined;
  readonly trustedProxies: readonly string[];
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
  const clients = createClientAddress(deps.trustedProxies);
  const limit = { clients, nowMs: deps.nowMs, windowMs: WINDOW_MS };
  const session = createOperatorSession(deps);
  const bearerFailures = createFailureLimit({ ...limit, failures: BEARER_FAILURES });
  const loginFailures = createFailureLimit({ ...limit, failures: LOGIN_FAILURES });
  const guard = createOperatorGuard({ ...deps, session, bearerFailures });
  const { pageDir = PAGE_DIR } = deps;
  const pages = readPages(pageDir);
  const router = express.Router({ caseSensitive: true });
  router.use("/admin", ...pageHeaders(deps.publicUrl));
  const files = { index: false, cacheControl: false, setHeaders: checkAgain } as const;
  router.use("/admin/page", express.static(pageDir, files));
  mountSignIn(router, { ...deps, session, pages, loginFailures, guard });
  router.get(
    "/admin/api/live",
    guard,
    liveRoute({ ...deps, isStillSignedIn: session.isStillSignedIn }),
  );
  router.use("/admin/api", guard, apiRouter(deps));
  router.use(
    QUEUES_PATH,
    ...queuePageHeaders(deps.publicUrl),
    guard,
    queuePages(deps.queues, QUEUES_PATH),
  );
  router.use("/admin", signInInstead(pages), errorResponder(deps.report));
  return router;
}

function apiRouter(deps: AdminRouterDeps): Router {
  const router = express.Router({ caseSensitive: true });
  router.use(express.json({ limit: BODY_BYTES }));
  const routes = [
    overviewRoute(deps.overview),
    coverageRoute(deps),
    ...appointmentRoutes(deps),
    ...repRoutes(deps),
    ...repSessionRoutes(deps),
    ...inviteRoutes(deps),
    ...parkedRoutes(deps),
  ];
  mountAdminRoutes(router, routes, async () => undefined);
  router.use(unknownRoute);
  return router;
}

const unknownRoute: RequestHandler = () => {
  throw new NotFoundError("The API has no such call");
};

/** A person who opens a page without being signed in gets the form, not JSON. */
function signInInstead(pages: AdminPages): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express tells an error handler by its four parameters.
  return (error, request, response, next) => {
    const wantsPage = request.method === "GET" && request.accepts("json", "html") === "html";
    if (!(error instanceof OperatorUnknownError && wantsPage)) {
      next(error);
      return;
    }
    const { status, headers } = errorReply(knownError(error));
    const form = { note: "Sign in to see this page.", next: request.originalUrl };
    sendPage(response.set(headers), status, pages.signIn(form));
  };
}
