import type { IncomingMessage } from "node:http";
import { isSameSalesforceId } from "../domain/crm-record-id.ts";
import type { ClientAddress } from "../http/client-address.ts";
import { MethodNotAllowedError } from "../http/request-error.ts";
import { checkPeer } from "./check-peer.ts";
import { charsetOf, isReadableCharset } from "./decode-xml.ts";
import { type Door, type Doors, opensWith } from "./doors.ts";
import { type EventInbox, storeEvents } from "./event-inbox.ts";
import {
  NotificationUnreadableError,
  OrganizationUnknownError,
  SenderNotTrustedError,
} from "./intake-errors.ts";
import type { IntakeEvents } from "./intake-events.ts";
import { type Admitted, type IntakeRoute, pathParts, type Received } from "./intake-route.ts";
import { notificationEvent } from "./notification-events.ts";
import type { OutboundMessage } from "./outbound-message.ts";
import { parseOutboundMessage } from "./parse-outbound-message.ts";
import { type Quarantine, quarantinedPart } from "./quarantine.ts";
import { SOAP_ACK, soapFault } from "./soap-reply.ts";
import { within } from "./within.ts";
import type { XmlLimits } from "./xml-limits.ts";

const PREFIX = "/webhooks/salesforce/";

/** What receiving outbound messages needs from the world. */
export interface OutboundMessageDeps {
  readonly doors: Doors;
  readonly clients: ClientAddress;
  readonly inbox: EventInbox;
  readonly quarantine: Quarantine;
  readonly events: Pick<
    IntakeEvents,
    "organizationUnknown" | "messageUnreadable" | "quarantineFailed"
  >;
  readonly storeTimeoutMs: number;
  readonly xmlLimits: XmlLimits;
}

type KnownDoor = Door & { readonly connection: NonNullable<Door["connection"]> };

/**
 * The way in for Salesforce outbound messages: `POST /webhooks/salesforce/:connection/:secret`.
 *
 * The acknowledgment leaves only when every notification is durable; one answer covers the whole message, so
 * what can never be used is stored for an operator and counts as done.
 */
export function outboundMessageRoute(deps: OutboundMessageDeps): IntakeRoute {
  return {
    prefix: PREFIX,
    source: "outbound-message",
    admit: (request) => admit(deps, request),
    refuse: ({ status, headers }) => soapFault(status, headers),
  };
}

function admit(deps: OutboundMessageDeps, request: IncomingMessage): Admitted {
  const [name = "", secret = "", ...rest] = pathParts(request.url ?? "", PREFIX);
  if (request.method !== "POST") {
    throw new MethodNotAllowedError("POST");
  }
  const door = deps.doors(name);
  const isOpened = opensWith(door, secret) && rest.length === 0;
  if (!(isOpened && isKnown(door))) {
    throw new SenderNotTrustedError(404);
  }
  checkPeer(door, request, deps.clients);
  const charset = charsetOf(request.headers["content-type"]) ?? "utf-8";
  return {
    connection: door.connection.name,
    isProven: true,
    receive: (body, receivedAtMs) => receive(deps, door, { body, charset, receivedAtMs }),
  };
}

interface ArrivedBody {
  readonly body: Buffer;
  readonly charset: string;
  readonly receivedAtMs: number;
}

async function receive(
  deps: OutboundMessageDeps,
  door: KnownDoor,
  arrived: ArrivedBody,
): Promise<Received> {
  const message = await readMessage(deps, door, arrived);
  const isDropped = checkOrganization(deps, door, message);
  const arrival = {
    connection: door.connection.name,
    organizationId: door.organizationId,
    receivedAtMs: arrived.receivedAtMs,
  };
  const { actionId, notifications } = message;
  const events = isDropped
    ? []
    : notifications.map((notification) => notificationEvent(arrival, notification));
  const stored = await storeEvents(deps.inbox, events, deps.storeTimeoutMs);
  return {
    reply: SOAP_ACK,
    told: {
      connection: arrival.connection,
      ...stored,
      outcome: isDropped ? "dropped" : "stored",
      actionId,
      notifications: notifications.length,
      ids: new Set(notifications.map(({ id }) => id)).size,
      unusable: events.filter(({ kind }) => kind === "unusable").length,
    },
  };
}

/** Says whether the message is to be acknowledged without being stored. */
function checkOrganization(
  deps: OutboundMessageDeps,
  { connection }: KnownDoor,
  { organizationId }: OutboundMessage,
): boolean {
  const isThisOne = (id: string) => isSameSalesforceId(id, organizationId);
  if (isThisOne(connection.organizationId)) {
    return false;
  }
  deps.events.organizationUnknown(connection.name);
  if (connection.ignoreOrganizationIds.some(isThisOne)) {
    return true;
  }
  throw new OrganizationUnknownError(`Connection ${connection.name} serves another organization`);
}

async function readMessage(
  deps: OutboundMessageDeps,
  { connection }: KnownDoor,
  { body, charset }: ArrivedBody,
): Promise<OutboundMessage> {
  try {
    if (!isReadableCharset(charset)) {
      throw new NotificationUnreadableError("ENCODING");
    }
    return await parseOutboundMessage(body, deps.xmlLimits);
  } catch (error) {
    if (error instanceof NotificationUnreadableError) {
      await keepForOperator(deps, connection.name, { reason: error.reason, body });
    }
    throw error;
  }
}

/** Neither a failing nor a hanging quarantine changes the reply. */
async function keepForOperator(
  { quarantine, events, storeTimeoutMs }: OutboundMessageDeps,
  connection: string,
  { reason, body }: { readonly reason: string; readonly body: Buffer },
): Promise<void> {
  events.messageUnreadable({ connection, reason });
  try {
    const bytes = quarantinedPart(body);
    await within(storeTimeoutMs, quarantine.keep({ connection, reason, bytes }));
  } catch (error) {
    const cause = error instanceof Error ? error.name : "unknown";
    events.quarantineFailed({ connection, cause });
  }
}

function isKnown(door: Door): door is KnownDoor {
  return door.connection !== null;
}
