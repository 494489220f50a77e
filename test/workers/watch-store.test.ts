import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { readLastErrors } from "../../src/books/error-book.ts";
import { readStoreEpoch } from "../../src/books/store-epoch-book.ts";
import { watchStore } from "../../workers/watch-store.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

let stage: WorkerStage;
beforeAll(async () => {
  stage = await openWorkerStage();
});
beforeEach(() => stage.clear());
afterAll(() => stage.close());

/** One look of a worker that remembers an earlier life of the store, or none. */
async function aLook(lastSeen: string | undefined) {
  const seen = { told: [] as string[], remembered: [] as string[], rebuilt: 0 };
  const stop = await watchStore({
    redis: stage.redis,
    lastSeen,
    remember: (epoch) => seen.remembered.push(epoch),
    rebuild: async () => {
      seen.rebuilt += 1;
    },
    tell: (event) => seen.told.push(event),
  });
  stop();
  return seen;
}

const codes = async () => (await readLastErrors(stage.redis)).map(({ code }) => code);

test("a new store is no alarm; its life is remembered", async () => {
  const seen = await aLook(undefined);
  expect(seen).toEqual({
    told: [],
    remembered: [await readStoreEpoch(stage.redis)],
    rebuilt: 0,
  });
});

test("the store of the last time is no alarm", async () => {
  const [epoch] = (await aLook(undefined)).remembered;
  expect(await aLook(epoch)).toEqual({ told: [], remembered: [], rebuilt: 0 });
});

test("a store that lost everything is an alarm, and is rebuilt", async () => {
  const seen = await aLook("an-earlier-life");
  expect(seen).toMatchObject({ told: ["emptied"], rebuilt: 1 });
  expect(await codes()).toEqual(["STORE_EMPTIED"]);
});

test("the second worker to see it makes its rounds fit, and leaves the alarm to the first", async () => {
  await aLook("an-earlier-life");
  const seen = await aLook("an-earlier-life");
  expect(seen).toMatchObject({ told: [], rebuilt: 1 });
  expect(seen.remembered).toEqual([await readStoreEpoch(stage.redis)]);
});
