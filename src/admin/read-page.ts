import { z } from "zod";
import type { TimePlace } from "../books/time-index.ts";
import { InputInvalidError } from "../http/input-errors.ts";

/** A call costs no more than reading so many entries; the cursor leads on. */
const MOST_COST = 700;

/** One entry of a lane: `item` is undefined when the filter leaves it out. */
export interface LaneEntry<Item> {
  readonly after: TimePlace;
  readonly item: Item | undefined;
  /** What it cost to get here, in entries read; 1 where nothing is said. */
  readonly cost?: number;
}

/** The entries of one connection in order of time, in chunks. */
export interface Lane<Item> {
  readonly name: string;
  readonly chunks: AsyncIterator<readonly LaneEntry<Item>[], undefined>;
}

/** One page of a list. A page may hold fewer items than asked for, even none, and still have a next one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Where each lane goes on, by its name. */
export type Places = Readonly<Record<string, TimePlace>>;

/** How a page is cut. */
export interface PageCut {
  readonly limit: number;
  readonly order: "oldest-first" | "newest-first";
  /** Where the lanes began; lanes that are not looked at stay there. */
  readonly places: Places;
}

interface Head<Item> extends Lane<Item> {
  buffer: LaneEntry<Item>[];
  isDone: boolean;
}

/** Merges lanes into one list in order of time, and cuts a page from its beginning. */
export async function readPage<Item>(
  lanes: readonly Lane<Item>[],
  { limit, order, places }: PageCut,
): Promise<Page<Item>> {
  const heads = lanes.map((lane): Head<Item> => ({ ...lane, buffer: [], isDone: false }));
  const passed: Record<string, TimePlace> = { ...places };
  const items: Item[] = [];
  for (let cost = 0; ; ) {
    await Promise.all(heads.map(fill));
    const head = firstHead(heads, order);
    const entry = head?.buffer[0];
    if (head === undefined || entry === undefined) {
      return { items, nextCursor: null };
    }
    if (items.length === limit || cost >= MOST_COST) {
      return { items, nextCursor: writeCursor(passed) };
    }
    head.buffer.shift();
    passed[head.name] = entry.after;
    cost += entry.cost ?? 1;
    if (entry.item !== undefined) {
      items.push(entry.item);
    }
  }
}

const cursorSchema = z.record(
  z.string(),
  z.object({ atMs: z.number(), member: z.string().max(200).optional() }),
);

/**
 * Reads a cursor that an earlier page gave; no cursor is the beginning.
 *
 * @throws {InputInvalidError} when it is not one of ours.
 */
export function readCursor(cursor: string | undefined): Places {
  if (cursor === undefined) {
    return {};
  }
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (error) {
    const issue = { path: "cursor", message: "must be the nextCursor of an earlier page" };
    throw new InputInvalidError([issue], { cause: error });
  }
}

function writeCursor(places: Places): string {
  return Buffer.from(JSON.stringify(places)).toString("base64url");
}

async function fill<Item>(head: Head<Item>): Promise<void> {
  while (!head.isDone && head.buffer.length === 0) {
    const { done, value } = await head.chunks.next();
    head.isDone = done === true;
    head.buffer = [...(value ?? [])];
  }
}

function firstHead<Item>(
  heads: readonly Head<Item>[],
  order: PageCut["order"],
): Head<Item> | undefined {
  const atMs = ({ buffer }: Head<Item>) => buffer[0]?.after.atMs ?? 0;
  const [first] = heads
    .filter(({ buffer }) => buffer.length > 0)
    .sort((left, right) =>
      order === "oldest-first" ? atMs(left) - atMs(right) : atMs(right) - atMs(left),
    );
  return first;
}
