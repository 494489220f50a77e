import { fileURLToPath } from "node:url";
import express, { type RequestHandler, type Router } from "express";
import { rateLimit } from "express-rate-limit";
import type { RepRef } from "../books/rep-book.ts";
import type { ListedDevice } from "../domain/device-health.ts";
import type { TestedDevice } from "../domain/tested-device.ts";
import { type ClientAddress, createClientAddress } from "../http/client-address.ts";
import {
  byClient,
  clientKey,
  createExactFailureLimit,
  createFailureLimit,
  type FailureLimit,
} from "../http/failure-limit.ts";
import { NotFoundError, TooManyRequestsError } from "../http/input-errors.ts";
import { mountRoutes, type Route } from "../http/route.ts";
import { type AdmitRepDeps, changeSession } from "./admit-rep.ts";
import { type DayRouteDeps, dayRoutes } from "./day-routes.ts";
import { deviceRoutes, type OwnDevices } from "./device-routes.ts";
import { inviteRoutes } from "./invite-routes.ts";
import { type LiveRouteDeps, liveRoute } from "./live-route.ts";
import { pairingRoutes } from "./pairing-routes.ts";
import { presentTested } from "./present-device.ts";
import { RepUnknownError } from "./rep-errors.ts";
import { createRepGuard, type RepGuard, type RepGuardDeps, refuseForeign } from "./rep-guard.ts";
import { type RepRoads, sessionRoutes } from "./session-routes.ts";
import { mountShell } from "./shell-routes.ts";
import { type SignInRouteDeps, signInChoices, signInRoutes } from "./sign-in-routes.ts";

/** All that the page can have done with devices. */
export interface RepDevices extends OwnDevices {
  list(rep: RepRef): Promise<readonly ListedDevice[]>;
  /** Undefined for an unknown rep. */
  test(rep: RepRef): Promise<readonly TestedDevice[] | undefined>;
  noteSeen: RepGuardDeps["noteSeen"];
}

/** What the reps' page needs from the world. */
export interface PageRouterDeps
  extends Omit<RepGuardDeps, "noteSeen">,
    Omit<DayRouteDeps, "guard">,
    Omit<LiveRouteDeps, "guard">,
    Omit<SignInRouteDeps, "failures" | "changeSession"> {
  readonly secretKey: Buffer;
  readonly trustedProxies: readonly string[];
  readonly devices: RepDevices;
  readonly roadsOf: (connection: string) => RepRoads;
}

const PAGE_DIR = fileURLToPath(new URL("./page", import.meta.url));
const BODY_BYTES = 16_384;
const FAILURES = { limit: "rep-page", failures: 100, windowMs: 15 * 60_000 };
/** A pairing code is short enough to be guessed by somebody who may try often. */
const PAIRING_FAILURES = { limit: "rep-pairing", failures: 10, windowMs: 15 * 60_000 };
const TESTS = { limit: 10, windowMs: 60_000 };

/**
 * Builds the reps' page under `/rep`: shell, files, calls under `/rep/api`, signing in with Salesforce.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function createPageRouter(deps: PageRouterDeps): Router {
  const clients = createClientAddress(deps.trustedProxies);
  const failures = createFailureLimit({ ...deps, ...FAILURES, clients });
  const router = express.Router({ caseSensitive: true });
  const { devices } = deps;
  const guard = createRepGuard({ ...deps, noteSeen: (device) => devices.noteSeen(device) });
  const admission: AdmitRepDeps = { ...deps, guard, revokeDevice: devices.revoke };
  router.use("/rep/api", apiRouter(deps, admission, { failures, clients }));
  mountRoutes(
    router,
    signInRoutes({
      ...{ ...deps, failures },
      changeSession: (request, rep) => changeSession(admission, request, rep),
    }),
  );
  mountShell(router, PAGE_DIR);
  return router;
}

interface Limits {
  readonly failures: FailureLimit;
  readonly clients: ClientAddress;
}

function apiRouter(
  deps: PageRouterDeps,
  admission: AdmitRepDeps,
  { failures, clients }: Limits,
): Router {
  const { redis, devices, nowMs } = deps;
  const { guard } = admission;
  const pairingLimit = createExactFailureLimit({ ...PAIRING_FAILURES, redis, nowMs });
  const pairingFailures = byClient(pairingLimit, clients);
  const router = express.Router({ caseSensitive: true });
  router.use(noStore, refuseForeign(deps.publicUrl), express.json({ limit: BODY_BYTES }));
  router.post("/test-prompt", testLimit(clients));
  router.get("/live", liveRoute({ ...deps, guard }));
  mountRoutes(router, [
    ...sessionRoutes({
      ...deps,
      ...admission,
      listDevices: devices.list,
      signInChoices: signInChoices(deps.connections),
    }),
    ...inviteRoutes({ ...admission, failures }),
    ...pairingRoutes({ ...deps, ...admission, pairingFailures }),
    ...dayRoutes({ ...deps, guard }),
    ...deviceRoutes({ ...deps, guard, ownDevices: devices }),
    testPromptRoute(guard, devices),
  ]);
  router.use(() => {
    throw new NotFoundError("The page has no such call");
  });
  return router;
}

function testPromptRoute(guard: RepGuard, devices: Pick<RepDevices, "test">): Route {
  return {
    method: "post",
    path: "/test-prompt",
    handle: async (request) => {
      const tested = await devices.test(await guard.rep(request));
      if (tested === undefined) {
        throw new RepUnknownError();
      }
      return { status: 200, body: { devices: tested.map(presentTested) } };
    },
  };
}

function testLimit(clients: ClientAddress): RequestHandler {
  return rateLimit({
    ...TESTS,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (request) => clientKey(clients, request),
    handler: (_request, _response, next) => next(new TooManyRequestsError(TESTS.windowMs)),
  });
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set("cache-control", "no-store");
  next();
};
