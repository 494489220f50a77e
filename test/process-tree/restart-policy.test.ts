import { describe, expect, test } from "@jest/globals";
import {
  CHILD_RESTARTS,
  judgeDeaths,
  REDIS_RESTARTS,
} from "../../src/process-tree/restart-policy.ts";

const SECOND_MS = 1000;

describe("judgeDeaths", () => {
  test("restarts at once after the first death, then ever slower", () => {
    const deathsMs = [0, 1, 2, 3, 4, 5, 6, 7];
    const verdicts = deathsMs.map((nowMs, at) =>
      judgeDeaths(CHILD_RESTARTS, deathsMs.slice(0, at + 1), nowMs),
    );

    expect(verdicts.map((verdict) => verdict.kind === "restart" && verdict.delayMs)).toEqual([
      0, 250, 500, 1000, 2000, 4000, 4000, 4000,
    ]);
  });

  test("gives up at the ninth death within a minute", () => {
    const deathsMs = Array.from({ length: 9 }, (_, at) => at * SECOND_MS);

    expect(judgeDeaths(CHILD_RESTARTS, deathsMs, 8 * SECOND_MS)).toEqual({ kind: "give-up" });
  });

  test("forgets a death after a minute", () => {
    const deathsMs = [...Array.from({ length: 8 }, (_, at) => at), 60 * SECOND_MS + 7];

    expect(judgeDeaths(CHILD_RESTARTS, deathsMs, 60 * SECOND_MS + 7)).toEqual({
      kind: "restart",
      delayMs: 0,
    });
  });

  test("brings Redis back within a second, however often it died", () => {
    expect(Math.max(...REDIS_RESTARTS.delaysMs)).toBeLessThan(SECOND_MS);
  });
});
