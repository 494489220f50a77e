import type { IncomingMessage } from "node:http";
import { bearerToken } from "./bearer-token.ts";
import { addressTest, createClientAddress } from "./client-address.ts";
import { createFailureLimit } from "./failure-limit.ts";
import { isSameSecret } from "./is-same-secret.ts";
import { type MetricsSources, mergedMetrics } from "./merged-metrics.ts";
import { createReadiness, type ReadinessDeps } from "./readiness.ts";
import { RequestError } from "./request-error.ts";
import type { Reply, Route } from "./route.ts";

/** What the health endpoints need from the world. */
export interface HealthRoutesDeps extends ReadinessDeps, MetricsSources {
  readonly metricsToken: string | undefined;
  readonly trustedProxies: readonly string[];
}

/** The figures are for this machine, or for whoever holds the token. */
class MetricsClosedError extends RequestError {
  override readonly name = "MetricsClosedError";
  override readonly code = "METRICS_CLOSED";
  override readonly retry = "never";
  override readonly status = 401;
  override readonly headers = { "www-authenticate": "Bearer" };

  constructor() {
    super("The metrics are for this machine only, or for a bearer of METRICS_TOKEN");
  }
}

const NO_STORE = { "cache-control": "no-store" };
const FAILURES = { limit: "metrics", failures: 100, windowMs: 15 * 60_000 };

/**
 * Builds `/healthz`, `/readyz` and `/metrics`.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function healthRoutes(deps: HealthRoutesDeps): readonly Route[] {
  const findReasons = createReadiness(deps);
  const admit = metricsDoor(deps);
  return [
    {
      method: "get",
      path: "/healthz",
      handle: async () => ({ status: 200, headers: NO_STORE, body: { alive: true } }),
    },
    { method: "get", path: "/readyz", handle: async () => readyReply(await findReasons()) },
    {
      method: "get",
      path: "/metrics",
      handle: async (request) => {
        await admit(request);
        const headers = { ...NO_STORE, "content-type": deps.registry.contentType };
        return { status: 200, headers, body: await mergedMetrics(deps) };
      },
    },
  ];
}

function readyReply(reasons: readonly string[]): Reply {
  return reasons.length === 0
    ? { status: 200, headers: NO_STORE, body: { ready: true } }
    : { status: 503, headers: NO_STORE, body: { ready: false, reasons } };
}

/** Lets in who is on this machine, by the connection's own address unless a trusted proxy speaks for another. */
function metricsDoor(deps: HealthRoutesDeps): (request: IncomingMessage) => Promise<void> {
  const { redis, metricsToken, trustedProxies, nowMs } = deps;
  const clients = createClientAddress(trustedProxies);
  const isLoopback = addressTest(["127.0.0.0/8", "::1"]);
  const failures = createFailureLimit({ ...FAILURES, redis, clients, nowMs });
  return async (request) => {
    const client = clients.of(request);
    // A proxy on this machine that is not trusted speaks for somebody we cannot know.
    const isForwarded = request.headers["x-forwarded-for"] ?? request.headers.forwarded;
    if (isLoopback(client) && (isForwarded === undefined || clients.isFromTrustedProxy(request))) {
      return;
    }
    const given = bearerToken(request);
    if (given === undefined || metricsToken === undefined) {
      throw new MetricsClosedError();
    }
    const isRight = await failures.guard(request, async () =>
      isSameSecret(given, metricsToken) ? true : undefined,
    );
    if (isRight === undefined) {
      throw new MetricsClosedError();
    }
  };
}
