import type { IncomingMessage } from "node:http";
import { MethodNotAllowedError } from "../http/request-error.ts";
import { jsonReply } from "../http/send-reply.ts";
import type { Door, Doors } from "./doors.ts";
import { type ClaimedSignature, claimedSignature, isSignedWith } from "./event-proof.ts";
import { SenderNotTrustedError } from "./intake-errors.ts";
import { type Admitted, type IntakeRoute, pathParts, type Received } from "./intake-route.ts";
import { parseSiroEvent } from "./parse-siro-event.ts";
import { type SiroInbox, storeSiroEvent } from "./siro-inbox.ts";

const PREFIX = "/webhooks/siro/";

/** What receiving Siro's webhooks needs from the world. */
export interface SiroWebhookDeps {
  readonly doors: Doors;
  readonly siroInbox: SiroInbox;
  readonly storeTimeoutMs: number;
  readonly nowMs: () => number;
}

/**
 * The way in for Siro's own webhooks: `POST /webhooks/siro/:connection`, signed by Svix.
 *
 * Answers 204 once the event is durable, and for types the bridge has no use for: Svix would send them for
 * days, and close the endpoint in the end. Headers may begin with `svix-` or `webhook-`.
 *
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export function siroWebhookRoute(deps: SiroWebhookDeps): IntakeRoute {
  return {
    prefix: PREFIX,
    source: "siro",
    admit: (request) => admit(deps, request),
    refuse: ({ status, headers, body }) => jsonReply(status, body, headers),
  };
}

function admit(deps: SiroWebhookDeps, request: IncomingMessage): Admitted {
  const [name = "", ...rest] = pathParts(request.url ?? "", PREFIX);
  if (request.method !== "POST") {
    throw new MethodNotAllowedError("POST");
  }
  const door = deps.doors(rest.length === 0 ? name : "");
  const nowMs = deps.nowMs();
  const claimed =
    claimedSignature(request.headers, nowMs, "svix") ?? claimedSignature(request.headers, nowMs);
  if (claimed === undefined) {
    throw new SenderNotTrustedError(401);
  }
  return {
    connection: door.connection?.name ?? null,
    isProven: false,
    receive: (body, receivedAtMs) => receive(deps, door, { body, claimed, receivedAtMs }),
  };
}

interface ArrivedBody {
  readonly body: Buffer;
  readonly claimed: ClaimedSignature;
  readonly receivedAtMs: number;
}

async function receive(
  { siroInbox, storeTimeoutMs }: SiroWebhookDeps,
  door: Door,
  { body, claimed, receivedAtMs }: ArrivedBody,
): Promise<Received> {
  const isTrusted = isSignedWith([door.siroKey], claimed, body);
  if (!isTrusted || door.connection === null) {
    throw new SenderNotTrustedError(401);
  }
  const connection = door.connection.name;
  const event = parseSiroEvent(body, { connection, messageId: claimed.id, receivedAtMs });
  const stored =
    event === undefined ? "dropped" : await storeSiroEvent(siroInbox, event, storeTimeoutMs);
  return {
    reply: { status: 204, headers: {}, body: "" },
    told: {
      connection,
      outcome: stored === "dropped" ? "dropped" : "stored",
      actionId: "",
      notifications: 1,
      ids: 1,
      accepted: stored === "accepted" ? 1 : 0,
      duplicates: stored === "duplicate" ? 1 : 0,
      unusable: 0,
    },
  };
}
