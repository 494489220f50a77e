import type { Job } from "bullmq";
import { z } from "zod";
import { readDelivery, readDossier } from "../src/books/appointment-book.ts";
import { changeRepFrom, changeRepSeeing } from "../src/books/change-rep.ts";
import { listDevices, noteDevice, readDevice } from "../src/books/device-book.ts";
import { readHold } from "../src/books/hold-book.ts";
import {
  attemptDelivery,
  type DeliveryOutcome,
  type FinishAttemptDeps,
  finishAttempt,
} from "../src/deliveries/attempt-delivery.ts";
import type { FirstAttempt } from "../src/deliveries/begin-at-once.ts";
import type { LaterClear } from "../src/deliveries/clear-after.ts";
import type { MadeAttempt } from "../src/deliveries/fire-prompt.ts";
import { hastenRung } from "../src/deliveries/hasten-rung.ts";
import { openAddress } from "../src/devices/sealed-address.ts";
import { type DeliveryRef, deliveryIdOf, deliveryRefSchema } from "../src/domain/delivery.ts";
import type { Device } from "../src/domain/device.ts";
import { attemptRates } from "./attempt-rates.ts";
import type { JobOutcome, ParkOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { putOffHeld } from "./put-off-held.ts";
import { sendAttempt } from "./send-attempt.ts";
import type { SettledWork } from "./settle.ts";

/** Queue adapter of `deliveries`: parse the job, make one attempt, speak of the outcome. */
export function attemptDeliveries(
  kit: WorkerKit,
  job: Job,
  token: string | undefined,
): SettledWork {
  const ref = deliveryRefSchema.parse(job.data);
  return {
    token,
    run: async () => {
      const leave = enter(kit, ref);
      if (leave === undefined) {
        return { kind: "later", afterMs: crowdedDelayMs(await countCrowded(job)) };
      }
      try {
        const outcome = await attempt(kit, ref);
        await followOutcome(kit, ref, outcome);
        return outcome.kind === "held"
          ? await putOffHeld(kit, job, { connection: ref.connection, afterMs: outcome.afterMs })
          : outcomeOf(ref, outcome);
      } finally {
        leave();
      }
    },
    parkedAs: (reason, detail) => parkDelivery(ref, reason, detail),
  };
}

function enter({ deliveryShares }: WorkerKit, { connection }: DeliveryRef) {
  return deliveryShares === undefined ? () => undefined : deliveryShares.enter(connection);
}

/** How often a delivery was put off for the crowd before it; its attempts and their waits do not count. */
const crowdedSchema = z.object({ crowded: z.int().default(0) });

async function countCrowded(job: Job): Promise<number> {
  const crowded = crowdedSchema.parse(job.data).crowded + 1;
  await job.updateData({ ...job.data, crowded });
  return crowded;
}

/** Between 1 and 32 s, longer each time: what one connection's devices hold up is not looked at again and again. */
function crowdedDelayMs(crowded: number): number {
  return 2 ** Math.min(crowded, 5) * 1000 * (0.5 + Math.random() / 2);
}

/** Makes an attempt that began when its prompt went live; one that is to be made again, or that broke, gets a job. */
export async function attemptAtOnce(kit: WorkerKit, first: FirstAttempt): Promise<MadeAttempt> {
  const { ref } = first;
  const outcome = await finishOrLeave(kit, first);
  if (outcome.kind === "try-later") {
    await kit.deliveries.addPlanned([{ ...ref, afterMs: outcome.afterMs }]);
  }
  return { ref, outcome };
}

async function finishOrLeave(
  kit: WorkerKit,
  { ref, attempt: begun }: FirstAttempt,
): Promise<DeliveryOutcome> {
  try {
    const outcome = await finishAttempt(finishDeps(kit, ref), ref, begun);
    await followOutcome(kit, ref, outcome);
    return outcome;
  } catch {
    // The job meets what broke, tells of it, and parks the delivery if it must.
    return { kind: "try-later", afterMs: 0 };
  }
}

/** What others do once an attempt was made. */
async function followOutcome(
  kit: WorkerKit,
  ref: DeliveryRef,
  outcome: DeliveryOutcome,
): Promise<void> {
  if (outcome.kind === "done" && outcome.state === "accepted") {
    await kit.writeBacks?.sent(ref);
  }
  if (isLost(outcome)) {
    await hasten(kit, ref);
  }
}

/** This device will not get the prompt any more, for a reason of its own. */
function isLost(outcome: DeliveryOutcome): boolean {
  return (
    outcome.kind === "refused" ||
    (outcome.kind === "done" && outcome.state === "gone") ||
    (outcome.kind === "not-needed" && outcome.why === "gone")
  );
}

function hasten({ redis, deliveries }: WorkerKit, ref: DeliveryRef): Promise<void> {
  return hastenRung(
    {
      listDevices: () => listDevices(redis, ref),
      readDeliveries: async () => (await readDossier(redis, ref))?.deliveries ?? [],
      hasten: (refs) => deliveries.hasten(refs),
    },
    ref,
  );
}

function attempt(kit: WorkerKit, ref: DeliveryRef): Promise<DeliveryOutcome> {
  const { redis } = kit;
  return attemptDelivery(
    {
      ...finishDeps(kit, ref),
      changeRep: (change) => changeRepSeeing(redis, ref, change),
      readDevice: () => readDevice(redis, ref),
      readHold: () => readHold(redis, ref.connection),
      rates: attemptRates(kit, ref),
    },
    ref,
  );
}

function finishDeps(kit: WorkerKit, ref: DeliveryRef): FinishAttemptDeps {
  const { redis, events } = kit;
  return {
    changeRepFrom: (change) => changeRepFrom(redis, ref, change),
    readDelivery: () => readDelivery(redis, ref, deliveryIdOf(ref.promptId, ref.deviceId)),
    noteDevice: (note) => noteDevice(redis, ref, note),
    send: async (one) => {
      const outcome = await sendAttempt(kit, ref, one);
      events.deliveries.attempted(one.device.channel, outcome.kind);
      return outcome;
    },
    firstAccepted: events.deliveries.firstAccepted,
    clearLater: (clear, device) => clearLater(kit, ref, { clear, device }),
    nowMs: Date.now,
    random: Math.random,
  };
}

interface Clearing {
  readonly clear: LaterClear;
  readonly device: Device;
}

/** One more job, only for devices that can take anything back. */
async function clearLater(
  { config, channels, deliveries }: WorkerKit,
  { promptId, ...ref }: DeliveryRef,
  { clear, device: { channel, sealedAddress } }: Clearing,
): Promise<void> {
  const road = channels.get(channel);
  if (
    road?.clear !== undefined &&
    road.canClear?.(openAddress(sealedAddress, config.secretKey)) !== false
  ) {
    await deliveries.clear([{ ...ref, ...clear, clears: promptId }]);
  }
}

function outcomeOf(
  ref: DeliveryRef,
  outcome: Exclude<DeliveryOutcome, { kind: "held" }>,
): JobOutcome {
  switch (outcome.kind) {
    case "try-later":
      return { kind: "later", afterMs: outcome.afterMs };
    case "refused":
      return parkDelivery(ref, outcome.reason, outcome.detail);
    case "not-needed":
      return { kind: "done", note: { delivery: outcome.why } };
    case "done":
      return { kind: "done", note: { delivery: outcome.state } };
  }
}

/** How a delivery parks that nobody will take. */
export function parkDelivery(ref: DeliveryRef, reason: string, detail: string): ParkOutcome {
  const { connection, recordId } = ref;
  return {
    kind: "park",
    connection,
    recordId,
    reason,
    detail,
    work: { kind: "delivery", delivery: ref },
  };
}
