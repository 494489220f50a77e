import { z } from "zod";
import type { AskSiro, SiroQuestion } from "./ask-siro.ts";
import { SiroAnswerError } from "./siro-errors.ts";

/** More than anybody's backlog: a hundred full pages of events. */
const MOST_PAGES = 100;

/** Twenty full pages in one: reading a longer list would hold up everything else for a second. */
const MOST_ROWS = 20_000;

const rowsSchema = z
  .array(z.unknown())
  .transform((rows) => rows.flat())
  .refine((rows) => rows.length <= MOST_ROWS);

const pageSchema = z.union([
  z.object({ data: rowsSchema, cursor: z.string().min(1).nullish().catch(undefined) }),
  rowsSchema.transform((data) => ({ data, cursor: undefined })),
]);

/** The rows of all pages. */
export interface ReadPages {
  readonly rows: readonly unknown[];
  /** False when there were more pages than are read at once: the rows left out are the last ones. */
  readonly isComplete: boolean;
}

/** What is listed, and for whom. */
export interface Listing {
  readonly connection: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Reads a list to its end.
 *
 * Takes the forms that Siro's lists really have: `{data, cursor}`, a bare array, and rows inside arrays. A
 * cursor that was met before ends the list: it is made of a time that many rows may share.
 *
 * @throws {SiroAnswerError} when an answer holds no list, or one without end.
 */
export async function readPages(
  ask: AskSiro,
  { connection, path, query }: Listing,
): Promise<ReadPages> {
  const rows: unknown[] = [];
  const met = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, cursor: next } = await readPage(ask, connection, {
      method: "GET",
      path,
      query: { ...query, ...(cursor === undefined ? {} : { cursor }) },
    });
    for (const row of data) {
      rows.push(row);
    }
    if (next == null || data.length === 0 || met.has(next)) {
      return { rows, isComplete: true };
    }
    met.add(next);
    cursor = next;
  }
  return { rows, isComplete: false };
}

async function readPage(ask: AskSiro, connection: string, question: SiroQuestion) {
  const read = pageSchema.safeParse(await ask(question));
  if (!read.success) {
    throw new SiroAnswerError(connection, { detail: "no list where one was asked for" });
  }
  return read.data;
}

/** Parses every row; rows of another shape are counted and passed over. */
export function parseRows<Row>(
  rows: readonly unknown[],
  schema: z.ZodType<Row>,
): { readonly parsed: readonly Row[]; readonly unreadable: number } {
  const parsed = rows.flatMap((row) => {
    const read = schema.safeParse(row);
    return read.success ? [read.data] : [];
  });
  return { parsed, unreadable: rows.length - parsed.length };
}
