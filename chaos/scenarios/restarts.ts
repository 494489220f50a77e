import type { Scenario } from "../scenario.ts";

/** Restarts that somebody asked for. */
export const RESTARTS: readonly Scenario[] = [
  {
    name: "rolling-restart",
    faults: [24],
    fault: "SIGTERM to web and worker in turn, four rounds, under load",
    load: "32 visits, 4 versions each, prompts due while the last rounds run",
    injection: "web and worker in turn, at every fifth of the events and while prompts are due",
    recovery: "nothing acknowledged is lost, no delivery is made twice",
    isQuick: true,
    run: async (drill) => {
      drill.agree({ outageMs: 5_000 });
      const load = await drill.load({ lastsMs: 10_000, restMs: 9_000 });
      for (const share of [0.2, 0.5]) {
        await load.untilAcked(share);
        await drill.killChild("worker", "SIGTERM");
        await drill.killChild("web", "SIGTERM");
        await drill.untilReady();
      }
      await load.sent;
      for (const atMs of [load.beginAtMs, load.beginAtMs + 3_000]) {
        await drill.at(atMs);
        await drill.killChild("worker", "SIGTERM");
      }
      const calls = drill.world.sink.arrivals.length;
      const distinct = new Set(drill.world.sink.arrivals.map(({ webhookId }) => webhookId)).size;
      drill.expect(calls === distinct, `${calls - distinct} deliveries were made twice`);
    },
  },
  {
    name: "kill-at-deadline",
    faults: [25],
    fault: "SIGTERM while devices hang, SIGKILL a second later",
    load: "32 visits",
    injection: "the worker, with calls in the air",
    recovery: "as after a kill: what was in hand runs again within 13 s, with the same ids",
    run: async (drill) => {
      drill.agree({ outageMs: 13_000 });
      const load = await drill.load({ lastsMs: 30_000, isStopAwaited: false });
      await load.sent;
      drill.world.sink.behave = () => ({ status: 204, afterMs: 4_000 });
      await drill.until(() => drill.world.sink.arrivals.length > 2, "calls in the air");
      const pid = drill.world.worker.pidOf("worker");
      process.kill(pid, "SIGTERM");
      await drill.pause(1_000);
      process.kill(pid, "SIGKILL");
      await drill.until(() => drill.world.worker.pidOf("worker") !== pid, "another worker");
      drill.world.sink.behave = () => ({ status: 204 });
    },
  },
  {
    name: "freeze-worker",
    faults: [23],
    fault:
      "one of two workers stands still with jobs in hand, as one that loops for ever, and wakes up later",
    load: "32 visits, 4 versions each",
    injection: "SIGSTOP of one worker for 18 s, with events and with calls in its hands",
    recovery: "the other worker takes its jobs over; what the first one still does changes nothing",
    world: { layout: "two-workers" },
    run: async (drill) => {
      drill.agree({ graceMs: 14_000, outageMs: 14_000 });
      // What it takes up in the moment it wakes may be lost with its sockets, and is taken over 13 s later.
      const load = await drill.load({ lastsMs: 25_000, isStopAwaited: false });
      await load.untilAcked(0.4);
      const pid = drill.world.worker.pidOf("worker");
      process.kill(pid, "SIGSTOP");
      await load.sent;
      await drill.pause(18_000);
      process.kill(pid, "SIGCONT");
    },
  },
];
