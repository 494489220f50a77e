import type { Scenario } from "../scenario.ts";

/** A path that died without a word is noticed within this. */
const DEAD_PATH_MS = 25_000;
const BACK_MS = 5_000;

/** A store that is frozen, unreachable, full, read-only or empty. */
export const BROKEN_STORE: readonly Scenario[] = [
  {
    name: "freeze-redis",
    faults: [5, 11],
    fault: "Redis does not answer, and does not go away either (SIGSTOP)",
    load: "32 visits, 4 versions each",
    injection: "frozen for 8 s while events come in, and for 2 s while prompts are due",
    recovery: "503 within 2 s, /readyz 503, /healthz 200; everything goes on by itself",
    isQuick: true,
    run: async (drill) => {
      drill.agree({ outageMs: 8_000 });
      const { redis } = drill.world;
      const load = await drill.load({ restMs: 8_000 });
      await load.untilAcked(0.3);
      redis?.freeze();
      await drill.pause(4_000);
      await drill.expectNotReady();
      await drill.pause(3_000);
      redis?.thaw();
      drill.bound("ready after the thaw", await drill.untilReady(), BACK_MS);
      await load.sent;
      await drill.at(load.beginAtMs);
      redis?.freeze();
      await drill.pause(2_000);
      redis?.thaw();
      drill.boundRefusals();
    },
  },
  {
    name: "half-open",
    faults: [9],
    fault: "the paths to Redis die without a word: no reset, no answer",
    load: "32 visits, 4 versions each",
    injection:
      "both roads go silent at 40 % of the events, and the worker's once more before prompts are due",
    recovery: "found and replaced within 25 s; senders hear 503 within 2 s meanwhile",
    isQuick: true,
    run: async (drill) => {
      drill.agree({ graceMs: DEAD_PATH_MS, outageMs: DEAD_PATH_MS });
      const { webRoad, workerRoad } = drill.world;
      const load = await drill.load({ lastsMs: 4_000, restMs: 18_000 });
      await load.untilAcked(0.4);
      webRoad?.dropSilently();
      workerRoad?.dropSilently();
      const beganMs = performance.now();
      await drill.untilReady();
      drill.bound("the receiver has a new path", performance.now() - beganMs, DEAD_PATH_MS);
      await load.sent;
      drill.boundRefusals();
    },
  },
  {
    name: "half-open-worker",
    faults: [9],
    fault: "the worker's paths to Redis die without a word just before prompts are due",
    load: "32 visits, all known in time",
    injection: "the worker's road goes silent one second before the first start",
    recovery: "every prompt comes, at most 25 s late",
    run: async (drill) => {
      drill.agree({ outageMs: DEAD_PATH_MS });
      const load = await drill.load({ lastsMs: 40_000 });
      await load.sent;
      await drill.at(load.beginAtMs - 2_000);
      drill.world.workerRoad?.dropSilently();
      const droppedMs = performance.now();
      await drill.until(() => drill.world.sink.arrivals.length > 0, "the first prompt");
      drill.bound("the worker has new paths", performance.now() - droppedMs, DEAD_PATH_MS);
    },
  },
  {
    name: "redis-empty",
    faults: [6],
    fault: "Redis comes back empty",
    load: "32 visits before, 32 after; reps and devices enrolled again by the operator",
    injection: "killed, its file thrown away, started again while prompts wait",
    recovery:
      "an alarm (STORE_EMPTIED) within 10 s; housekeeping and polls go on; what is sent again counts",
    isQuick: true,
    run: async (drill) => {
      const { redis, worker } = drill.world;
      const before = await drill.load();
      await before.sent;
      await redis?.loseAll();
      const lostMs = performance.now();
      await drill.until(() => worker.log().includes("store.emptied"), "the alarm");
      drill.bound("the alarm", performance.now() - lostMs, 10_000);
      await drill.untilReady();
      const { lastErrors } = await drill.world.desk.overview();
      drill.expect(
        JSON.stringify(lastErrors).includes("STORE_EMPTIED"),
        "the overview does not tell that the store was emptied",
      );
      // What was lost is lost with it: from here on another book counts.
      drill.forget();
      const after = await drill.load();
      await after.sent;
    },
  },
];
