import type { IncomingMessage, ServerResponse } from "node:http";
import { BridgeError } from "../errors.ts";
import { errorReply } from "../http/error-reply.ts";
import { type BodyLimits, declaredLength, readRawBody } from "../http/read-raw-body.ts";
import { sendReply } from "../http/send-reply.ts";
import type { StrangerLimit } from "../http/stranger-limit.ts";
import type { Admission } from "./admission.ts";
import { NotificationUnreadableError, SenderNotTrustedError } from "./intake-errors.ts";
import type { IntakeEvents } from "./intake-events.ts";
import { type Admitted, type IntakeRoute, pathParts, type Received } from "./intake-route.ts";

/** What serving one request needs from the world. */
export interface VisitDeps {
  readonly events: Pick<
    IntakeEvents,
    "notificationReceived" | "notificationAcked" | "notificationRefused" | "intakeBroke"
  >;
  readonly nowMs: () => number;
  readonly strangers: StrangerLimit;
  readonly body: BodyLimits;
  readonly proven: Admission;
  /** Of its own, so that strangers with slow bodies cannot keep known senders out. */
  readonly unproven: Admission;
}

/** One request and where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Serves one request of the intake: admit, read the body, receive, reply, tell.
 *
 * Never rejects: whatever is thrown on the way becomes a refusal in the words of the route.
 */
export async function serveVisit(
  deps: VisitDeps,
  route: IntakeRoute,
  { request, response }: Exchange,
): Promise<void> {
  const startedMs = performance.now();
  const tookMs = () => Math.round(performance.now() - startedMs);
  const { source } = route;
  let connection: string | null = null;
  deps.events.notificationReceived(source);
  try {
    const admitted = route.admit(request);
    connection = admitted.connection;
    const { reply, told } = await receive(deps, admitted, {
      request,
      // As it was asked for: a share that only real names have would tell a stranger which names there are.
      name: pathParts(request.url ?? "", route.prefix)[0] ?? "",
    });
    sendReply(response, reply);
    deps.events.notificationAcked({ source, ...told, tookMs: tookMs() });
  } catch (thrown) {
    const error = orTooMany(deps, request, thrown);
    const refusal = errorReply(error);
    sendReply(response, route.refuse(refusal));
    if (!(error instanceof BridgeError)) {
      deps.events.intakeBroke(error);
    }
    const { status, body } = refusal;
    const { code: reason } = body.error;
    const detail = detailOf(error);
    deps.events.notificationRefused({
      source,
      connection,
      reason,
      status,
      detail,
      tookMs: tookMs(),
    });
  }
}

/** Only who is wrong is counted: who is right comes in, whatever others behind the same address did. */
function orTooMany({ strangers }: VisitDeps, request: IncomingMessage, error: unknown): unknown {
  return error instanceof SenderNotTrustedError ? (strangers.count(request) ?? error) : error;
}

async function receive(
  deps: VisitDeps,
  admitted: Admitted,
  { request, name }: { readonly request: IncomingMessage; readonly name: string },
): Promise<Received> {
  const admission = admitted.isProven ? deps.proven : deps.unproven;
  const { maxBytes } = deps.body;
  const bytes = Math.min(declaredLength(request) ?? maxBytes, maxBytes);
  const leave = admission.enter(name, bytes);
  try {
    const body = await readRawBody(request, deps.body);
    return await admitted.receive(body, deps.nowMs());
  } finally {
    leave();
  }
}

function detailOf(error: unknown): string | null {
  if (error instanceof NotificationUnreadableError) {
    return error.reason;
  }
  return error instanceof BridgeError && error.cause instanceof Error ? error.cause.name : null;
}
