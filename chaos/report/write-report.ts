import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { FAULTS } from "../faults.ts";
import type { ScenarioResult } from "../run-scenario.ts";

const TEMPLATE = "chaos/report/section.md";
const BEGIN = "<!-- chaos report: begin -->";
const END = "<!-- chaos report: end -->";
const PIPE = /\|/g;

/** Everything that one run found. */
export interface ChaosReport {
  readonly endedAt: string;
  readonly seed: number;
  readonly node: string;
  readonly tookMs: number;
  readonly scenarios: readonly ScenarioResult[];
  readonly histories: { readonly count: number; readonly failure: string | undefined };
}

/** Writes the report as JSON. */
export function writeJson(report: ChaosReport, path: string): void {
  writeFileSync(path, `${JSON.stringify(report, undefined, 2)}\n`);
}

/** Writes the report into its section of a document, between the two marks. */
export function writeSection(report: ChaosReport, path: string): void {
  const text = readFileSync(path, "utf8");
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) {
    throw new Error(`${path} has no section for the report`);
  }
  const section = sectionOf(report, readFileSync(TEMPLATE, "utf8"));
  writeFileSync(path, `${text.slice(0, from)}${BEGIN}\n${section.trim()}\n${text.slice(to)}`);
}

/** The template with everything that it names filled in. */
function sectionOf(report: ChaosReport, template: string): string {
  const { scenarios, histories } = report;
  const values: Readonly<Record<string, string>> = {
    day: report.endedAt.slice(0, 10),
    seed: String(report.seed),
    node: report.node,
    cores: String(cpus().length),
    minutes: String(Math.round(report.tookMs / 60_000)),
    kept: String(scenarios.filter(({ outcome }) => outcome === "kept").length),
    scenarios: String(scenarios.length),
    acked: String(sum(scenarios.map(({ acked }) => acked))),
    refused: String(sum(scenarios.map(({ refused }) => refused))),
    arrivals: String(sum(scenarios.map(({ arrivals }) => arrivals))),
    histories: `${histories.count} (${histories.failure === undefined ? "all as the model says" : "BROKEN"})`,
    scenarioRows: scenarios.map(scenarioRow).join("\n"),
    faultRows: FAULTS.map((fault) => faultRow(fault, scenarios)).join("\n"),
  };
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function scenarioRow(result: ScenarioResult): string {
  const { name, outcome, reason, factor, acked, refused, arrivals, latenessP99Ms } = result;
  const broken = result.verdicts.filter(({ isKept }) => !isKept).map(({ invariant }) => invariant);
  const bounds = result.bounds
    .map(({ what, foundMs, limitMs }) => `${what} ${seconds(foundMs)} (≤ ${seconds(limitMs)})`)
    .join(", ");
  const late = Object.values(latenessP99Ms).map(seconds).join(" / ");
  const how = reason ?? (outcome === "kept" ? "kept" : `broken: ${broken.join(", ")}`);
  return row([
    `\`${name}\``,
    how,
    ...[acked, refused, arrivals].map(String),
    late,
    `${bounds}${bounds === "" ? "" : ", "}× ${factor}`,
  ]);
}

function faultRow(
  { number, title, limit = "" }: (typeof FAULTS)[number],
  scenarios: readonly ScenarioResult[],
): string {
  const made = scenarios.filter(({ faults }) => faults.includes(number));
  const names = made.map(({ name, outcome }) =>
    outcome === "kept" ? `\`${name}\`` : `\`${name}\` (${outcome})`,
  );
  return row([String(number), title, names.join(", "), limit]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(PIPE, "\\|")).join(" | ")} |`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
