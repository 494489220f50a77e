import { z } from "zod";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { ChannelSettings } from "../../domain/channel-settings.ts";
import type { Connection } from "../../domain/connection.ts";
import { type AddressGuard, AddressRefusedError } from "../../outbound/address-guard.ts";
import type { PostAnswer, Poster } from "../../outbound/post-json.ts";
import type { AddressVerdict, Channel } from "./channel.ts";
import {
  ADDRESS_UNREADABLE,
  accessRefused,
  errorNumberOf,
  laterOutcome,
  messageRefused,
  notConfigured,
  unansweredOutcome,
} from "./channel-outcomes.ts";
import { collapseKey } from "./collapse-key.ts";
import { hostOf } from "./host-of.ts";
import { judgeAddress } from "./judge-address.ts";
import { ntfyBody, smallNtfyBody } from "./ntfy-message.ts";

/** Paths of the server itself. */
const RESERVED = new Set(
  "account app docs file login metrics settings signup static v1".split(" "),
);

/** The topic alone: with which token the rep's phone reads it is the rep's own business. */
const addressSchema = z.strictObject({
  topic: z
    .string()
    .regex(/^[-_A-Za-z0-9]{1,64}$/, "must be 1 to 64 letters, digits, - or _")
    .refine((topic) => !RESERVED.has(topic), "is a page of the server"),
});

/** ntfy's numbers for a topic that it does not take: malformed, or taken out of use by the server's operator. */
const TOPIC_REFUSED = [40009, 40010];

/** What the channel needs: something that posts, the guard that says where to, and the servers. */
export interface NtfyChannelDeps {
  readonly poster: Poster;
  readonly guard: AddressGuard;
  readonly connections: ReadonlyMap<string, Pick<Connection, "channels">>;
}

type NtfySettings = NonNullable<ChannelSettings["ntfy"]>;

/**
 * The `ntfy` channel: a message to the device's topic on the connection's server; one tap opens Siro.
 *
 * A 404 never means the topic, which comes into being with its first message; so it is tried again.
 *
 * @see https://docs.ntfy.sh/publish/
 */
export function ntfyChannel(deps: NtfyChannelDeps): Channel {
  return {
    kind: "ntfy",
    checkAddress: (address, connection) => checkAddress(deps, address, connection),
    hostOf: (_, connection) => hostOf(deps.connections.get(connection)?.channels.ntfy?.serverUrl),
    send: (message, address) =>
      withServer(deps, { address, connection: message.connection }, async (settings, topic) => {
        const startedMs = performance.now();
        const full = await publish(deps.poster, settings, ntfyBody(message, topic));
        const isTooLarge = full.kind === "answered" && full.status === 413;
        const answer = isTooLarge
          ? await publish(deps.poster, settings, smallNtfyBody(message, topic))
          : full;
        return outcomeOf(answer, Math.round(performance.now() - startedMs));
      }),
    clear: (message, address) =>
      withServer(deps, { address, connection: message.connection }, (settings, topic) =>
        remove(deps.poster, settings, `${topic}/${collapseKey(message)}`),
      ),
  };
}

function checkAddress(
  { guard, connections }: NtfyChannelDeps,
  address: unknown,
  connection: string,
): AddressVerdict {
  const settings = connections.get(connection)?.channels.ntfy;
  if (settings === undefined) {
    const message = `address: ntfy is not set up; add channels.ntfy to the connection ${connection}`;
    return { kind: "unusable", message };
  }
  try {
    guard.checkUrl(new URL(settings.serverUrl));
  } catch (error) {
    if (error instanceof AddressRefusedError) {
      return { kind: "unusable", message: `address: the ntfy server: ${error.message}` };
    }
    throw error;
  }
  return judgeAddress(addressSchema, address);
}

async function withServer(
  { connections }: NtfyChannelDeps,
  { address, connection }: { readonly address: unknown; readonly connection: string },
  use: (settings: NtfySettings, topic: string) => Promise<AttemptOutcome>,
): Promise<AttemptOutcome> {
  const settings = connections.get(connection)?.channels.ntfy;
  const parsed = addressSchema.safeParse(address);
  if (settings === undefined) {
    return notConfigured("the connection has no channels.ntfy any more");
  }
  return parsed.success ? use(settings, parsed.data.topic) : ADDRESS_UNREADABLE;
}

function publish(poster: Poster, settings: NtfySettings, body: string): Promise<PostAnswer> {
  return poster.post({
    url: new URL("/", settings.serverUrl).href,
    headers: { ...headersOf(settings), "content-type": "application/json" },
    body,
    wantsBody: true,
  });
}

/** Deleting takes the message out of the app's list, too: a link that is over must not be tapped there. */
async function remove(
  poster: Poster,
  settings: NtfySettings,
  path: string,
): Promise<AttemptOutcome> {
  const startedMs = performance.now();
  const url = new URL(`/${path}`, settings.serverUrl).href;
  const headers = headersOf(settings);
  const answer = await poster.post({ method: "DELETE", url, headers, body: "", wantsBody: true });
  if (answer.kind === "answered" && (answer.status === 404 || answer.status === 405)) {
    const text = `HTTP ${answer.status}: the server is older than ntfy 2.16`;
    return { kind: "refused", reason: "NTFY_TOO_OLD", answer: text };
  }
  return outcomeOf(answer, Math.round(performance.now() - startedMs));
}

function headersOf({ token }: NtfySettings): Record<string, string> {
  return {
    "user-agent": "siro-bridge",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

function outcomeOf(answer: PostAnswer, tookMs: number): AttemptOutcome {
  if (answer.kind !== "answered") {
    return unansweredOutcome(answer);
  }
  const { status } = answer;
  const number = errorNumberOf(answer);
  const text = `HTTP ${status}${number === undefined ? "" : `, ntfy error ${number}`}`;
  if (status >= 200 && status < 300) {
    return { kind: "accepted", tookMs, answer: `HTTP ${status}` };
  }
  if (status === 401 || status === 403) {
    return accessRefused(text);
  }
  if (status === 400 && number !== undefined && TOPIC_REFUSED.includes(number)) {
    return { kind: "device-gone", answer: text };
  }
  return status === 400 || status === 413 ? messageRefused(text) : laterOutcome(answer);
}
