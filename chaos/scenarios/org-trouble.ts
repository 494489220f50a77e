import type { Scenario } from "../scenario.ts";
import { OrgDay } from "../world/org-day.ts";

const COUNT = 20;
const IN_MS = 25_000;

/** An org that cannot be asked, that refuses, or that tells nothing. */
export const ORG_TROUBLE: readonly Scenario[] = [
  {
    name: "org-trouble",
    faults: [28],
    fault:
      "Salesforce is down, refuses the session, is slow, answers with a page, cuts its answers",
    load: "32 visits as events with everything, 20 visits as ids that have to be read",
    injection: "one trouble after the other, from the message on, for 10 s",
    recovery:
      "events wait for the org and are followed; every visit's start comes; the other tenant feels nothing",
    world: { org: { reconcileSeconds: 0 } },
    run: async (drill) => {
      const day = new OrgDay(drill);
      const startAtMs = Math.ceil((Date.now() + IN_MS * Math.min(2, drill.factor)) / 1000) * 1000;
      await day.book(COUNT, startAtMs);
      const faults = drill.world.org?.faults;
      faults?.inject({ kind: "unavailable-json" }, { times: 2 });
      faults?.inject({ kind: "session-expired" }, { times: 2 });
      faults?.inject({ kind: "html" }, { times: 1 });
      faults?.inject({ kind: "cut-json" }, { times: 1 });
      faults?.inject({ kind: "reset" }, { times: 1 });
      faults?.inject({ kind: "slow", delayMs: 1_500 }, { times: 2 });
      await day.tell();
      const load = await drill.load();
      await load.sent;
      faults?.clear();
      await day.expectStarts();
    },
  },
  {
    name: "org-silent",
    faults: [29],
    fault: "Salesforce gave up telling: visits are booked and moved, and no message ever comes",
    load: "32 visits as events, 20 visits that nobody tells of",
    injection: "from the first booking on",
    recovery: "the poll finds them; every visit's start comes, at the time to which it was moved",
    world: { org: { reconcileSeconds: 5 } },
    run: async (drill) => {
      const day = new OrgDay(drill);
      const soonMs = Math.ceil((Date.now() + 2 * IN_MS * Math.min(2, drill.factor)) / 1000) * 1000;
      await day.book(COUNT, soonMs + 3_600_000);
      const load = await drill.load();
      await load.sent;
      day.move(Math.max(soonMs, Math.ceil(Date.now() / 1000) * 1000 + IN_MS));
      await day.expectStarts();
    },
  },
  {
    name: "redis-empty-rebuilt",
    faults: [6],
    fault: "Redis comes back empty; one tenant has an org that can be read",
    load: "20 visits of the org before, 32 visits as events after",
    injection:
      "killed, its file thrown away, started again; devices are enrolled again by the operator",
    recovery: "the org's visits come back by themselves, and so do their prompts",
    world: { org: { reconcileSeconds: 5 } },
    run: async (drill) => {
      const day = new OrgDay(drill);
      const startAtMs =
        Math.ceil((Date.now() + 2 * IN_MS * Math.min(2, drill.factor)) / 1000) * 1000;
      await day.book(COUNT, startAtMs);
      await day.tell();
      await drill.world.redis?.loseAll();
      await drill.until(() => drill.world.worker.log().includes("store.emptied"), "the alarm");
      await drill.untilReady();
      await day.enrol();
      const load = await drill.load();
      await load.sent;
      await day.expectStarts();
    },
  },
];
