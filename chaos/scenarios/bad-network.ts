import type { Scenario } from "../scenario.ts";

const STORMS = 8;
const FREEZES = 10;

/** Roads to the store that are slow or break all the time, and a disk that takes its time. */
export const BAD_NETWORK: readonly Scenario[] = [
  {
    name: "slow-network",
    faults: [10],
    fault:
      "every piece on the roads to Redis is 1 to 60 ms late, then connections are reset again and again",
    load: "24 visits, 3 versions each, 15 a second",
    injection:
      "delay from the first event on; eight reset storms; every hundredth piece breaks its connection for 4 s",
    recovery: "slower, nothing doubled, nothing lost",
    run: async (drill) => {
      drill.agree({ graceMs: 6_000, outageMs: 6_000 });
      const roads = [drill.world.webRoad, drill.world.workerRoad];
      const load = await drill.load({
        count: 12,
        versions: 3,
        ratePerSecond: 15,
        lastsMs: 8_000,
        restMs: 8_000,
      });
      for (const road of roads) {
        road?.slowDown(60);
      }
      await load.untilAcked(0.4);
      for (let storm = 0; storm < STORMS; storm += 1) {
        for (const road of roads) {
          road?.reset();
        }
        await drill.pause(250);
      }
      for (const road of roads) {
        road?.resetSometimes(0.01);
      }
      await drill.pause(4_000);
      for (const road of roads) {
        road?.resetSometimes(0);
      }
      await load.sent;
      await drill.at(load.beginAtMs + 6_000);
      for (const road of roads) {
        road?.slowDown(0);
      }
    },
  },
  {
    name: "slow-disk",
    faults: [11],
    fault:
      "every answer of Redis waits for a slow disk: it stands still every other third of a second",
    load: "32 visits, 4 versions each",
    injection:
      "frozen for 300 ms, thawed for 300 ms, ten times while events come in, ten times while prompts are due",
    recovery: "slower; whatever takes more than 2 s is refused, never acknowledged",
    run: async (drill) => {
      drill.agree({ outageMs: 6_000 });
      const { redis } = drill.world;
      const stutter = async () => {
        for (let freeze = 0; freeze < FREEZES; freeze += 1) {
          redis?.freeze();
          await drill.pause(300);
          redis?.thaw();
          await drill.pause(300);
        }
      };
      const load = await drill.load({ restMs: 9_000 });
      await load.untilAcked(0.2);
      await stutter();
      await load.sent;
      await drill.at(load.beginAtMs);
      await stutter();
      drill.boundRefusals();
    },
  },
];
