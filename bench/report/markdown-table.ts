import type { Figure } from "../figures.ts";
import { showNumber } from "./show-number.ts";

const PIPE = /\|/g;

/** One column: its head, and what it says of a figure. */
export interface Column {
  readonly head: string;
  readonly cell: (figure: Figure) => string;
}

/** Writes figures as a table, one row each; nothing where there is none. */
export function markdownTable(columns: readonly Column[], figures: readonly Figure[]): string {
  const rows = figures.map((figure) => columns.map(({ cell }) => cell(figure)));
  return rows.length === 0
    ? ""
    : tableOf(
        columns.map(({ head }) => head),
        rows,
      );
}

/** Writes heads and rows as a table. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...rows].map(lineOf).join("\n");
}

/** A column of what a figure is about. */
export function ofColumn(head: string, name: string): Column {
  return { head, cell: ({ of }) => shown(of[name]) };
}

/** A column of values, with a slash between them; empty where a figure has none of them. */
export function valueColumn(head: string, ...names: readonly string[]): Column {
  return {
    head,
    cell: ({ values }) =>
      names.some((name) => values[name] !== undefined)
        ? names.map((name) => shown(values[name])).join(" / ")
        : "",
  };
}

/** A column of medians, with least and most behind them where there were several runs. */
export function spreadColumn(head: string, name: string): Column {
  return {
    head,
    cell: ({ values }) => {
      const [least, most] = [values[`${name}Min`], values[`${name}Max`]];
      const range = least === undefined ? "" : ` (${shown(least)}–${shown(most)})`;
      return `${shown(values[name])}${range}`;
    },
  };
}

function shown(value: number | string | null | undefined): string {
  return typeof value === "number" ? showNumber(value) : (value ?? "");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(PIPE, "\\|")).join(" | ")} |`;
}
