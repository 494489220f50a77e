import express, { type Request, type Router } from "express";
import { type RateLimitRequestHandler, rateLimit } from "express-rate-limit";
import { bearerToken } from "../http/bearer-token.ts";
import { type ClientAddress, createClientAddress } from "../http/client-address.ts";
import { errorResponder } from "../http/error-responder.ts";
import { clientKey, createFailureLimit } from "../http/failure-limit.ts";
import { TooManyRequestsError } from "../http/input-errors.ts";
import { mountRoutes } from "../http/route.ts";
import { createStrangerLimit } from "../http/stranger-limit.ts";
import { type AckRouteDeps, ackRoute } from "./ack-route.ts";
import { type NextLinkDeps, nextLinkRoute, tokenHashOf } from "./next-link-route.ts";
import { httpsOnly } from "./page-headers.ts";
import { createPageRouter, type PageRouterDeps } from "./page-router.ts";
import { type PromptPageDeps, promptPageRoutes } from "./prompt-page-routes.ts";

/** What a browser opens by itself, not a script or an automation. */
const PAGES = ["/rep", "/rep-assets", "/go", "/done"];

const WINDOW_MS = 60_000;
/** Ten a second, per device or else per client: far more than an automation asks, too few to harm. */
const REQUESTS_PER_WINDOW = 600;
const FAILURES = { limit: "rep-tokens", failures: 100, windowMs: 15 * 60_000 };
/** Old links are no guesses, but nobody has so many of them. */
const STRANGERS = { failures: 100, windowMs: 15 * 60_000 };

/** What the reps' endpoints need from the world. */
export interface RepRouterDeps
  extends PageRouterDeps,
    Omit<PromptPageDeps, "strangers">,
    Omit<NextLinkDeps, "failures">,
    Omit<AckRouteDeps, "failures"> {
  /** Hears of errors nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/**
 * Builds the reps' endpoints: the page under `/rep`, `/v1/next-link`, `/go/:token`, `/done/:token`, `/ack/:token`.
 *
 * Mount it at the root, once; other paths pass through.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function createRepRouter(deps: RepRouterDeps): Router {
  const clients = createClientAddress(deps.trustedProxies);
  const failures = createFailureLimit({ ...deps, ...FAILURES, clients });
  const strangers = createStrangerLimit({ ...STRANGERS, clients, nowMs: deps.nowMs });
  const limited = ["/go", "/done", "/ack", "/rep/api", "/rep/sign-in"];
  const router = express.Router({ caseSensitive: true });
  router.use(PAGES, httpsOnly(deps.publicUrl));
  router.use(
    "/v1/next-link",
    requestLimit((request) => deviceKey(clients, request)),
  );
  router.use(
    limited,
    requestLimit((request) => clientKey(clients, request)),
  );
  mountRoutes(router, [
    nextLinkRoute({ ...deps, failures }),
    ackRoute({ ...deps, failures }),
    ...promptPageRoutes({ ...deps, strangers }),
  ]);
  router.use(createPageRouter(deps));
  router.use([...limited, "/v1/next-link", "/rep"], errorResponder(deps.report));
  return router;
}

/** Many phones share one address; a made-up token gets nowhere, because wrong ones are counted by address. */
function deviceKey(clients: ClientAddress, request: Request): string {
  const token = bearerToken(request);
  return token === undefined ? clientKey(clients, request) : tokenHashOf(token);
}

function requestLimit(keyGenerator: (request: Request) => string): RateLimitRequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: REQUESTS_PER_WINDOW,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator,
    handler: (_request, _response, next) => next(new TooManyRequestsError(WINDOW_MS)),
  });
}
