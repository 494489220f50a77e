/** One measurement: what was measured, in which case, and what came out. */
export interface Figure {
  /** Dotted name: `intake.closed-loop`. */
  readonly figure: string;
  readonly of: Readonly<Record<string, string | number>>;
  /** Units stand at the end of the names; null and texts say why there is no number. */
  readonly values: Readonly<Record<string, number | string | null>>;
}

/** Collects figures: each is written as one JSON line at once, all together as one table in the end. */
export class FigureBook {
  readonly #figures: Figure[] = [];
  readonly #writeLine: (line: string) => void;

  constructor(writeLine: (line: string) => void) {
    this.#writeLine = writeLine;
  }

  /** What was taken so far. */
  get figures(): readonly Figure[] {
    return this.#figures;
  }

  /** Takes a figure and writes its line. */
  add(figure: Figure): void {
    const values = Object.fromEntries(
      Object.entries(figure.values).map(([name, value]) => [name, rounded(value)]),
    );
    const kept = { ...figure, values };
    this.#figures.push(kept);
    this.#writeLine(JSON.stringify(kept));
  }

  /** Writes the table. */
  printTable(): void {
    const rows = this.#figures.map(({ figure, of, values }) => [figure, words(of), words(values)]);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    console.log("");
    for (const row of rows) {
      console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
    }
  }
}

function words(entries: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name} ${value ?? "-"}`)
    .join(", ");
}

/** Three digits say all that a benchmark knows. */
function rounded(value: number | string | null): number | string | null {
  if (typeof value !== "number") {
    return value;
  }
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
