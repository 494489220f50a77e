import { findConditions } from "../src/alerts/find-conditions.ts";
import { watchAlerts } from "../src/alerts/watch-alerts.ts";
import { readAlertState, saveAlertState } from "../src/books/alert-book.ts";
import type { AlertNotice } from "../src/domain/alert.ts";
import { alertRoads } from "../src/domain/alert-roads.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { readAlertFacts } from "./read-alert-facts.ts";

const HOUR_MS = 3_600_000;

/** Looks once for what is wrong, and puts what people have to be told on its way. */
export async function lookForTrouble(kit: WorkerKit): Promise<JobOutcome> {
  const { redis, config } = kit;
  const { state: before, guard } = await readAlertState(redis);
  const { facts, census } = await readAlertFacts(kit, before.census);
  const conditions = findConditions(facts, config.alerts);
  const notices = await watchAlerts(
    {
      before,
      save: (next, resolved) =>
        saveAlertState(redis, guard, { state: { ...next, census }, resolved }),
      send: (some) => sendAll(kit, some),
      repeatMs: config.alerts.repeatHours * HOUR_MS,
      nowMs: facts.nowMs,
    },
    conditions,
  );
  return { kind: "done", note: { conditions: conditions.length, notices: notices.length } };
}

async function sendAll(
  { alerts, config }: WorkerKit,
  notices: readonly AlertNotice[],
): Promise<void> {
  const roads = alertRoads(config.alerts);
  await alerts?.queue.send(notices.flatMap((notice) => roads.map((road) => ({ notice, road }))));
}
