import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";
import { type AddressGuard, AddressRefusedError } from "../../outbound/address-guard.ts";
import type { PostAnswer, Poster } from "../../outbound/post-json.ts";
import type { AddressVerdict, Channel, SendContext } from "./channel.ts";
import { ADDRESS_UNREADABLE, laterOutcome, unansweredOutcome } from "./channel-outcomes.ts";
import { hostOf } from "./host-of.ts";
import { judgeAddress } from "./judge-address.ts";
import { webhookBody } from "./webhook-body.ts";

const addressSchema = z.object({
  url: z.url({ protocol: /^https?$/, error: "must be an https URL" }).max(2000),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, "must be whsec_ and at least 16 bytes in base64"),
});
type WebhookAddress = z.infer<typeof addressSchema>;

/** What the channel needs: something that posts, and the guard that says where to. */
export interface WebhookChannelDeps {
  readonly poster: Poster;
  readonly guard: AddressGuard;
}

/**
 * The `webhook` channel: a POST to the device's own URL, signed with the device's own secret.
 *
 * @see https://www.standardwebhooks.com for headers and signature
 */
export function webhookChannel({ poster, guard }: WebhookChannelDeps): Channel {
  return {
    kind: "webhook",
    checkAddress: (address) => checkAddress(address, guard),
    hostOf: (address) => hostOf(addressSchema.safeParse(address).data?.url),
    send: async (message, address, context) => {
      const parsed = addressSchema.safeParse(address);
      return parsed.success
        ? sendTo(parsed.data, { poster, message, context })
        : ADDRESS_UNREADABLE;
    },
  };
}

function checkAddress(address: unknown, guard: AddressGuard): AddressVerdict {
  const parsed = addressSchema.safeParse(address);
  if (!parsed.success) {
    return judgeAddress(addressSchema, address);
  }
  try {
    guard.checkUrl(new URL(parsed.data.url));
    return { kind: "usable" };
  } catch (error) {
    if (error instanceof AddressRefusedError) {
      return { kind: "unusable", message: `address.url: ${error.message}` };
    }
    throw error;
  }
}

interface Sending {
  readonly poster: Poster;
  readonly message: PromptMessage;
  readonly context: SendContext;
}

async function sendTo(
  { url, secret }: WebhookAddress,
  { poster, message, context }: Sending,
): Promise<AttemptOutcome> {
  const body = JSON.stringify(webhookBody(message, context.nowMs));
  const sentAt = new Date(context.nowMs);
  const startedMs = performance.now();
  const answer = await poster.post({
    url,
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "siro-bridge",
      "webhook-id": context.idempotencyKey,
      "webhook-timestamp": String(Math.floor(context.nowMs / 1000)),
      "webhook-signature": new Webhook(secret).sign(context.idempotencyKey, sentAt, body),
    },
  });
  return outcomeOf(answer, Math.round(performance.now() - startedMs));
}

function outcomeOf(answer: PostAnswer, tookMs: number): AttemptOutcome {
  if (answer.kind !== "answered") {
    return unansweredOutcome(answer);
  }
  const text = `HTTP ${answer.status}`;
  if (answer.status >= 200 && answer.status < 300) {
    return { kind: "accepted", tookMs, answer: text };
  }
  if (answer.status === 404 || answer.status === 410) {
    return { kind: "device-gone", answer: text };
  }
  return laterOutcome(answer);
}
