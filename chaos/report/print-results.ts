import type { ScenarioResult } from "../run-scenario.ts";

/** One line of the table, and below it whatever was broken. */
export function resultLines(result: ScenarioResult): readonly string[] {
  const { name, outcome, reason, tookMs, factor, acked, refused, arrivals } = result;
  if (reason !== undefined) {
    return [`${name.padEnd(22)} ${outcome}: ${reason}`];
  }
  const broken = result.verdicts.filter(({ isKept }) => !isKept);
  const head = [
    name.padEnd(22),
    outcome.padEnd(7),
    `${(tookMs / 1000).toFixed(0)} s`.padStart(5),
    `x${factor}`.padStart(5),
    `acked ${acked}`.padEnd(11),
    `refused ${refused}`.padEnd(13),
    `arrived ${arrivals}`.padEnd(13),
    result.verdicts
      .map(({ invariant, isKept }) => (isKept ? invariant : `${invariant}!`))
      .join(" "),
  ].join("  ");
  return [
    head,
    ...broken.flatMap(({ invariant, findings }) =>
      findings.map((finding) => `    ${invariant}  ${finding}`),
    ),
    ...result.bounds
      .filter(({ isKept }) => !isKept)
      .map(({ what, foundMs, limitMs }) => `    ${what}: ${foundMs} ms, not ${limitMs} ms`),
    ...result.findings.map((finding) => `    ${finding}`),
  ];
}
