import { describe, expect, test } from "@jest/globals";
import type { Figure } from "../../bench/figures.ts";
import { readOptions } from "../../bench/options.ts";
import { ArrivalTally } from "../../bench/programs/arrival-tally.ts";
import { drawChart } from "../../bench/report/draw-chart.ts";
import { judgeGoals } from "../../bench/report/goals.ts";
import { replaceSection } from "../../bench/report/replace-section.ts";
import { sectionsOf } from "../../bench/report/sections.ts";
import { acrossRuns, spreadOf } from "../../bench/statistics.ts";

const machine = {
  ...{ machine: "Some CPU", cores: 2, memoryGiB: 24, loadAverage: 0.5, node: "v20.0.0" },
  ...{ packages: { bullmq: "6.7.0" }, redis: "7.0.15", redisSettings: "appendfsync always" },
  ...{ diskSyncP50Us: 100, startedAt: "2026-03-02T09:00:00.000Z", quick: false, sections: [] },
};
const growth = (waitingPrompts: number, usPerEvent: number): Figure => ({
  figure: "growth.event",
  of: { waitingPrompts },
  values: { runs: 5, usPerEvent, usPerEventMin: usPerEvent - 100, usPerEventMax: usPerEvent + 100 },
});
const bytes: Figure = {
  figure: "memory.waiting-appointment",
  of: { appointments: 5000 },
  values: { bytes: 4100, ofThatPromptJobs: 944 },
};
const figures = [growth(1_000, 1_000), growth(100_000, 1_100), bytes];

describe("the figures of several runs", () => {
  test("are told by their median, the least and the most", () => {
    expect(acrossRuns("p99Ms", [5, 1, 9])).toEqual({ p99Ms: 5, p99MsMin: 1, p99MsMax: 9 });
    expect(acrossRuns("p99Ms", [5])).toEqual({ p99Ms: 5 });
    expect(spreadOf([4, 1, 3, 2])).toEqual({ p50: 3, p95: 4, p99: 4, max: 4 });
  });
});

describe("lateness", () => {
  test("counts from the moment of each rep's own prompt, and from the first arrival", () => {
    const tally = new ArrivalTally();
    const arrive = (rep: number, atMs: number) =>
      tally.note({ rep, headers: {}, body: Buffer.from("prompt") }, atMs);
    arrive(7, 1_010);
    arrive(8, 1_530);
    arrive(8, 9_000);
    const due = { from: 7, size: 2, dueAtMs: 1_000, overMs: 1_000 };
    expect(tally.report(due, () => true)).toEqual({
      ...{ distinct: 2, requests: 3, looked: 1, genuine: 1 },
      ...{ p50: 30, p95: 30, p99: 30, max: 30, tookMs: 530 },
    });
  });
});

describe("a goal", () => {
  test("is met or missed by the median, as a share of its ceiling where it is one", () => {
    expect(judgeGoals(figures)).toEqual([
      expect.objectContaining({ unit: "bytes", found: 4100, atMost: 4000, isMet: false }),
      expect.objectContaining({ unit: "×", found: 1.1, spread: [1, 1.2], isMet: true }),
    ]);
  });

  test("that was not measured is left out", () => {
    expect(judgeGoals([growth(100_000, 1_100)])).toEqual([]);
  });
});

describe("the document", () => {
  test("gets the sections of a run between their marks, and keeps the rest", () => {
    const sections = sectionsOf({ machine, figures });
    expect([...sections.keys()]).toEqual(["run", "memory", "growth"]);
    expect(sections.get("run")).toContain(
      "| Redis per waiting appointment | 4,100 bytes |  | at most 4,000 | **missed** |",
    );
    expect(sections.get("growth")).toContain("| 100,000 | 5 | 1,100 (1,000–1,200) |  |");
    const before = "# A\n<!-- bench run: begin -->\nold\n<!-- bench run: end -->\nprose\n";
    expect(replaceSection(before, "run", "new")).toBe(before.replace("old", "new"));
    expect(() => replaceSection(before, "growth", "new")).toThrow("no section for growth");
  });

  test("tells of a whole run only", () => {
    expect(() => readOptions(["--doc", "--only", "intake"])).toThrow("one whole run");
    expect(readOptions(["--doc", "--from", "run.jsonl"])).toMatchObject({ isDocWritten: true });
  });
});

describe("the chart", () => {
  test("has a bar and a goal line for each row, needs nothing else and has colours for the dark", () => {
    const svg = drawChart(judgeGoals(figures), "Run of <today>");
    expect(svg).toContain("4,100 bytes");
    expect(svg).toContain("≤ 4,000 ✗");
    expect(svg).toContain("&lt;today>");
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg.match(/class="goal"/g)).toHaveLength(2);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toContain("http");
  });
});
