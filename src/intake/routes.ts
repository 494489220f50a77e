import type { IncomingMessage, ServerResponse } from "node:http";
import { SpanKind } from "@opentelemetry/api";
import type { Connection } from "../domain/connection.ts";
import { createClientAddress } from "../http/client-address.ts";
import { createStrangerLimit } from "../http/stranger-limit.ts";
import { traced } from "../traced.ts";
import { createAdmission } from "./admission.ts";
import { createDoors } from "./doors.ts";
import type { EventInbox } from "./event-inbox.ts";
import type { IntakeEvents } from "./intake-events.ts";
import type { IntakeRoute } from "./intake-route.ts";
import { jsonEventsRoute } from "./json-events-route.ts";
import { outboundMessageRoute } from "./outbound-message-route.ts";
import type { Quarantine } from "./quarantine.ts";
import { type Exchange, serveVisit, type VisitDeps } from "./serve-visit.ts";
import type { SiroInbox } from "./siro-inbox.ts";
import { siroWebhookRoute } from "./siro-webhook-route.ts";
import { XML_LIMITS, type XmlLimits } from "./xml-limits.ts";

/** What the intake needs from the world. */
export interface IntakeDeps {
  /** Read once; a changed map needs a new listener. */
  readonly connections: ReadonlyMap<string, Connection>;
  readonly inbox: EventInbox;
  readonly siroInbox: SiroInbox;
  readonly quarantine: Quarantine;
  readonly events: IntakeEvents;
  readonly bodyLimitBytes: number;
  /** Addresses and CIDR ranges of the proxies whose headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly nowMs: () => number;
  readonly limits?: Partial<IntakeLimits>;
}

/** How much the intake takes on, and how long it waits. */
interface IntakeLimits {
  readonly bodyTimeoutMs: number;
  readonly storeTimeoutMs: number;
  /** Requests of proven senders at the same time; as many again whose proof depends on their body. */
  readonly maxInFlight: number;
  /** Bytes of bodies at the same time, for each of the two groups; a body of unknown length counts as the longest. */
  readonly maxBytesInFlight: number;
  readonly xml: XmlLimits;
}

/** Takes a request when it is for the intake and says whether it did; it never throws. */
export type IntakeListener = (request: IncomingMessage, response: ServerResponse) => boolean;

const LONGEST_BODIES_IN_FLIGHT = 64;
/** More than an org sends with a secret of yesterday until somebody looks; what is right is taken all the same. */
const STRANGERS = { failures: 1_000, windowMs: 15 * 60_000 };

/**
 * Builds the listener for `/webhooks/salesforce/…`, `/webhooks/events/…` and `/webhooks/siro/…`.
 *
 * It stands before any framework: it needs the raw bytes, and it is the busiest path. Refusals that depend on
 * the sender alone are answered before the body is read.
 *
 * @throws {AddressRangeError} when a trusted proxy or an allowed source is neither an address nor a range.
 */
export function createIntakeListener(deps: IntakeDeps): IntakeListener {
  const limits = limitsOf(deps);
  const doors = createDoors(deps.connections);
  const clients = createClientAddress(deps.trustedProxies);
  const { storeTimeoutMs, xml: xmlLimits } = limits;
  const routes: readonly IntakeRoute[] = [
    outboundMessageRoute({ ...deps, doors, clients, storeTimeoutMs, xmlLimits }),
    jsonEventsRoute({ ...deps, doors, storeTimeoutMs }),
    siroWebhookRoute({ ...deps, doors, storeTimeoutMs }),
  ];
  const admissionLimits = { maxRequests: limits.maxInFlight, maxBytes: limits.maxBytesInFlight };
  const visit: VisitDeps = {
    events: deps.events,
    nowMs: deps.nowMs,
    strangers: createStrangerLimit({ ...STRANGERS, clients, nowMs: deps.nowMs }),
    body: { maxBytes: deps.bodyLimitBytes, timeoutMs: limits.bodyTimeoutMs },
    proven: createAdmission(admissionLimits),
    unproven: createAdmission(admissionLimits),
  };
  return (request, response) => {
    const url = request.url ?? "";
    const route = routes.find(({ prefix }) => url.startsWith(prefix));
    if (route === undefined) {
      return false;
    }
    void traceVisit(visit, route, { request, response });
    return true;
  };
}

/** Only the route is named: paths hold secrets. */
function traceVisit(visit: VisitDeps, route: IntakeRoute, exchange: Exchange): Promise<void> {
  const pattern = `${route.prefix}:connection`;
  const attributes = { "http.request.method": "POST", "http.route": pattern };
  return traced({ name: `POST ${pattern}`, kind: SpanKind.SERVER, attributes }, async (span) => {
    await serveVisit(visit, route, exchange);
    span.setAttribute("http.response.status_code", exchange.response.statusCode);
  });
}

function limitsOf({ bodyLimitBytes, limits }: IntakeDeps): IntakeLimits {
  return {
    bodyTimeoutMs: 10_000,
    storeTimeoutMs: 1600,
    maxInFlight: 200,
    maxBytesInFlight: bodyLimitBytes * LONGEST_BODIES_IN_FLIGHT,
    xml: XML_LIMITS,
    ...limits,
  };
}
