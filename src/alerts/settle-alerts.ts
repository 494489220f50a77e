import type { Alert, AlertNotice } from "../domain/alert.ts";
import type { WatchedAlert } from "../domain/watched-alert.ts";
import { type Condition, conditionKey } from "./condition.ts";

/** How often people are told. */
export interface TellRules {
  readonly nowMs: number;
  readonly repeatMs: number;
}

/** What a look came to. */
export interface SettledAlerts {
  readonly watched: readonly WatchedAlert[];
  readonly resolved: readonly Alert[];
  readonly notices: readonly AlertNotice[];
}

/** What comes and goes within so long is one alert. */
const OVER_AFTER_MS = 60_000;
/** What grows is told again, but not with every look. */
const WORSE_AFTER_MS = 10 * 60_000;

/**
 * Compares what is wrong now with what people were told. Pure.
 *
 * An alert opens once its condition has held long enough, is told again when it grows or stays, and resolves once
 * the condition was away for a minute. What never opened ends without a word.
 */
export function settleAlerts(
  watched: readonly WatchedAlert[],
  conditions: readonly Condition[],
  rules: TellRules,
): SettledAlerts {
  const known = new Map(watched.map((one) => [one.key, one]));
  const standing = new Map(conditions.map((one) => [conditionKey(one), one]));
  const seen = [...standing].map(([key, condition]) =>
    settleStanding(known.get(key) ?? newlySeen(key, rules.nowMs), condition, rules),
  );
  const missing = watched
    .filter(({ key }) => !standing.has(key))
    .map((one) => settleMissing(one, rules));
  const all = [...seen, ...missing];
  return {
    watched: all.flatMap(({ kept }) => kept ?? []),
    resolved: all.flatMap(({ resolved }) => resolved ?? []),
    notices: all.flatMap(({ notice }) => notice ?? []),
  };
}

interface Settled {
  readonly kept?: WatchedAlert;
  readonly resolved?: Alert;
  readonly notice?: AlertNotice;
}

function newlySeen(key: string, nowMs: number): WatchedAlert {
  return { key, sinceMs: nowMs };
}

function settleStanding(
  { missingSinceMs: _, ...one }: WatchedAlert,
  { holdMs, ...condition }: Condition,
  { nowMs, repeatMs }: TellRules,
): Settled {
  const { told } = one;
  if (told === undefined) {
    return nowMs - one.sinceMs < holdMs
      ? { kept: one }
      : tell(one, {
          kind: "opened",
          atMs: nowMs,
          alert: { ...condition, ...identityOf(one, nowMs) },
        });
  }
  const alert = { ...condition, alertId: told.alert.alertId, openedAtMs: told.alert.openedAtMs };
  const sinceToldMs = nowMs - told.atMs;
  if (condition.count > told.count && sinceToldMs >= WORSE_AFTER_MS) {
    return tell(one, { kind: "worse", atMs: nowMs, alert });
  }
  return sinceToldMs >= repeatMs
    ? tell(one, { kind: "repeated", atMs: nowMs, alert })
    : { kept: { ...one, told: { ...told, alert } } };
}

function identityOf({ key }: WatchedAlert, nowMs: number) {
  return { alertId: `${key.replace("~", "-")}-${nowMs}`, openedAtMs: nowMs };
}

function tell(one: WatchedAlert, notice: Omit<AlertNotice, "noticeId">): Settled {
  const { atMs, alert } = notice;
  const number = (one.told?.number ?? 0) + 1;
  return {
    kept: { ...one, told: { atMs, number, count: alert.count, alert } },
    notice: { noticeId: `${alert.alertId}-${number}`, ...notice },
  };
}

function settleMissing(one: WatchedAlert, { nowMs }: TellRules): Settled {
  const { told, missingSinceMs = nowMs } = one;
  if (told === undefined) {
    return {};
  }
  if (nowMs - missingSinceMs < OVER_AFTER_MS) {
    return { kept: { ...one, missingSinceMs } };
  }
  const resolved = { ...told.alert, resolvedAtMs: nowMs };
  const noticeId = `${resolved.alertId}-${told.number + 1}`;
  return { resolved, notice: { noticeId, kind: "resolved", atMs: nowMs, alert: resolved } };
}
