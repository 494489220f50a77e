import type { Scenario } from "../scenario.ts";

/** From a kill to its jobs running again elsewhere: the lock, and the look for stalled jobs. */
const STALLED_MS = 13_000;
const RESTART_MS = 5_000;
const MOST_KILLS = 9;

/** Processes that are gone from one moment to the next. */
export const KILLED_PROCESSES: readonly Scenario[] = [
  {
    name: "kill-worker",
    faults: [1, 3],
    fault: "kill -9 of the worker while it follows events, and while devices are being called",
    load: "32 visits, 4 versions each, shuffled, a quarter twice",
    injection: "three kills: at 20 % and 60 % of the events, and with calls in the air",
    recovery: "every job runs again within 13 s; a double call carries the id of the first",
    isQuick: true,
    run: async (drill) => {
      drill.agree({ graceMs: STALLED_MS, outageMs: STALLED_MS });
      // A start that is sent again after its worker died must still be of use.
      const load = await drill.load({ lastsMs: 25_000, isStopAwaited: false });
      for (const share of [0.2, 0.6]) {
        await load.untilAcked(share);
        await drill.killChild("worker");
      }
      await load.sent;
      drill.world.sink.behave = () => ({ status: 204, afterMs: 700 });
      await drill.until(
        () => drill.world.sink.arrivals.length > 2,
        "the first devices to be called",
      );
      await drill.killChild("worker");
      drill.world.sink.behave = () => ({ status: 204 });
    },
  },
  {
    name: "kill-web",
    faults: [2],
    fault: "kill -9 of the receiver between the store's answer and its own",
    load: "32 visits, 4 versions each, up to 48 requests in the air",
    injection: "three kills while events come in",
    recovery:
      "what was not acknowledged is sent again and counts once; another receiver within 5 s",
    isQuick: true,
    run: async (drill) => {
      const load = await drill.load({ ratePerSecond: 60, restMs: 7_000 });
      for (const share of [0.2, 0.45, 0.7]) {
        await load.untilAcked(share);
        await drill.killChild("web");
        drill.bound("another receiver is ready", await drill.untilReady(), RESTART_MS);
      }
      await load.sent;
    },
  },
  {
    name: "kill-redis",
    faults: [4],
    fault: "kill -9 of Redis under load, fsync before every answer",
    load: "32 visits, 4 versions each",
    injection:
      "the embedded Redis is killed twice while events come in, and once while prompts are due",
    recovery: "nothing acknowledged is missing; refusals come within 2 s; ready again within 5 s",
    isQuick: true,
    world: { layout: "whole" },
    run: async (drill) => {
      drill.agree({ outageMs: RESTART_MS });
      const load = await drill.load({ restMs: 5_000 });
      for (const share of [0.25, 0.6]) {
        await load.untilAcked(share);
        await drill.killChild("redis");
        drill.bound("ready after the restart", await drill.untilReady(), RESTART_MS);
      }
      await load.sent;
      await drill.at(load.beginAtMs);
      await drill.killChild("redis");
      drill.boundRefusals();
    },
  },
  {
    name: "kill-redis-everysec",
    faults: [4],
    fault: "kill -9 of a Redis that syncs once a second (REDIS_DURABILITY=warn)",
    load: "32 visits, 4 versions each",
    injection: "killed at 40 % of the events, started again after 2 s",
    recovery: "nothing acknowledged is missing: the process died, not the machine",
    world: {
      redis: { args: ["--appendfsync", "everysec"] },
      env: { REDIS_DURABILITY: "warn" },
    },
    run: async (drill) => {
      drill.agree({ outageMs: RESTART_MS });
      const load = await drill.load({ restMs: 5_000 });
      await load.untilAcked(0.4);
      await drill.world.redis?.kill();
      await drill.pause(2_000);
      await drill.world.redis?.start();
      drill.bound("ready after the restart", await drill.untilReady(), RESTART_MS);
      await load.sent;
      drill.boundRefusals();
    },
  },
  {
    name: "kill-again-and-again",
    faults: [1, 23],
    fault: "the worker dies every time it calls one device",
    load: "16 visits; one device hangs",
    injection: "kill -9 whenever that device is called, until nobody calls it any more",
    recovery:
      "at least three kills lose nothing; then the delivery is parked as STALLED, with what it was about",
    run: async (drill) => {
      const load = await drill.load({
        count: 8,
        versions: 1,
        canceledShare: 0,
        duplicateShare: 0,
        isStopAwaited: false,
        lastsMs: 600_000,
      });
      const [poison] = load.visits;
      await load.sent;
      drill.agree({
        outageMs: 120_000,
        parked: { STALLED: 1 },
        isUnreachable: (_, recordId) => recordId === poison?.recordId,
      });
      drill.world.sink.behave = ({ recordId }) =>
        recordId === poison?.recordId ? { status: 204, instead: "hang" } : { status: 204 };
      const calls = () =>
        drill.world.sink.arrivals.filter(({ recordId }) => recordId === poison?.recordId).length;
      let kills = 0;
      const isParked = async () => (await drill.world.desk.parked()).length > 0;
      while (!(await isParked()) && kills < MOST_KILLS) {
        const before = kills;
        await drill.until(
          async () => calls() > before || (await isParked()),
          "the next call or its end",
        );
        if (calls() > before) {
          await drill.killChild("worker");
          kills += 1;
        }
      }
      drill.expect(kills >= 3, `it was given up after ${kills} kills`);
      // Handed back, it must get through.
      drill.world.sink.behave = () => ({ status: 204 });
    },
  },
];
