import type { Redis } from "ioredis";
import { Gauge, Registry } from "prom-client";
import type { Overview } from "./admin/overview/read-overview.ts";
import type { SharedOverview } from "./admin/overview/share-overview.ts";
import { listOpenAlerts } from "./books/alert-book.ts";
import type { Alert } from "./domain/alert.ts";
import type { Connection } from "./domain/connection.ts";
import { promptStateSchema } from "./domain/prompt.ts";
import { readSiroBudgets } from "./siro-budgets.ts";

/** What reading the state needs from the world. */
export interface StateFiguresDeps {
  readonly redis: Redis;
  readonly overview: Pick<SharedOverview, "current">;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly nowMs: () => number;
}

/** Reads how the bridge stands, as figures the way `registry.getMetricsAsJSON()` gives them. No label is about a person. */
export async function readStateFigures({
  redis,
  overview,
  connections,
  nowMs,
}: StateFiguresDeps): Promise<object> {
  const [seen, siroBudgets, alerts] = await Promise.all([
    overview.current(),
    readSiroBudgets(redis, connections.values()),
    listOpenAlerts(redis),
  ]);
  return stateFigures({ overview: seen, siroBudgets, alerts, nowMs: nowMs() });
}

/** How the bridge stands at the moment of a scrape. */
interface ScrapedState {
  readonly overview: Overview;
  /** How much of what may go out to Siro at once is taken, by connection. */
  readonly siroBudgets: ReadonlyMap<string, number>;
  /** Those that are open. */
  readonly alerts: readonly Alert[];
  readonly nowMs: number;
}

type ConnectionState = Overview["connections"][number];

async function stateFigures(state: ScrapedState): Promise<object> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({
      name: `siro_bridge_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
    });
  tellConnections(gauge, state);
  const alerts = gauge("alerts_open", "Alerts that are open, by code", ["code"]);
  for (const { code } of state.alerts) {
    alerts.inc({ code });
  }
  return registry.getMetricsAsJSON();
}

type MakeGauge = (name: string, help: string, labelNames: readonly string[]) => Gauge;

function tellConnections(gauge: MakeGauge, { overview, siroBudgets, nowMs }: ScrapedState): void {
  const prompts = gauge("prompts", "Prompts around now, by state", ["connection", "state"]);
  const overdue = gauge(
    "prompts_oldest_overdue_seconds",
    "For how long the oldest prompt that should have reached a device is due; 0 when there is none",
    ["connection"],
  );
  const parked = gauge("parked_jobs", "Work that waits for an operator", ["connection"]);
  const coverage = gauge("coverage_visits", "Visits of today by what is known of a recording", [
    "connection",
    "standing",
  ]);
  const up = gauge("connection_up", "1 while the other side answered last, else 0", [
    "connection",
    "system",
  ]);
  const apiShare = gauge(
    "salesforce_api_used_ratio",
    "The used share of the org's daily API calls, 0 to 1",
    ["connection"],
  );
  const siroBudget = gauge(
    "siro_budget_used_ratio",
    "How much of what may go out to Siro at once is taken; at 1 requests wait",
    ["connection"],
  );
  for (const one of overview.connections) {
    const connection = one.name;
    for (const [state, count] of Object.entries(promptCounts(one))) {
      prompts.set({ connection, state }, count);
    }
    for (const [standing, count] of Object.entries(one.coverage)) {
      coverage.set({ connection, standing: STANDING[standing] ?? standing }, count);
    }
    overdue.set({ connection }, secondsSince(one.overdueSince, nowMs));
    parked.set({ connection }, one.parked);
    tellSystems(up, one);
    if (typeof one.salesforce?.apiShare === "number") {
      apiShare.set({ connection }, one.salesforce.apiShare);
    }
  }
  for (const [connection, used] of siroBudgets) {
    siroBudget.set({ connection }, used);
  }
}

const STANDING: Readonly<Record<string, string>> = {
  notConfirmed: "not-confirmed",
  notSent: "not-sent",
};

function promptCounts(one: ConnectionState): Readonly<Record<string, number>> {
  const counts: Readonly<Record<string, unknown>> = one;
  return Object.fromEntries(
    promptStateSchema.options.map((state) => [state, Number(counts[state] ?? 0)] as const),
  );
}

function tellSystems(up: Gauge, { name, salesforce, siro }: ConnectionState): void {
  for (const [system, note] of Object.entries({ salesforce, siro })) {
    if (note !== null) {
      up.set({ connection: name, system }, note.state === "connected" ? 1 : 0);
    }
  }
}

function secondsSince(since: string | null, nowMs: number): number {
  return since === null ? 0 : Math.max(0, nowMs - Date.parse(since)) / 1000;
}
