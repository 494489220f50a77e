import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ackToken, readAckToken } from "../../src/ack-token.ts";
import { deliveryCommand, readDossier } from "../../src/books/appointment-book.ts";
import { changeRep } from "../../src/books/change-rep.ts";
import { noteDevice, readDevice, saveDevice } from "../../src/books/device-book.ts";
import { readRepState } from "../../src/books/rep-book.ts";
import { readTimeline } from "../../src/books/timeline-book.ts";
import { openReceiptDesk, type ReceiptDesk } from "../../src/deliveries/receipt-desk.ts";
import { type Delivery, deliveryIdOf } from "../../src/domain/delivery.ts";
import type { Device } from "../../src/domain/device.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { type AdminStore, SECRET_KEY, startStore } from "../admin/admin-server.ts";
import {
  anAppointment,
  aPrompt,
  RECORD_ID,
  REP,
  storeAppointment,
  storePrompts,
} from "../admin/state.ts";
import { PHONE } from "../appointments/rep-day.ts";

const REF = { connection: "acme", userId: REP.userId };
const RECORD = { connection: "acme", recordId: RECORD_ID };

let store: AdminStore;
let desk: ReceiptDesk;
const announced: string[] = [];

beforeAll(async () => {
  store = await startStore();
  desk = openReceiptDesk({
    redis: store.redis,
    deliveries: store.queues.deliveries,
    canClear: (channel) => channel !== "webhook",
    announceSent: async ({ promptId }) => void announced.push(promptId),
    nowMs: Date.now,
  });
});
beforeEach(async () => {
  announced.length = 0;
  await store.redis.flushall();
  await storeAppointment(store.redis, anAppointment());
});
afterAll(() => store.stop());

async function aLivePrompt(input: Partial<Prompt> = {}): Promise<Prompt> {
  const prompt = aPrompt(input);
  await storePrompts(store.redis, [prompt]);
  return prompt;
}

async function aDevice(deviceId: string, own: Partial<Device> = {}): Promise<Device> {
  const device: Device = { ...PHONE, ...REF, deviceId, channel: "ntfy", ...own };
  await saveDevice(store.redis, device);
  return device;
}

/** Stores that a device accepted a prompt. */
async function accepted({ promptId, action }: Prompt, device: Device, own: Partial<Delivery> = {}) {
  const { deviceId, channel } = device;
  const delivery: Delivery = {
    ...{ deliveryId: deliveryIdOf(promptId, deviceId), promptId, action, userId: REP.userId },
    ...{ deviceId, channel, state: "accepted", attempts: 1, answer: "", updatedAtMs: 1 },
    ...own,
  };
  await changeRep(store.redis, REF, () => ({
    result: undefined,
    commands: [deliveryCommand(RECORD, delivery)],
  }));
}

async function receiptKinds(): Promise<readonly string[]> {
  const receipts = (await readDossier(store.redis, RECORD))?.receipts ?? [];
  return receipts.map(({ kind, deviceId = "-" }) => `${kind} ${deviceId}`);
}

async function clearings(): Promise<readonly string[]> {
  const jobs = await store.queues.deliveries.queue.getJobs(["waiting"]);
  return jobs.map(({ name, id }) => `${name} ${id}`).sort();
}

describe("a device that says it showed a prompt", () => {
  test("is evidence, and a sign of life of the device", async () => {
    const prompt = await aLivePrompt({ state: "sent" });
    await aDevice("d1");
    const target = { promptToken: prompt.token, deviceId: "d1" };
    const beganMs = Date.now();
    expect(await desk.recordShown(target)).toBe("recorded");
    expect(await desk.recordShown(target)).toBe("recorded");
    expect(await receiptKinds()).toEqual(["delivered d1"]);
    const device = await readDevice(store.redis, { ...REF, deviceId: "d1" });
    expect(device?.lastShownAtMs).toBeGreaterThanOrEqual(beganMs);
    const timeline = await readTimeline(store.redis, RECORD);
    expect(timeline).toMatchObject([{ kind: "delivery.shown", deviceId: "d1" }]);
  });

  test("counts for nothing with an unknown token, or as another rep's device", async () => {
    const prompt = await aLivePrompt({ state: "sent" });
    await aDevice("d9", { userId: "0055f00000Someone" });
    const targets = [
      { promptToken: "nobody-knows-it", deviceId: "d1" },
      { promptToken: prompt.token, deviceId: "d9" },
    ];
    for (const target of targets) {
      expect(await desk.recordShown(target)).toBe("unknown");
    }
    expect(await receiptKinds()).toEqual([]);
  });

  test("cannot be forged: a token of another device, prompt or key is none", () => {
    const token = ackToken({ promptToken: "t1", deviceId: "d1" }, SECRET_KEY);
    const mac = token.split(".")[2];
    expect(readAckToken(token, SECRET_KEY)).toEqual({ promptToken: "t1", deviceId: "d1" });
    for (const forged of [`t1.d2.${mac}`, `t2.d1.${mac}`, "t1.d1.", `${token}.x`, "t1.d1"]) {
      expect(readAckToken(forged, SECRET_KEY)).toBeUndefined();
    }
    expect(readAckToken(token, Buffer.alloc(32, 1))).toBeUndefined();
  });

  test("does not undo what else is noted about it at the same time", async () => {
    const ref = { ...REF, deviceId: "d1" };
    const device = await aDevice("d1", { label: 'Rita\'s "phone" / ä' });
    await Promise.all([
      noteDevice(store.redis, ref, { lastShownAtMs: 1_700_000_000_001 }),
      noteDevice(store.redis, ref, { lastAcceptedAtMs: 1_700_000_000_002 }),
      noteDevice(store.redis, { ...ref, deviceId: "d0" }, { state: "gone" }),
    ]);
    expect(await readDevice(store.redis, ref)).toEqual({
      ...device,
      lastShownAtMs: 1_700_000_000_001,
      lastAcceptedAtMs: 1_700_000_000_002,
    });
    expect(await readDevice(store.redis, { ...ref, deviceId: "d0" })).toBeUndefined();
  });
});

describe("a rep who opens a prompt", () => {
  test("answers it and tidies up the other devices that show its appointment", async () => {
    const start = await aLivePrompt({ state: "sent" });
    const stop = await aLivePrompt({ action: "stop", state: "sent" });
    await storePrompts(store.redis, [start, stop]);
    await accepted(stop, await aDevice("in-the-hand"));
    await accepted(stop, await aDevice("tablet"));
    await accepted(start, await aDevice("showed-the-start"));
    await accepted(stop, await aDevice("crm", { channel: "webhook" }));
    await accepted(stop, await aDevice("never-got-it"), { state: "retrying" });
    await accepted(stop, await aDevice("colleague's"), { userId: "0055f00000Someone" });
    expect(await desk.recordOpened(REF, stop.promptId, "in-the-hand")).toBe("recorded");
    const ids = ["showed-the-start", "tablet"];
    const expected = ids.map((one) => `clear ${stop.promptId}-${one}-clear`);
    expect(await clearings()).toEqual(expected);
    expect(await desk.recordOpened(REF, stop.promptId, "in-the-hand")).toBe("recorded");
    expect(await clearings()).toEqual(expected);
  });

  test("who saw it on the page first has it as sent, once", async () => {
    const prompt = await aLivePrompt();
    await desk.recordOpened(REF, prompt.promptId);
    await desk.recordFollowed(
      { ...REF, recordId: RECORD_ID, promptId: prompt.promptId },
      { kind: "returned", source: "done-page" },
    );
    expect(announced).toEqual([prompt.promptId]);
    expect(await receiptKinds()).toEqual(["opened -", "returned -"]);
    const { issued } = await readRepState(store.redis, REF);
    expect(issued).toMatchObject([{ promptId: prompt.promptId }]);
  });

  test("cannot open another rep's prompt", async () => {
    const prompt = await aLivePrompt();
    const other = { connection: "acme", userId: "0055f00000Someone" };
    expect(await desk.recordOpened(other, prompt.promptId)).toBe("unknown");
    expect(await desk.recordOpened(REF, "p0")).toBe("unknown");
    expect(await receiptKinds()).toEqual([]);
  });

  test("twenty taps at once are one receipt and one answer", async () => {
    const prompt = await aLivePrompt({ state: "sent" });
    await accepted(prompt, await aDevice("tablet"));
    await Promise.all(Array.from({ length: 20 }, () => desk.recordOpened(REF, prompt.promptId)));
    expect(await receiptKinds()).toEqual(["opened -"]);
    const timeline = await readTimeline(store.redis, RECORD);
    expect(timeline.map(({ kind }) => kind)).toEqual(["link.opened"]);
    expect(await clearings()).toHaveLength(1);
  });
});
