import type { IncomingMessage } from "node:http";
import type { CrmEvent, CrmEventInput } from "../domain/crm-event.ts";
import { bearerToken } from "../http/bearer-token.ts";
import { BodyEncodingError } from "../http/body-errors.ts";
import { MethodNotAllowedError } from "../http/request-error.ts";
import { jsonReply } from "../http/send-reply.ts";
import { charsetOf, isReadableCharset } from "./decode-xml.ts";
import { type Door, type Doors, opensWith } from "./doors.ts";
import { type EventInbox, storeEvents } from "./event-inbox.ts";
import { type ClaimedSignature, claimedSignature, isSignedWith } from "./event-proof.ts";
import { SenderNotTrustedError } from "./intake-errors.ts";
import { type Admitted, type IntakeRoute, pathParts, type Received } from "./intake-route.ts";
import { parseJsonEvents } from "./parse-json-events.ts";

const PREFIX = "/webhooks/events/";

/** What receiving JSON events needs from the world. */
export interface JsonEventsDeps {
  readonly doors: Doors;
  readonly inbox: EventInbox;
  readonly storeTimeoutMs: number;
  readonly nowMs: () => number;
}

/**
 * The way in for JSON events: `POST /webhooks/events/:connection`, signed or with a bearer secret.
 *
 * A bearer secret is checked before the body is read; a signature needs the body, so only its headers are.
 */
export function jsonEventsRoute(deps: JsonEventsDeps): IntakeRoute {
  return {
    prefix: PREFIX,
    source: "json",
    admit: (request) => admit(deps, request),
    refuse: ({ status, headers, body }) => jsonReply(status, body, headers),
  };
}

function admit(deps: JsonEventsDeps, request: IncomingMessage): Admitted {
  const [name = "", ...rest] = pathParts(request.url ?? "", PREFIX);
  if (request.method !== "POST") {
    throw new MethodNotAllowedError("POST");
  }
  const door = deps.doors(rest.length === 0 ? name : "");
  const token = bearerToken(request);
  const isProven = token !== undefined && opensWith(door, token) && door.connection !== null;
  const claimed = isProven ? undefined : claimedSignature(request.headers, deps.nowMs());
  if (!isProven && claimed === undefined) {
    throw new SenderNotTrustedError(401);
  }
  const charset = charsetOf(request.headers["content-type"]);
  if (charset !== undefined && !isReadableCharset(charset)) {
    throw new BodyEncodingError("JSON is read as UTF-8 only");
  }
  return {
    connection: door.connection?.name ?? null,
    isProven,
    receive: (body, receivedAtMs) => receive(deps, door, { body, claimed, receivedAtMs }),
  };
}

interface ArrivedBody {
  readonly body: Buffer;
  /** Undefined when the sender is proven already. */
  readonly claimed: ClaimedSignature | undefined;
  readonly receivedAtMs: number;
}

async function receive(
  { inbox, storeTimeoutMs }: JsonEventsDeps,
  door: Door,
  { body, claimed, receivedAtMs }: ArrivedBody,
): Promise<Received> {
  const isTrusted = claimed === undefined || isSignedWith(door.signingKeys, claimed, body);
  if (!isTrusted || door.connection === null) {
    throw new SenderNotTrustedError(401);
  }
  const connection = door.connection.name;
  const inputs = parseJsonEvents(body, receivedAtMs + MOST_AHEAD_MS);
  // Within one batch a later event arrived later: that decides between two of the same instant.
  const events = inputs.map((input, at) =>
    jsonEvent({ connection, receivedAtMs: receivedAtMs + at }, input),
  );
  const { accepted, duplicates } = await storeEvents(inbox, events, storeTimeoutMs);
  return {
    reply: jsonReply(202, { accepted, duplicates }),
    told: {
      connection,
      outcome: "stored",
      actionId: "",
      notifications: events.length,
      ids: new Set(events.map(({ eventId }) => eventId)).size,
      accepted,
      duplicates,
      unusable: 0,
    },
  };
}

/** A stamp further ahead is a mistake, and would outdate every true event after it. */
const MOST_AHEAD_MS = 86_400_000;

function jsonEvent(
  arrival: { readonly connection: string; readonly receivedAtMs: number },
  { occurredAt, ...input }: CrmEventInput,
): CrmEvent {
  return { kind: "record-changed", source: "json", ...arrival, ...input, occurredAtMs: occurredAt };
}
