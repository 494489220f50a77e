import { SpanKind } from "@opentelemetry/api";
import { ackToken } from "../src/ack-token.ts";
import { readRep } from "../src/books/rep-book.ts";
import type { Attempt } from "../src/deliveries/begin-attempt.ts";
import { issueLink } from "../src/deliveries/issue-link.ts";
import { openAddress } from "../src/devices/sealed-address.ts";
import type { AttemptOutcome } from "../src/domain/attempt-outcome.ts";
import type { DeliveryRef } from "../src/domain/delivery.ts";
import { buildLink } from "../src/recording-link.ts";
import { traced } from "../src/traced.ts";
import type { WorkerKit } from "./kit.ts";

/** Asks the provider of a device to bring an attempt to it, within a span of its own. */
export function sendAttempt(
  kit: WorkerKit,
  ref: DeliveryRef,
  one: Attempt,
): Promise<AttemptOutcome> {
  const { connection } = ref;
  const { channel } = one.device;
  const attributes = { "siro_bridge.connection": connection, "siro_bridge.channel": channel };
  const sketch = { name: `send ${channel}`, kind: SpanKind.CLIENT, attributes };
  return traced(sketch, async (span) => {
    const outcome = await send(kit, ref, one);
    span.setAttribute("siro_bridge.result", outcome.kind);
    return outcome;
  });
}

async function send(
  { config, redis, channels }: WorkerKit,
  ref: DeliveryRef,
  { prompt, appointment, delivery, device }: Attempt,
): Promise<AttemptOutcome> {
  const connection = config.connections.get(ref.connection);
  const channel = channels.get(device.channel);
  if (connection === undefined || channel === undefined) {
    return refused(
      "UNKNOWN_CONNECTION",
      "the connection or the channel is not configured any more",
    );
  }
  const { publicUrl } = config;
  const link = issueLink({ buildLink, publicUrl }, connection, { prompt, appointment });
  if (link.kind === "refused") {
    return refused("LINK_REFUSED", link.reasons);
  }
  const openUrl = new URL(`/go/${prompt.token}`, publicUrl).href;
  const rep = (await readRep(redis, ref)) ?? { userId: ref.userId };
  const ack = ackToken({ promptToken: prompt.token, deviceId: device.deviceId }, config.secretKey);
  return channel.send(
    {
      kind: "due",
      connection: ref.connection,
      prompt,
      appointment,
      rep,
      privacy: connection.notifications.privacy,
      link: link.url,
      openUrl,
      ackUrl: new URL(`/ack/${ack}`, publicUrl).href,
    },
    openAddress(device.sealedAddress, config.secretKey),
    // When the fence let it through, by the store's clock: this machine's may be wrong, and devices refuse a signature
    // that is five minutes off.
    { idempotencyKey: delivery.deliveryId, nowMs: delivery.updatedAtMs },
  );
}

function refused(reason: string, answer: string): AttemptOutcome {
  return { kind: "refused", reason, answer };
}
