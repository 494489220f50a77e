/** The rest of a long answer, kept for `/query/<locator>`. */
export interface QueryCursor {
  readonly totalSize: number;
  readonly records: readonly unknown[];
  readonly pageSize: number;
}

/** The open cursors of the org. */
export interface QueryCursors {
  /** Keeps an answer and gives its locator, without the offset. */
  open(cursor: QueryCursor): string;
  find(locator: string): QueryCursor | undefined;
  clear(): void;
}

/** The oldest go first. */
const MOST_CURSORS = 1_000;

/** Makes a place for cursors. */
export function createQueryCursors(): QueryCursors {
  const cursors = new Map<string, QueryCursor>();
  let opened = 0;
  return {
    open: (cursor) => {
      opened += 1;
      const locator = `01g5f${String(opened).padStart(10, "0")}AAA`;
      cursors.set(locator, cursor);
      const [oldest] = cursors.keys();
      if (cursors.size > MOST_CURSORS && oldest !== undefined) {
        cursors.delete(oldest);
      }
      return locator;
    },
    find: (locator) => cursors.get(locator),
    clear: () => cursors.clear(),
  };
}
