import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import { type RateLimitRequestHandler, rateLimit } from "express-rate-limit";
import { bearerToken } from "../http/bearer-token.ts";
import { type ClientAddress, createClientAddress } from "../http/client-address.ts";
import { errorResponder } from "../http/error-responder.ts";
import { clientKey, createFailureLimit } from "../http/failure-limit.ts";
import { TooManyRequestsError } from "../http/input-errors.ts";
import { mountRoutes } from "../http/route.ts";
import { type NextLinkDeps, nextLinkRoute, tokenHashOf } from "./next-link-route.ts";
import { type PromptPageDeps, promptPageRoutes } from "./prompt-page-routes.ts";

const ASSETS = fileURLToPath(new URL("./page", import.meta.url));

const WINDOW_MS = 60_000;
/** Ten a second, per device or else per client: far more than an automation asks, too few to harm. */
const REQUESTS_PER_WINDOW = 600;
const FAILURES = { failures: 100, windowMs: 15 * 60_000 };

/** What the reps' endpoints need from the world. */
export interface RepRouterDeps extends PromptPageDeps, Omit<NextLinkDeps, "failures"> {
  readonly trustedProxies: readonly string[];
  readonly nowMs: () => number;
  /** Hears of errors nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/**
 * Builds the reps' endpoints: `/v1/next-link`, `/go/:token`, `/done/:token` and their style sheet.
 *
 * Mount it at the root, once; other paths pass through.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function createRepRouter(deps: RepRouterDeps): Router {
  const clients = createClientAddress(deps.trustedProxies);
  const failures = createFailureLimit({ ...FAILURES, clients, nowMs: deps.nowMs });
  const paths = ["/v1/next-link", "/go", "/done"];
  const router = express.Router({ caseSensitive: true });
  router.use("/rep-assets", express.static(ASSETS, { index: false, maxAge: "1h" }));
  router.use(paths, requestLimit(clients));
  mountRoutes(router, [nextLinkRoute({ ...deps, failures }), ...promptPageRoutes(deps)]);
  router.use(paths, errorResponder(deps.report));
  return router;
}

function requestLimit(clients: ClientAddress): RateLimitRequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: REQUESTS_PER_WINDOW,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (request) => {
      const token = bearerToken(request);
      return token === undefined ? clientKey(clients, request) : tokenHashOf(token);
    },
    handler: (_request, _response, next) => next(new TooManyRequestsError(WINDOW_MS)),
  });
}
