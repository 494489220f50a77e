import type { Redis } from "ioredis";
import type { z } from "zod";
import { readRep } from "../../books/rep-book.ts";
import { newRepSchema } from "../rep-routes.ts";
import { COLUMNS, type RawRow } from "./read-rows.ts";

type NewRep = z.output<typeof newRepSchema>;

/** One row of a list of reps, judged. */
export interface JudgedRow {
  readonly line: number;
  readonly cells: RawRow["cells"];
  /** new: nobody of that id is known · known: a rep, who gets another invite · bad: it must be mended first. */
  readonly state: "new" | "known" | "bad";
  /** What to do about a bad row, or what changes about a known rep. */
  readonly notes: readonly string[];
  /** Undefined for a bad row. */
  readonly rep?: NewRep;
}

/** Judges every row against the promised form, the other rows, and the reps who are known. */
export async function judgeRows(
  redis: Redis,
  connection: string,
  rows: readonly RawRow[],
): Promise<readonly JudgedRow[]> {
  const firstLines = new Map<string, number>();
  const formed = rows.map((row) => judgeForm(row, firstLines));
  return Promise.all(
    formed.map(async (row) => {
      const { rep } = row;
      const known = rep && (await readRep(redis, { connection, userId: rep.userId }));
      return rep === undefined || known === undefined
        ? row
        : { ...row, state: "known" as const, notes: changesOf(known, rep) };
    }),
  );
}

/** How many rows there are of each kind. */
export function countRows(rows: readonly JudgedRow[]) {
  const count = (state: JudgedRow["state"]) => rows.filter((row) => row.state === state).length;
  return { new: count("new"), known: count("known"), bad: count("bad") };
}

function judgeForm({ line, cells }: RawRow, firstLines: Map<string, number>): JudgedRow {
  const parsed = newRepSchema.safeParse(cells);
  if (!parsed.success) {
    return { line, cells, state: "bad", notes: problemsOf(parsed.error, cells) };
  }
  const rep = parsed.data;
  const first = firstLines.get(rep.userId);
  if (first !== undefined) {
    const note = `userId: line ${first} has the same rep; keep one of the two`;
    return { line, cells, state: "bad", notes: [note] };
  }
  firstLines.set(rep.userId, line);
  return { line, cells, state: "new", notes: [], rep };
}

/** One sentence a column: the first problem hides the others anyhow. */
function problemsOf({ issues }: z.ZodError, cells: RawRow["cells"]): readonly string[] {
  const byColumn = new Map(issues.toReversed().map((one) => [String(one.path[0]), one.message]));
  return [...byColumn].map(([column, message]) =>
    cells[column] === undefined ? `${column}: fill it in` : `${column}: ${TELL[column] ?? message}`,
  );
}

const TELL: Readonly<Record<string, string>> = {
  email: "must be an e-mail address like rita@example.com",
  userId: "must be the rep's Salesforce user id of 15 or 18 letters and digits",
};

function changesOf(known: object, rep: object): readonly string[] {
  const [before, after] = [new Map(Object.entries(known)), new Map(Object.entries(rep))];
  return COLUMNS.filter(
    (column) => after.has(column) && after.get(column) !== before.get(column),
  ).map((column) => `${column}: ${before.get(column) ?? "nothing"} becomes ${after.get(column)}`);
}
