import type { Drill } from "../drill.ts";
import { sendOnce } from "../load/sender.ts";
import type { Visit, VisitVersion } from "../load/visits.ts";
import type { Scenario } from "../scenario.ts";
import { START_LEAD_MS } from "../world/tenants.ts";

const AT_ONCE = 50;
const CHANGED_AFTER_MS = 8_000;

/** Events that come twice, out of order, at once, or in the worst moment. */
export const ODD_EVENTS: readonly Scenario[] = [
  {
    name: "duplicates",
    faults: [12],
    fault: "every event comes twice, and one comes 50 times at once",
    load: "32 visits, 4 versions each, all twice",
    injection: "50 requests with the same event side by side",
    recovery: "one job, one push",
    run: async (drill) => {
      const load = await drill.load({ duplicateShare: 1, ratePerSecond: 60 });
      const [visit] = load.visits;
      const version = visit?.versions[0];
      if (visit !== undefined && version !== undefined) {
        const line = drill.book.open(visit, version);
        await Promise.all(Array.from({ length: AT_ONCE }, () => sendOnce(drill.sender, [line])));
      }
      await load.sent;
    },
  },
  {
    name: "backwards",
    faults: [13, 15],
    fault:
      "events arrive in the reverse of the order in which they happened: cancels before the visits they cancel",
    load: "32 visits, 8 versions each, a third of them cancels",
    injection: "from the first event on",
    recovery: "the highest version wins",
    run: async (drill) => {
      const plan = { versions: 8, canceledShare: 0.35, ratePerSecond: 60 } as const;
      const load = await drill.load({ ...plan, order: "backwards", duplicateShare: 0.3 });
      await load.sent;
    },
  },
  {
    name: "same-moment-edits",
    faults: [14],
    fault: "all changes of a visit carry the same moment",
    load: "32 visits, 5 versions each, a change only after the one before is acknowledged",
    injection: "from the first event on",
    recovery:
      "of one moment the change that came last counts; what is sent again later changes nothing",
    run: async (drill) => {
      const load = await drill.load({ versions: 5, stepMs: 0, order: "in-rounds", restMs: 5_000 });
      await load.sent;
    },
  },
  {
    name: "cancel-while-sending",
    faults: [15, 17],
    fault:
      "visits are canceled while their starts are on the way to the devices, then taken up again",
    load: "16 visits",
    injection:
      "devices take 2 s; the cancel is sent as the call arrives, the visit comes back two seconds later",
    recovery: "a stop follows the start that was sent; then the visit's new start comes, once",
    run: async (drill) => {
      drill.agree({ leastStrictShare: 0 });
      const plan = { count: 8, versions: 1, canceledShare: 0, duplicateShare: 0 } as const;
      const load = await drill.load({ ...plan, lastsMs: 60_000, isStopAwaited: false });
      await load.sent;
      drill.world.sink.behave = () => ({ status: 204, afterMs: 2_000 });
      await drill.until(
        () => drill.world.sink.arrivals.length >= load.visits.length,
        "every start to be on its way",
      );
      await changeAll(drill, load.visits, (one) => ({ ...one, status: "canceled" }));
      await drill.until(
        () => load.visits.every(({ recordId }) => hasArrived(drill, recordId, { action: "stop" })),
        "a stop for every start that was sent",
      );
      drill.world.sink.behave = () => ({ status: 204 });
      const startAtMs = Math.ceil(Date.now() / 1000) * 1000 + CHANGED_AFTER_MS;
      const back = { startAtMs, endAtMs: startAtMs + 60_000 };
      await changeAll(drill, load.visits, (one) => ({ ...one, ...back, status: "scheduled" }));
      await drill.until(
        () =>
          load.visits.every(({ recordId }) =>
            hasArrived(drill, recordId, { action: "start", dueAtMs: startAtMs - START_LEAD_MS }),
          ),
        "the starts of the visits that came back",
      );
    },
  },
  {
    name: "move-in-every-state",
    faults: [17],
    fault: "visits move while their prompts are put off, waiting, being worked on, and just done",
    load: "16 visits",
    injection: "the worker is frozen as prompts become due; the visits move; it is thawed",
    recovery: "one start for each, of the old time or the new one; the stop comes at the new end",
    run: async (drill) => {
      drill.agree({ leastStrictShare: 0, outageMs: 6_000 });
      const plan = { count: 8, versions: 1, canceledShare: 0, duplicateShare: 0 } as const;
      const load = await drill.load({ ...plan, lastsMs: 60_000, isStopAwaited: false });
      await load.sent;
      const pid = drill.world.worker.pidOf("worker");
      await drill.at(load.beginAtMs - START_LEAD_MS + 500);
      process.kill(pid, "SIGSTOP");
      await drill.pause(1_500);
      const startAtMs = Math.ceil(Date.now() / 1000) * 1000 + CHANGED_AFTER_MS;
      const endAtMs = startAtMs + 6_000;
      await changeAll(drill, load.visits, (one) => ({ ...one, startAtMs, endAtMs }));
      process.kill(pid, "SIGCONT");
      // Who was asked to start before does not start again for a move of seconds.
      await drill.until(
        () =>
          load.visits.every(({ recordId }) =>
            hasArrived(drill, recordId, { action: "stop", dueAtMs: endAtMs }),
          ),
        "the stops at the new ends",
      );
      const starts = drill.world.sink.arrivals.filter(({ action }) => action === "start");
      const distinct = new Set(starts.map(({ recordId, webhookId }) => `${recordId} ${webhookId}`));
      drill.expect(
        distinct.size === load.visits.length,
        `${distinct.size} starts for ${load.visits.length} visits`,
      );
    },
  },
];

/** Sends one more version of every visit, until it is acknowledged. */
async function changeAll(
  drill: Drill,
  visits: readonly Visit[],
  change: (last: VisitVersion) => VisitVersion,
): Promise<void> {
  for (const visit of visits) {
    const known = drill.book.events().filter((event) => event.visit.recordId === visit.recordId);
    const own = known.filter((event) => event.visit.connection === visit.connection);
    const last = own.at(-1)?.version ?? visit.versions[0];
    if (last !== undefined) {
      const next = change({
        ...last,
        eventId: `${last.eventId}-again`,
        occurredAtMs: last.occurredAtMs + 1_000,
      });
      const line = drill.book.open(visit, next);
      await drill.until(
        async () => (await sendOnce(drill.sender, [line])) === 202,
        `the change of ${visit.recordId} to be acknowledged`,
      );
    }
  }
}

function hasArrived(
  { world }: Drill,
  recordId: string,
  { action, dueAtMs }: { readonly action: string; readonly dueAtMs?: number },
): boolean {
  return world.sink.arrivals.some(
    (one) =>
      one.recordId === recordId &&
      one.action === action &&
      (dueAtMs === undefined || one.dueAtMs === dueAtMs),
  );
}
