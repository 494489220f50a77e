import { z } from "zod";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { ChannelSettings } from "../../domain/channel-settings.ts";
import type { Connection } from "../../domain/connection.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";
import type { Poster } from "../../outbound/post-json.ts";
import type { AddressVerdict, Channel, SendContext } from "./channel.ts";
import {
  ADDRESS_UNREADABLE,
  accessRefused,
  errorNumberOf,
  type HttpAnswer,
  laterOutcome,
  messageRefused,
  notConfigured,
  unansweredOutcome,
} from "./channel-outcomes.ts";
import { hostOf } from "./host-of.ts";
import { judgeAddress } from "./judge-address.ts";
import { smsText } from "./sms-text.ts";

const addressSchema = z.strictObject({
  phone: z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a number in E.164 form, like +12025550100"),
});

/** Twilio drops what it could not send within this time; 36,000 is the most (error 21624). */
const VALIDITY_SECONDS = { least: 5, most: 36_000 } as const;

/** No phone number, no mobile phone, a landline, or a person who answered STOP. */
const GONE = new Set([21211, 21610, 21614, 21635]);
/** Wrong credentials; an account that is not active or does not exist; a sender that is not ours. */
const ACCESS = new Set([10001, 20003, 20005, 20404, 21212, 21606, 21659, 21660]);

/** What the channel needs: something that posts, and the connections' accounts. */
export interface SmsChannelDeps {
  readonly poster: Poster;
  readonly connections: ReadonlyMap<string, Pick<Connection, "channels">>;
}

/**
 * The `sms` channel: a short message with our page, through Twilio.
 *
 * Twilio knows no key that tells a repeat; after a crash between its answer and our note a message may come twice.
 *
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 * @see https://www.twilio.com/docs/api/errors
 */
export function smsChannel(deps: SmsChannelDeps): Channel {
  return {
    kind: "sms",
    checkAddress: (address, connection) => checkAddress(deps, address, connection),
    hostOf: (_, connection) => hostOf(deps.connections.get(connection)?.channels.sms?.apiBaseUrl),
    send: async (message, address, context) => {
      const settings = deps.connections.get(message.connection)?.channels.sms;
      const parsed = addressSchema.safeParse(address);
      if (settings === undefined) {
        return notConfigured("the connection has no channels.sms any more");
      }
      return parsed.success
        ? sendText(deps.poster, settings, { to: parsed.data.phone, message, context })
        : ADDRESS_UNREADABLE;
    },
  };
}

function checkAddress(
  { connections }: SmsChannelDeps,
  address: unknown,
  connection: string,
): AddressVerdict {
  const message = `address: SMS is not set up; add channels.sms to the connection ${connection}`;
  return connections.get(connection)?.channels.sms === undefined
    ? { kind: "unusable", message }
    : judgeAddress(addressSchema, address);
}

interface Text {
  readonly to: string;
  readonly message: PromptMessage;
  readonly context: SendContext;
}

async function sendText(
  poster: Poster,
  { accountSid, authToken, from, apiBaseUrl }: NonNullable<ChannelSettings["sms"]>,
  { to, message, context }: Text,
): Promise<AttemptOutcome> {
  const form = new URLSearchParams({
    To: to,
    [from.startsWith("MG") ? "MessagingServiceSid" : "From"]: from,
    Body: smsText(message),
    ...(message.kind === "due"
      ? { ValidityPeriod: String(validitySeconds(message.prompt.expiresAtMs - context.nowMs)) }
      : {}),
  });
  const startedMs = performance.now();
  const answer = await poster.post({
    url: new URL(`/2010-04-01/Accounts/${accountSid}/Messages.json`, apiBaseUrl).href,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "siro-bridge",
      authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`,
    },
    body: form.toString(),
    wantsBody: true,
  });
  return answer.kind === "answered"
    ? outcomeOf(answer, Math.round(performance.now() - startedMs))
    : unansweredOutcome(answer);
}

function validitySeconds(usefulForMs: number): number {
  const { least, most } = VALIDITY_SECONDS;
  return Math.min(most, Math.max(least, Math.floor(usefulForMs / 1000)));
}

function outcomeOf(answer: HttpAnswer, tookMs: number): AttemptOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    return { kind: "accepted", tookMs, answer: `HTTP ${status}` };
  }
  if (status === 429 || status >= 500 || status < 400) {
    return laterOutcome(answer);
  }
  const number = errorNumberOf(answer);
  const text = `HTTP ${status}${number === undefined ? "" : `, Twilio error ${number}`}`;
  if (number !== undefined && GONE.has(number)) {
    return { kind: "device-gone", answer: text };
  }
  const isAccess = status === 401 || status === 403 || ACCESS.has(number ?? 0);
  return isAccess ? accessRefused(text) : messageRefused(text);
}
