import type { Job } from "bullmq";
import { noteDevice, readDevice } from "../src/books/device-book.ts";
import { readRepState } from "../src/books/rep-book.ts";
import { appendTimeline } from "../src/books/timeline-book.ts";
import { type ClearOutcome, clearDevice } from "../src/deliveries/clear-device.ts";
import { openAddress } from "../src/devices/sealed-address.ts";
import type { AttemptOutcome } from "../src/domain/attempt-outcome.ts";
import { type ClearRef, clearRefSchema } from "../src/domain/clear.ts";
import { deliveryIdOf } from "../src/domain/delivery.ts";
import type { Device } from "../src/domain/device.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import type { SettledWork } from "./settle.ts";

/** A screen that is not tidied up harms nobody, as a rule: a few tries, and no operator is asked. */
const MOST_TRIES = 4;
const TRY_AGAIN_MS = 2_000;
/** What is worth more than a few tries is tried once in a while. */
const TRY_ON_MS = 30_000;

/** Queue adapter of the clearings in `deliveries`: parse the job, clear one device, speak of the outcome. */
export function clearDeliveries(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const ref = clearRefSchema.parse(job.data);
  return {
    token,
    run: async () => outcomeOf(job, await clear(kit, ref)),
    parkedAs: (reason) => ({ kind: "done", note: { clear: reason } }),
  };
}

function clear(kit: WorkerKit, ref: ClearRef): Promise<ClearOutcome> {
  const { redis } = kit;
  const { clears: promptId, deviceId, userId } = ref;
  return clearDevice(
    {
      readDevice: () => readDevice(redis, ref),
      readRepState: () => readRepState(redis, ref),
      clear: (device, nowMs) => send(kit, ref, { device, nowMs }),
      forgetDevice: () => noteDevice(redis, ref, { state: "gone" }),
      tell: (entry) => appendTimeline(redis, ref, [{ ...entry, promptId, deviceId, userId }]),
    },
    ref,
  );
}

interface Clearing {
  readonly device: Device;
  readonly nowMs: number;
}

async function send(
  { config, channels }: WorkerKit,
  { connection, recordId, userId, clears, deviceId }: ClearRef,
  { device: { channel, sealedAddress }, nowMs }: Clearing,
): Promise<AttemptOutcome> {
  const road = channels.get(channel);
  const address = openAddress(sealedAddress, config.secretKey);
  if (road?.clear === undefined || road.canClear?.(address) === false) {
    return { kind: "refused", reason: "UNKNOWN_CHANNEL", answer: `${channel} cannot clear` };
  }
  return road.clear({ kind: "clear", connection, recordId, userId }, address, {
    idempotencyKey: `${deliveryIdOf(clears, deviceId)}-clear`,
    nowMs,
  });
}

function outcomeOf(job: Job, outcome: ClearOutcome): JobOutcome {
  switch (outcome.kind) {
    case "try-later":
      return tryAgain(job, outcome.untilMs);
    case "wait":
      return { kind: "later", afterMs: outcome.afterMs };
    case "not-needed":
      return { kind: "done", note: { clear: outcome.why } };
    case "cleared":
      return { kind: "done", note: { clear: "cleared" } };
  }
}

function tryAgain({ attemptsStarted }: Job, untilMs: number): JobOutcome {
  if (attemptsStarted < MOST_TRIES) {
    return { kind: "later", afterMs: TRY_AGAIN_MS };
  }
  return Date.now() + TRY_ON_MS < untilMs
    ? { kind: "later", afterMs: TRY_ON_MS }
    : { kind: "done", note: { clear: "given up" } };
}
