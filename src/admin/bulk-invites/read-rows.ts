import { CsvError, parse } from "csv-parse/sync";
import { InputInvalidError } from "../../http/input-errors.ts";
import { newRepSchema } from "../rep-routes.ts";

/** More than this is a matter for several files. */
export const MOST_ROWS = 1_000;

/** A thousand long rows; the parser takes a microsecond for each character, and nobody is to wait for 200 ms. */
const LONGEST_CSV = 150_000;
/** No more than these are counted: the others would only keep everybody waiting. */
const MOST_COUNTED = 2 * MOST_ROWS;

/** The columns a list of reps may have, as they are written. */
export const COLUMNS: readonly string[] = Object.keys(newRepSchema.shape);
const NEEDED = ["userId", "email", "name"] as const;

/** One row of a list of reps, not judged yet; what is empty is absent. */
export interface RawRow {
  /** Where it ends in the file, the first line being 1. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Reads a list of reps: a line that names the columns, then one rep a line. Pure.
 *
 * Commas, semicolons and tabs are understood, whichever the first line uses; names of columns in any case.
 *
 * @throws {InputInvalidError} when it is no such list, or has too many rows.
 */
export function readRows(csv: string): readonly RawRow[] {
  if (csv.length > LONGEST_CSV) {
    throw refused("csv", `has more than ${LONGEST_CSV} characters: split it into parts`);
  }
  const [head, ...records] = parseCsv(csv);
  const columns = (head?.cells ?? []).map(columnOf);
  checkColumns(columns, head?.cells ?? []);
  checkCount("csv", records.length);
  return records.map(({ line, cells }) => ({ line, cells: named(columns, cells) }));
}

/** @throws {InputInvalidError} when there are no rows, or more than one call takes. */
export function checkCount(path: string, count: number): void {
  if (count === 0) {
    throw refused(path, "names no rep: put one on each line below the names of the columns");
  }
  if (count > MOST_ROWS) {
    const [found, most] = [count, MOST_ROWS].map((number) => number.toLocaleString("en-US"));
    const more = count < MOST_COUNTED ? "" : " or more";
    throw refused(
      path,
      `has ${found}${more} rows; ${most} at once are the most: split it into parts`,
    );
  }
}

interface CsvLine {
  readonly line: number;
  readonly cells: readonly string[];
}

function parseCsv(csv: string): readonly CsvLine[] {
  const lines: CsvLine[] = [];
  try {
    parse(csv, {
      bom: true,
      delimiter: delimiterOf(csv),
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      to: MOST_COUNTED + 1,
      trim: true,
      on_record: (cells: readonly string[], context) => {
        lines.push({ line: context.lines, cells });
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) {
      throw refused("csv", `is no CSV: ${error.message}`, error);
    }
    throw error;
  }
  return lines;
}

function delimiterOf(csv: string): string {
  const [first = ""] = csv.split(/\r?\n/, 1);
  const uses = (delimiter: string) => first.split(delimiter).length;
  return [",", ";", "\t"].toSorted((left, right) => uses(right) - uses(left))[0] ?? ",";
}

function columnOf(word: string): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, "");
  return COLUMNS.find((column) => plain(column) === plain(word));
}

function checkColumns(columns: readonly (string | undefined)[], words: readonly string[]): void {
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    const seen = words.length === 0 ? "It is empty" : `It has: ${words.join(", ").slice(0, 200)}`;
    const rest = COLUMNS.filter((column) => !NEEDED.some((needed) => needed === column));
    throw refused(
      "csv",
      `must name its columns on the first line: userId, email and name, and ${rest.join(", ")} where wanted. ${seen}`,
    );
  }
}

function named(
  columns: readonly (string | undefined)[],
  cells: readonly string[],
): RawRow["cells"] {
  return Object.fromEntries(
    columns.flatMap((column, at) => {
      const cell = cells[at] ?? "";
      return column === undefined || cell === "" ? [] : [[column, cell]];
    }),
  );
}

function refused(path: string, message: string, cause?: unknown): InputInvalidError {
  return new InputInvalidError([{ path, message }], { cause });
}
