import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readDossier } from "../../src/books/appointment-book.ts";
import { listDevices, saveDevice } from "../../src/books/device-book.ts";
import { createTurns } from "../../workers/turns.ts";
import { aVisit, openPipelineStage, type PipelineStage } from "../support/pipeline-stage.ts";
import { until } from "../support/until.ts";
import type { SinkAnswer } from "../support/webhook-sink.ts";

let stage: PipelineStage;

beforeAll(async () => {
  stage = await openPipelineStage({
    acme: { reconcile: { everySeconds: 0 }, schedule: { startLeadSeconds: 0 } },
    turns: createTurns({ most: 1, mostOfOne: 9, slowMs: 20, mostSlow: 2 }),
  });
}, 30_000);

afterAll(() => stage.close());

test("devices that hang hold up nobody else: what finds no turn goes by the queue of deliveries", async () => {
  const { org, sink, kit } = stage;
  const [one, two, three, quick] = await Promise.all([1, 2, 3, 4].map(() => stage.aRep()));
  const hanging = [one, two, three];
  let release: (answer: SinkAnswer) => void = () => undefined;
  const answered = new Promise<SinkAnswer>((resolve) => {
    release = resolve;
  });
  sink.answer = ({ path }) =>
    hanging.some((rep) => path.endsWith(`/${rep?.userId}`)) ? answered : { status: 204 };
  const visitOf = (rep: typeof quick) =>
    aVisit(org, { from: -1, until: 60, reps: rep === undefined ? [] : [rep] });
  await stage.tell("ServiceAppointment", hanging.map(visitOf));
  await Promise.all(hanging.map((rep) => rep?.untilSent(["start"])));
  await stage.tell("ServiceAppointment", visitOf(quick));
  await quick?.untilSent(["start"]);
  // The third that hangs found no turn, so it became a job; the first two did not.
  const jobs = await kit.deliveries.queue.getJobs(["active", "delayed", "completed"]);
  expect(jobs.length).toBeGreaterThan(0);
  release({ status: 204 });
}, 60_000);

test("a first attempt that breaks parks as a delivery, by its own job", async () => {
  const { redis, org } = stage;
  const rep = await stage.aRep();
  const [device] = await listDevices(redis, { connection: "acme", userId: rep.userId });
  if (device !== undefined) {
    await saveDevice(redis, { ...device, sealedAddress: "sealed with a lost key" });
  }
  await stage.tell("ServiceAppointment", aVisit(org, { from: -1, until: 60, reps: [rep] }));
  await until(async () => (await stage.parked()).length > 0, {
    timeoutMs: 15_000,
    what: "the delivery to be parked",
  });
  expect(await stage.parked()).toMatchObject([
    { reason: "ADDRESS_UNREADABLE", work: { kind: "delivery" } },
  ]);
}, 60_000);

test("an answer that comes after another run was accepted does not set the delivery back", async () => {
  const { org, sink, kit, redis } = stage;
  const rep = await stage.aRep();
  let fail: (answer: SinkAnswer) => void = () => undefined;
  const failed = new Promise<SinkAnswer>((resolve) => {
    fail = resolve;
  });
  let asked = 0;
  sink.answer = () => {
    asked += 1;
    return asked === 1 ? failed : { status: 204 };
  };
  const recordId = aVisit(org, { from: -1, until: 60, reps: [rep] });
  await stage.tell("ServiceAppointment", recordId);
  await rep.untilSent(["start"]);
  const deliveries = async () =>
    (await readDossier(redis, { connection: "acme", recordId }))?.deliveries ?? [];
  const [begun] = await deliveries();
  const { userId } = rep;
  const { promptId = "", deviceId = "" } = begun ?? {};
  const ref = { connection: "acme", userId, recordId, promptId, deviceId };
  await kit.deliveries.replay(ref, "another-run");
  await until(async () => (await deliveries())[0]?.state === "accepted", {
    timeoutMs: 15_000,
    what: "the other run to be accepted",
  });
  fail({ status: 500 });
  await until(async () => (await stage.timeline(recordId)).some((text) => text.includes("500")), {
    timeoutMs: 15_000,
    what: "the late answer on the timeline",
  });
  expect(await deliveries()).toMatchObject([{ state: "accepted", attempts: 2 }]);
  expect(asked).toBe(2);
}, 60_000);
