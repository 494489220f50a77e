import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { isReplayable } from "../../src/admin/replay-parked.ts";
import { createShares } from "../../workers/shares.ts";
import { workDeliveries } from "../../workers/work-deliveries.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

const REF = { connection: "acme", userId: "u1", recordId: "08p", promptId: "p1", deviceId: "d1" };

let stage: WorkerStage;

beforeAll(async () => {
  stage = await openWorkerStage();
});
beforeEach(async () => {
  await stage.clear();
  await stage.start();
});
afterAll(() => stage.close());

describe("the deliveries queue", () => {
  test("a job of a name that only another version knows is parked, and not replayed as a delivery", async () => {
    await stage.kit.deliveries.queue.add("recall", REF, { jobId: "j1" });
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked).toMatchObject({
      reason: "PAYLOAD_UNREADABLE",
      work: { kind: "unreadable", queue: "deliveries", job: "recall", payload: REF },
    });
    expect(parked && isReplayable(parked)).toBe(false);
  });

  test("a delivery whose payload is of another form is parked, and replayed once it is known", async () => {
    const { promptId: _, ...rest } = REF;
    await stage.kit.deliveries.queue.add("deliver", rest, { jobId: "j2" });
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked?.work).toMatchObject({ kind: "unreadable", job: "deliver" });
    const known = {
      kind: "unreadable",
      queue: "deliveries",
      job: "deliver",
      payload: REF,
    } as const;
    expect(parked && isReplayable({ ...parked, work: known })).toBe(true);
  });

  test("a clearing that is taken for a delivery is unreadable, so it can never send anything", async () => {
    const { promptId: clears, ...rest } = REF;
    const data = { ...rest, clears, why: "answered" };
    await stage.kit.deliveries.queue.add("deliver", data, { jobId: "j3" });
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked && isReplayable(parked)).toBe(false);
  });

  test("a delivery of a connection that has its share in hand is put off, and later ones for longer", async () => {
    const deliveryShares = createShares(1);
    const kit = { ...stage.kit, deliveryShares };
    const leave = deliveryShares.enter("acme");
    const { queue } = kit.deliveries;
    const job = await queue.add("deliver", REF, { jobId: "j4", delay: 60_000 });
    // It was tried many times before, which says nothing about the crowd.
    job.attemptsStarted = 20;
    const run = () => workDeliveries(kit, job, undefined).run();
    const delayOf = (outcome: object) => ("afterMs" in outcome ? Number(outcome.afterMs) : 0);
    const first = delayOf(await run());
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(2000);
    const again = await queue.getJob("j4");
    expect(again?.data).toMatchObject({ ...REF, crowded: 1 });
    for (let times = 2; times < 5; times += 1) {
      await run();
    }
    expect(delayOf(await run())).toBeGreaterThan(first * 4);
    leave?.();
    // Nobody knows its prompt, so that it ends: it went on.
    expect((await run()).kind).not.toBe("later");
  });
});
