import { describe, expect, test } from "@jest/globals";
import type { Condition } from "../../src/alerts/condition.ts";
import { settleAlerts } from "../../src/alerts/settle-alerts.ts";
import type { WatchedAlert } from "../../src/domain/watched-alert.ts";

const MINUTE_MS = 60_000;
const BEGIN_MS = Date.parse("2027-03-02T12:00:00Z");

const LOST: Condition = {
  code: "DEVICE_LOST",
  severity: "warning",
  connection: "acme",
  text: "1 rep without a working device",
  count: 1,
  holdMs: 0,
};

/** Lets looks follow each other and tells what people heard, with the minute. */
function watcher() {
  let watched: readonly WatchedAlert[] = [];
  const heard: string[] = [];
  const ids: string[] = [];
  return {
    heard,
    ids,
    look: (minute: number, conditions: readonly Condition[]) => {
      const rules = { nowMs: BEGIN_MS + minute * MINUTE_MS, repeatMs: 6 * 60 * MINUTE_MS };
      const settled = settleAlerts(watched, conditions, rules);
      watched = settled.watched;
      heard.push(...settled.notices.map(({ kind, alert }) => `${minute} ${kind} ${alert.code}`));
      ids.push(...settled.notices.map(({ noticeId }) => noticeId));
      return settled;
    },
  };
}

describe("settleAlerts", () => {
  test("tells once that something is wrong, again after hours, and when it is over", () => {
    const watch = watcher();
    for (const minute of [0, 1, 2, 359, 360, 361]) {
      watch.look(minute, [LOST]);
    }
    watch.look(362, []);
    expect(watch.look(363, []).resolved).toMatchObject([
      { code: "DEVICE_LOST", resolvedAtMs: BEGIN_MS + 363 * MINUTE_MS },
    ]);
    expect(watch.heard).toEqual([
      "0 opened DEVICE_LOST",
      "360 repeated DEVICE_LOST",
      "363 resolved DEVICE_LOST",
    ]);
    expect(new Set(watch.ids).size).toBe(3);
  });

  test("waits where a condition has to hold, and forgets one that did not", () => {
    const watch = watcher();
    const down: Condition = { ...LOST, code: "SALESFORCE_DOWN", holdMs: 5 * MINUTE_MS };
    watch.look(0, [down]);
    watch.look(4, [down]);
    watch.look(4.5, []);
    watch.look(5, [down]);
    watch.look(9.5, [down]);
    watch.look(10, [down]);
    expect(watch.heard).toEqual(["10 opened SALESFORCE_DOWN"]);
  });

  test("what is away for a moment is the same alert", () => {
    const watch = watcher();
    watch.look(0, [LOST]);
    watch.look(0.5, []);
    watch.look(1, [LOST]);
    watch.look(1.9, []);
    expect(watch.heard).toEqual(["0 opened DEVICE_LOST"]);
  });

  test("what grows is told again, at most every ten minutes", () => {
    const watch = watcher();
    watch.look(0, [LOST]);
    watch.look(1, [{ ...LOST, count: 5 }]);
    watch.look(10, [{ ...LOST, count: 6 }]);
    watch.look(25, [{ ...LOST, count: 6 }]);
    expect(watch.heard).toEqual(["0 opened DEVICE_LOST", "10 worse DEVICE_LOST"]);
  });

  test("connections are told apart", () => {
    const watch = watcher();
    watch.look(0, [LOST, { ...LOST, connection: "globex" }]);
    watch.look(1, [LOST]);
    watch.look(2, [LOST]);
    expect(watch.heard).toEqual([
      "0 opened DEVICE_LOST",
      "0 opened DEVICE_LOST",
      "2 resolved DEVICE_LOST",
    ]);
  });
});
