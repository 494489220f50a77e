import type { Scenario } from "../scenario.ts";
import { ACME } from "../world/tenants.ts";

/** Providers and devices that are slow, lie, or are gone; only one tenant has them. */
export const BAD_PROVIDERS: readonly Scenario[] = [
  {
    name: "provider-slow",
    faults: [19],
    fault: "one tenant's provider takes 5 s for every call, and a tenth of the calls never end",
    load: "64 visits, all due within 4 s",
    injection: "from the first call on",
    recovery: "every prompt comes; the other tenant feels nothing",
    isQuick: true,
    run: async (drill) => {
      let calls = 0;
      drill.world.sink.behave = ({ connection }) => {
        calls += connection === ACME.name ? 1 : 0;
        const isHanging = calls % 10 === 5;
        return connection === ACME.name
          ? { status: 204, afterMs: 5_000, ...(isHanging ? { instead: "hang" as const } : {}) }
          : { status: 204 };
      };
      const load = await drill.load({ count: 32, versions: 2, lastsMs: 15_000 });
      await load.sent;
    },
  },
  {
    name: "provider-lying",
    faults: [19],
    fault: "a provider that takes a prompt and says 500, resets, or answers 200 with nonsense",
    load: "64 visits",
    injection: "the first call of every delivery fails after it was received",
    recovery: "tried again with the same id; one effective push",
    isQuick: true,
    run: async (drill) => {
      const seen = new Set<string>();
      drill.world.sink.behave = ({ connection, webhookId }) => {
        const isFirst = !seen.has(webhookId);
        seen.add(webhookId);
        if (connection !== ACME.name || !isFirst) {
          return { status: 200, headers: { "content-type": "text/html" } };
        }
        return seen.size % 2 === 0 ? { status: 500 } : { status: 200, instead: "reset" };
      };
      const load = await drill.load({ count: 32, versions: 2, lastsMs: 10_000 });
      await load.sent;
    },
  },
  {
    name: "provider-throttling",
    faults: [20],
    fault: "one tenant's provider answers 429, with and without Retry-After",
    load: "64 visits",
    injection: "every delivery's first two calls",
    recovery:
      "only that tenant waits, as long as it was told to; no attempt is burnt, no queue pauses",
    run: async (drill) => {
      const calls = new Map<string, number>();
      drill.world.sink.behave = ({ connection, webhookId }) => {
        const count = (calls.get(webhookId) ?? 0) + 1;
        calls.set(webhookId, count);
        if (connection !== ACME.name || count > 2) {
          return { status: 204 };
        }
        return calls.size % 2 === 0
          ? { status: 429 }
          : { status: 429, headers: { "retry-after": "2" } };
      };
      const load = await drill.load({ count: 32, versions: 2, lastsMs: 12_000 });
      await load.sent;
    },
  },
  {
    name: "device-gone",
    faults: [21],
    fault: "a provider says that half of one tenant's devices are registered no more",
    load: "32 visits",
    injection: "410 to the first call of every other device",
    recovery: "such a device is never called again; the others get everything",
    run: async (drill) => {
      const isGone = (connection: string, userId: string) =>
        connection === ACME.name && Number(userId.at(14)) % 2 === 1;
      drill.world.sink.behave = ({ connection, userId }) =>
        isGone(connection, userId) ? { status: 410 } : { status: 204 };
      const load = await drill.load({ versions: 2 });
      drill.agree({
        isUnreachable: (connection, recordId) => {
          const visit = load.visits.find((one) => one.recordId === recordId);
          return visit?.userIds.some((userId) => isGone(connection, userId)) === true;
        },
      });
      await load.sent;
      await drill.at(drill.lastDueAtMs);
      const calls = new Map<string, number>();
      for (const { connection, userId, path } of drill.world.sink.arrivals) {
        if (isGone(connection, userId)) {
          calls.set(path, (calls.get(path) ?? 0) + 1);
        }
      }
      const again = [...calls.values()].filter((count) => count > 1).length;
      drill.expect(calls.size > 0, "no gone device was called at all");
      drill.expect(again === 0, `${again} devices were called again after they said they are gone`);
    },
  },
];
