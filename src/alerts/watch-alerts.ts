import type { Alert, AlertNotice } from "../domain/alert.ts";
import type { WatchedAlert } from "../domain/watched-alert.ts";
import type { Condition } from "./condition.ts";
import { settleAlerts } from "./settle-alerts.ts";

/** What is remembered between two looks. */
export interface WatchState {
  readonly watched: readonly WatchedAlert[];
  /** Notices that were decided and may not be on their way yet. */
  readonly outbox: readonly AlertNotice[];
}

/** What one watch needs from the world. */
export interface WatchAlertsDeps {
  readonly before: WatchState;
  /** Commits the state together with what was resolved; false when another worker was faster. */
  readonly save: (state: WatchState, resolved: readonly Alert[]) => Promise<boolean>;
  /** Puts notices on their way; the same notice again changes nothing. */
  readonly send: (notices: readonly AlertNotice[]) => Promise<void>;
  readonly repeatMs: number;
  readonly nowMs: number;
}

/**
 * Lets what is wrong become alerts: what was decided is committed with its notices first, then sent.
 *
 * A crash between the two leaves the notices in the outbox, and the next look sends them under the same ids.
 */
export async function watchAlerts(
  { before, save, send, ...rules }: WatchAlertsDeps,
  conditions: readonly Condition[],
): Promise<readonly AlertNotice[]> {
  await send(before.outbox);
  const { watched, resolved, notices } = settleAlerts(before.watched, conditions, rules);
  if (!(await save({ watched, outbox: notices }, resolved))) {
    return [];
  }
  await send(notices);
  return notices;
}
