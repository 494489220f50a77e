import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { listDevices, noteDevice } from "../books/device-book.ts";
import { type RepRef, readRep } from "../books/rep-book.ts";
import { readStoreNowMs } from "../books/store-clock.ts";
import type { AttemptOutcome } from "../domain/attempt-outcome.ts";
import type { ChannelKind, Device } from "../domain/device.ts";
import type { TestMessage } from "../domain/prompt-message.ts";
import type { TestedDevice } from "../domain/tested-device.ts";
import type { Channel } from "./channels/channel.ts";
import { AddressUnreadableError, openAddress } from "./sealed-address.ts";

/** What testing needs from the world. */
export interface SendTestPromptDeps {
  readonly redis: Redis;
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  readonly secretKey: Buffer;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
}

/**
 * Sends a harmless test to every active push device of a rep, at once and without retries.
 *
 * Undefined for an unknown rep. A device that says it is gone is marked so.
 */
export async function sendTestPrompt(
  deps: SendTestPromptDeps,
  ref: RepRef,
): Promise<readonly TestedDevice[] | undefined> {
  const rep = await readRep(deps.redis, ref);
  if (rep === undefined) {
    return undefined;
  }
  const { connection } = ref;
  const openUrl = new URL("/rep", deps.publicUrl).href;
  const promptId = `test-${randomUUID()}`;
  const message: TestMessage = { kind: "test", connection, promptId, rep, openUrl };
  const devices = await listDevices(deps.redis, ref);
  const reachable = devices.filter((one) => one.state === "active" && one.channel !== "pull");
  return Promise.all(reachable.map((device) => testDevice(deps, device, message)));
}

async function testDevice(
  deps: SendTestPromptDeps,
  device: Device,
  message: TestMessage,
): Promise<TestedDevice> {
  const outcome = await send(deps, device, message);
  await rememberOutcome(deps, device, outcome);
  const { deviceId, channel } = device;
  const answer =
    outcome.kind === "refused" ? `${outcome.reason}: ${outcome.answer}` : outcome.answer;
  return { deviceId, channel, outcome: outcome.kind, answer };
}

async function send(
  { channels, secretKey, redis }: SendTestPromptDeps,
  { channel, deviceId, sealedAddress }: Device,
  message: TestMessage,
): Promise<AttemptOutcome> {
  const road = channels.get(channel);
  if (road === undefined) {
    return { kind: "refused", reason: "UNKNOWN_CHANNEL", answer: `${channel} is not available` };
  }
  try {
    const address = openAddress(sealedAddress, secretKey);
    const idempotencyKey = `${message.promptId}-${deviceId}`;
    const nowMs = await readStoreNowMs(redis);
    return await road.send(message, address, { idempotencyKey, nowMs });
  } catch (error) {
    // One unreadable device must not hide how the others fared.
    if (error instanceof AddressUnreadableError) {
      return { kind: "refused", reason: error.code, answer: error.message };
    }
    throw error;
  }
}

async function rememberOutcome(
  { redis, nowMs }: SendTestPromptDeps,
  device: Device,
  { kind }: AttemptOutcome,
): Promise<void> {
  if (kind === "accepted") {
    await noteDevice(redis, device, { lastAcceptedAtMs: nowMs() });
  }
  if (kind === "device-gone") {
    await noteDevice(redis, device, { state: "gone" });
  }
}
