import type { JudgedGoal } from "./goals.ts";
import { showNumber } from "./show-number.ts";

const WIDTH = 860;
const ROW = 32;
const TOP = 82;
const LABEL_END = 350;
const BAR_WIDTH = 300;
const BAR_HEIGHT = 12;
/** Room behind the longest value. */
const AIR = 1.12;
const LEGEND =
  "Each bar has a scale of its own. Line: the goal. Dot: the ceiling or floor of the same run. Thin line: least to most of the runs.";

/** Light colours stand on the shapes themselves; where styles are read, dark ones can take their place. */
const COLOURS = {
  ground: ["#ffffff", "#0d1117"],
  ink: ["#1f2328", "#e6edf3"],
  quiet: ["#59636e", "#9198a1"],
  track: ["#eff2f5", "#21262d"],
  met: ["#1a7f64", "#3fb68b"],
  missed: ["#c4622d", "#e88a56"],
  told: ["#5b7fb5", "#7ba2d8"],
  goal: ["#1f2328", "#e6edf3"],
} as const;
type Colour = keyof typeof COLOURS;

/**
 * Draws one bar for each row that has a goal or a ceiling, as an SVG that needs nothing else and follows the reader's
 * choice of light or dark. Every bar has a scale of its own: length compares a value with its goal, not with others.
 */
export function drawChart(rows: readonly JudgedGoal[], caption: string): string {
  const drawn = rows.filter(({ ceiling, isMet }) => ceiling !== undefined || isMet !== undefined);
  const height = TOP + drawn.length * ROW + 16;
  const dark = Object.entries(COLOURS).map(([name, [, colour]]) => `.${name}{fill:${colour}}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="What was measured, beside the goals" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="13">
<style>@media (prefers-color-scheme: dark){${dark.join("")}}</style>
<rect width="${WIDTH}" height="${height}" rx="8" ${fill("ground")}/>
${text({ x: 20, y: 30, colour: "ink" }, "What was measured, beside the goals", ' font-size="16" font-weight="600"')}
${text({ x: 20, y: 49, colour: "quiet" }, caption, ' font-size="12"')}
${text({ x: 20, y: 66, colour: "quiet" }, LEGEND, ' font-size="12"')}
${drawn.map((row, at) => drawRow(row, TOP + at * ROW)).join("\n")}
</svg>
`;
}

function drawRow(row: JudgedGoal, y: number): string {
  const { title, unit, found, spread, ceiling, isMet } = row;
  const goal = row.atMost ?? row.atLeast;
  const most = Math.max(found, goal ?? 0, ceiling ?? 0, ...(spread ?? [])) * AIR;
  const length = (value: number) => (most === 0 ? 0 : (Math.max(0, value) / most) * BAR_WIDTH);
  const middle = y + ROW / 2;
  const parts = [
    text({ x: LABEL_END, y: middle + 4, colour: "ink" }, title, ' text-anchor="end"'),
    bar({ y: middle, width: BAR_WIDTH, colour: "track" }),
    bar({ y: middle, width: length(found), colour: colourOf(isMet) }),
    ...(spread === undefined ? [] : [whisker(spread.map(length), middle)]),
    ...(ceiling === undefined ? [] : [dot(length(ceiling), middle)]),
    ...(goal === undefined ? [] : [goalLine(length(goal), middle)]),
    text(
      { x: LABEL_END + BAR_WIDTH + 28, y: middle + 4, colour: "ink" },
      `${showNumber(found)} ${unit}`,
    ),
    text({ x: WIDTH - 16, y: middle + 4, colour: "quiet" }, goalText(row), ' text-anchor="end"'),
  ];
  return parts.join("");
}

function goalText({ atMost, atLeast, isMet }: JudgedGoal): string {
  const mark = isMet === true ? "✓" : "✗";
  if (atMost !== undefined) {
    return `≤ ${showNumber(atMost)} ${mark}`;
  }
  return atLeast === undefined ? "" : `≥ ${showNumber(atLeast)} ${mark}`;
}

function colourOf(isMet: boolean | undefined): Colour {
  if (isMet === undefined) {
    return "told";
  }
  return isMet ? "met" : "missed";
}

function bar({ y, width, colour }: { y: number; width: number; colour: Colour }): string {
  return `<rect x="${LABEL_END + 14}" y="${y - BAR_HEIGHT / 2}" width="${round(width)}" height="${BAR_HEIGHT}" rx="3" ${fill(colour)}/>`;
}

function whisker([from = 0, to = 0]: readonly number[], y: number): string {
  return `<rect x="${round(LABEL_END + 14 + from)}" y="${y - 1}" width="${round(Math.max(1, to - from))}" height="2" ${fill("quiet")}/>`;
}

function dot(at: number, y: number): string {
  const middle = round(LABEL_END + 14 + at);
  return `<circle cx="${middle}" cy="${y}" r="6" ${fill("ground")}/><circle cx="${middle}" cy="${y}" r="4" ${fill("quiet")}/>`;
}

function goalLine(at: number, y: number): string {
  return `<rect x="${round(LABEL_END + 13 + at)}" y="${y - 11}" width="2" height="22" ${fill("goal")}/>`;
}

function text(
  { x, y, colour }: { readonly x: number; readonly y: number; readonly colour: Colour },
  words: string,
  more = "",
): string {
  return `<text x="${x}" y="${y}" ${fill(colour)}${more}>${escaped(words)}</text>`;
}

function fill(colour: Colour): string {
  return `class="${colour}" fill="${COLOURS[colour][0]}"`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
