import webPush from "web-push";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { DueMessage, PromptMessage } from "../../domain/prompt-message.ts";
import type { Poster } from "../../outbound/post-json.ts";
import type { Vapid } from "../../vapid.ts";
import type { Channel } from "./channel.ts";
import { collapseKey } from "./collapse-key.ts";
import { hostOf } from "./host-of.ts";
import { addressReasons, judgeAddress } from "./judge-address.ts";
import { judgePushAnswer, type PushAnswer } from "./judge-push-answer.ts";
import {
  isApple,
  type PushSubscription,
  pushEndpointOf,
  pushSubscriptionSchema,
} from "./push-subscription.ts";
import { createVapidSigner, type VapidSigner } from "./vapid-signer.ts";
import { clearPayload, pushPayload, pushTag, smallestPushPayload } from "./web-push-payload.ts";

/** A start that comes later than this is of little use: the talk is well under way. */
const START_USEFUL_MS = 15 * 60_000;
/** A prompt that is late, or a test, still gets this long to arrive. */
const LEAST_USEFUL_MS = 5 * 60_000;
const CLEAR_TTL_SECONDS = 60;

/** What the channel needs: something that posts, our keys, and hosts that pass for push services. */
export interface WebPushChannelDeps {
  readonly poster: Poster;
  readonly vapid: Vapid;
  readonly allow: readonly string[];
}

/**
 * The `web-push` channel: one encrypted message to the push service of the rep's browser. The address is the
 * browser's `PushSubscription` as JSON.
 *
 * @see RFC 8030 (protocol), RFC 8291 (encryption), RFC 8292 (who sends)
 */
export function webPushChannel({ poster, vapid, allow }: WebPushChannelDeps): Channel {
  const schema = pushSubscriptionSchema(allow);
  const kit = { poster, sign: createVapidSigner(vapid) };
  const withSubscription = async (
    address: unknown,
    use: (subscription: PushSubscription) => Promise<AttemptOutcome>,
  ): Promise<AttemptOutcome> => {
    const parsed = schema.safeParse(address);
    return parsed.success
      ? use(parsed.data)
      : { kind: "refused", reason: "ADDRESS_REFUSED", answer: addressReasons(parsed.error) };
  };
  return {
    kind: "web-push",
    checkAddress: (address) => judgeAddress(schema, address),
    hostOf: (address) => hostOf(pushEndpointOf(address)),
    send: (message, address, { nowMs }) =>
      withSubscription(address, (subscription) =>
        sendPrompt(kit, subscription, { message, nowMs }),
      ),
    canClear: (address) => {
      const endpoint = pushEndpointOf(address);
      return endpoint !== undefined && !isApple(endpoint);
    },
    clear: (visit, address, { nowMs }) =>
      withSubscription(address, (subscription) => {
        const tag = collapseKey(visit);
        const push = { ttlSeconds: CLEAR_TTL_SECONDS, urgency: "low", topic: tag, nowMs } as const;
        // Safari counts pushes that show nothing, and then withdraws the permission.
        return isApple(subscription.endpoint)
          ? Promise.resolve({ kind: "accepted", tookMs: 0, answer: "nothing to clear" })
          : post(kit, subscription, { ...push, payload: clearPayload(tag) }).then(judgePushAnswer);
      }),
  };
}

interface PushKit {
  readonly poster: Poster;
  readonly sign: VapidSigner;
}

/** One message as it goes out. */
interface Push {
  readonly payload: string;
  readonly ttlSeconds: number;
  readonly urgency: "high" | "low";
  readonly topic: string;
  readonly nowMs: number;
}

async function sendPrompt(
  kit: PushKit,
  subscription: PushSubscription,
  { message, nowMs }: { readonly message: PromptMessage; readonly nowMs: number },
): Promise<AttemptOutcome> {
  const push: Push = {
    payload: pushPayload(message),
    ttlSeconds: usefulSeconds(message, nowMs),
    urgency: "high",
    topic: pushTag(message),
    nowMs,
  };
  const first = await post(kit, subscription, push);
  const isTooLarge = first.answer.kind === "answered" && first.answer.status === 413;
  return judgePushAnswer(
    isTooLarge
      ? await post(kit, subscription, { ...push, payload: smallestPushPayload(message) })
      : first,
  );
}

async function post(
  { poster, sign }: PushKit,
  subscription: PushSubscription,
  { payload, ttlSeconds, urgency, topic, nowMs }: Push,
): Promise<PushAnswer> {
  const startedMs = performance.now();
  const { endpoint, headers, body } = webPush.generateRequestDetails(subscription, payload, {
    TTL: ttlSeconds,
    urgency,
    topic,
    // In place of the library's own, which it would sign anew for every message.
    headers: { Authorization: sign(new URL(subscription.endpoint).origin, nowMs) },
  });
  const answer = await poster.post({
    url: endpoint,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body,
  });
  return { answer, tookMs: Math.round(performance.now() - startedMs) };
}

/** How long the push service keeps the message for a device that is offline. */
function usefulSeconds(message: PromptMessage, nowMs: number): number {
  const untilMs = message.kind === "test" ? nowMs + LEAST_USEFUL_MS : usefulUntilMs(message, nowMs);
  return Math.max(0, Math.floor((untilMs - nowMs) / 1000));
}

function usefulUntilMs({ prompt, appointment }: DueMessage, nowMs: number): number {
  if (prompt.action === "stop") {
    return prompt.expiresAtMs;
  }
  const lateMs = Math.max(appointment.startAtMs + START_USEFUL_MS, nowMs + LEAST_USEFUL_MS);
  return Math.min(prompt.expiresAtMs, appointment.endAtMs, lateMs);
}
