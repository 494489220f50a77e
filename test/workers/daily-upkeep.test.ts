import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readDevice, saveDevice } from "../../src/books/device-book.ts";
import { countParked } from "../../src/books/parked-book.ts";
import { saveRep } from "../../src/books/rep-book.ts";
import { deviceSchema } from "../../src/domain/device.ts";
import { keyspace } from "../../src/keyspace.ts";
import { createUpkeepQueue } from "../../src/queues/upkeep.ts";
import { REP } from "../admin/state.ts";
import { until } from "../support/until.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

const REP_REF = { connection: "acme", userId: REP.userId };
const DAY_MS = 86_400_000;

let stage: WorkerStage;
beforeAll(async () => {
  stage = await openWorkerStage();
  await saveRep(stage.redis, "acme", REP);
  await stage.start();
});
afterAll(() => stage.close());

async function aSilentDevice(deviceId: string): Promise<void> {
  const device = deviceSchema.parse({
    ...REP_REF,
    deviceId,
    channel: "web-push",
    label: "My phone",
    state: "active",
    sealedAddress: "",
    addressHash: "",
    createdAtMs: Date.now() - 61 * DAY_MS,
  });
  await saveDevice(stage.redis, device);
}

async function stateOf(deviceId: string) {
  return (await readDevice(stage.redis, { ...REP_REF, deviceId }))?.state;
}

test("browsers that fell silent are looked for once a day", async () => {
  const upkeep = createUpkeepQueue(stage.redis);
  const keepUp = async () => {
    const job = await upkeep.queue.add("upkeep", {});
    await until(() => job.isCompleted(), { timeoutMs: 10_000, what: "the upkeep" });
  };
  await aSilentDevice("first");
  await keepUp();
  expect(await stateOf("first")).toBe("gone");
  expect(await stage.redis.ttl(keyspace.dailyUpkeep("acme"))).toBeGreaterThan(86_000);
  await aSilentDevice("second");
  await keepUp();
  expect(await stateOf("second")).toBe("active");
  await stage.redis.del(keyspace.dailyUpkeep("acme"));
  await keepUp();
  expect(await stateOf("second")).toBe("gone");
  await upkeep.queue.close();
});

test("rounds that fail one after the other are parked once", async () => {
  const { redis, told } = stage;
  const upkeep = createUpkeepQueue(redis);
  const parkings = () => told.filter(({ event }) => event === "parked").length;
  await redis.set(keyspace.appointmentsByStart("acme"), "no index");
  await upkeep.schedule();
  for (const round of [1, 2, 3]) {
    const [next] = await upkeep.queue.getDelayed();
    await next?.promote();
    await until(() => parkings() >= round, { timeoutMs: 10_000, what: `failed round ${round}` });
  }
  expect(await countParked(redis, "acme")).toBe(1);
  await upkeep.queue.close();
});
