import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { PlannedDelivery } from "../../src/domain/delivery.ts";
import { type AdminStore, startStore } from "../admin/admin-server.ts";

let store: AdminStore;

beforeAll(async () => {
  store = await startStore();
});
beforeEach(() => store.redis.flushall());
afterAll(() => store.stop());

function aDelivery(deviceId: string, afterMs: number): PlannedDelivery {
  const ref = { connection: "acme", userId: "u1", recordId: "08p", promptId: "p1" };
  return { ...ref, deviceId, afterMs };
}

async function stateOf(deviceId: string): Promise<string> {
  return store.queues.deliveries.queue.getJobState(`p1-${deviceId}`);
}

async function states(...deviceIds: readonly string[]): Promise<readonly string[]> {
  return Promise.all(deviceIds.map(stateOf));
}

describe("hastening deliveries", () => {
  const rungs = [aDelivery("a", 60_000), aDelivery("b", 60_000), aDelivery("c", 180_000)] as const;

  test("takes up the earliest rung, whole, and no later one", async () => {
    const { deliveries } = store.queues;
    await deliveries.addPlanned(rungs);
    await deliveries.hasten(rungs.toReversed());
    expect(await states("a", "b", "c")).toEqual(["waiting", "waiting", "delayed"]);
  });

  test("does nothing while one of them is under way", async () => {
    const { deliveries } = store.queues;
    await deliveries.addPlanned([aDelivery("now", 0), ...rungs]);
    await deliveries.hasten([aDelivery("now", 0), ...rungs]);
    expect(await states("now", "a", "c")).toEqual(["waiting", "delayed", "delayed"]);
  });

  test("passes over devices that have no job, and is safe to repeat", async () => {
    const { deliveries } = store.queues;
    await deliveries.hasten([aDelivery("nobody", 0)]);
    await deliveries.addPlanned(rungs);
    await Promise.all([1, 2, 3].map(() => deliveries.hasten(rungs)));
    expect(await states("a", "c")).toEqual(["waiting", "delayed"]);
  });

  test("a job that is added again keeps its rung", async () => {
    const { deliveries } = store.queues;
    await deliveries.addPlanned(rungs);
    await deliveries.addPlanned(rungs.map((one) => ({ ...one, afterMs: 0 })));
    expect(await states("a", "b", "c")).toEqual(["delayed", "delayed", "delayed"]);
  });
});

describe("rushing deliveries", () => {
  test("takes up all of them, those that never had a job included; safe to repeat", async () => {
    const { deliveries } = store.queues;
    const asked = [aDelivery("b", 60_000), aDelivery("c", 180_000)];
    await deliveries.addPlanned([aDelivery("a", 60_000), ...asked]);
    const refs = [...asked, aDelivery("new", 0)].map(({ afterMs: _, ...ref }) => ref);
    await deliveries.rush(refs);
    await deliveries.rush(refs);
    expect(await states("a", "b", "c", "new")).toEqual([
      "delayed",
      "waiting",
      "waiting",
      "waiting",
    ]);
  });
});
