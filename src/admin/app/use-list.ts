import { useCallback, useEffect, useState } from "preact/hooks";
import type { ListPage } from "./api-shapes.ts";
import { type ApiError, callApi, errorOf } from "./call-api.ts";

/** A list that grows page by page. */
export interface GrowingList<Item, Page extends ListPage<Item>> {
  readonly items: readonly Item[];
  /** The latest page, for what stands beside its items. */
  readonly page?: Page;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error?: ApiError;
  readonly more: () => void;
  readonly reload: () => void;
}

interface Asked {
  readonly path: string;
  readonly cursor: string | undefined;
  readonly turn: number;
}

/** Reads a list of the API; `path` holds its filters. Another path begins a new list. */
export function useList<Item, Page extends ListPage<Item> = ListPage<Item>>(
  path: string,
): GrowingList<Item, Page> {
  const [asked, setAsked] = useState<Asked>({ path, cursor: undefined, turn: 0 });
  const [read, setRead] = useState<Read<Item, Page>>({ path, items: [], isLoading: true });
  const { cursor, turn } = asked.path === path ? asked : { cursor: undefined, turn: 0 };
  // Who comes back to a list later begins at its beginning.
  useEffect(() => setAsked({ path, cursor: undefined, turn: 0 }), [path]);
  useEffect(() => {
    const leave = new AbortController();
    setRead((before) => begin(before, path));
    const address = cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    callApi<Page>(address, { signal: leave.signal }).then(
      (page) => {
        if (!leave.signal.aborted) {
          setRead(({ items }) => ({
            path,
            page,
            items: cursor === undefined ? page.items : [...items, ...page.items],
            isLoading: false,
          }));
        }
      },
      (error) => {
        if (!leave.signal.aborted) {
          setRead((before) => ({ ...before, isLoading: false, error: errorOf(error) }));
        }
      },
    );
    return () => leave.abort();
  }, [path, cursor, turn]);
  const next = read.page?.nextCursor ?? undefined;
  const more = useCallback(
    () => setAsked((before) => ({ path, cursor: next, turn: before.turn + 1 })),
    [path, next],
  );
  const reload = useCallback(
    () => setAsked((before) => ({ path, cursor: undefined, turn: before.turn + 1 })),
    [path],
  );
  const shown = read.path === path ? read : { items: [], isLoading: true };
  return { ...shown, hasMore: next !== undefined, more, reload };
}

interface Read<Item, Page> {
  readonly path: string;
  readonly items: readonly Item[];
  readonly page?: Page;
  readonly isLoading: boolean;
  readonly error?: ApiError;
}

function begin<Item, Page>(before: Read<Item, Page>, path: string): Read<Item, Page> {
  if (before.path !== path) {
    return { path, items: [], isLoading: true };
  }
  const { error: _, ...kept } = before;
  return { ...kept, isLoading: true };
}
