/** A call that takes many items and answers each, in the order given. */
export type BulkCall<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/** How calls are joined. */
export interface JoinOptions {
  /** A joint call takes no further caller once it has this many items. */
  readonly maxItems: number;
  /** Whether a failure may be the fault of one item, so that each caller should be tried alone. */
  readonly isOfOneItem: (error: unknown) => boolean;
}

interface Caller<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins what is asked while a call is under way into the next one.
 *
 * One call runs at a time. The first goes out at once, so a lone caller waits for nobody; the busier it gets,
 * the more callers share one call. Each caller gets the results of its own items, or the failure of the
 * call that carried them.
 */
export function joinCalls<Item, Result>(
  call: BulkCall<Item, Result>,
  options: JoinOptions,
): BulkCall<Item, Result> {
  const waiting: Caller<Item, Result>[] = [];
  let isRunning = false;
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      if (!isRunning) {
        void run();
      }
    });

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      await serve(call, takeCallers(waiting, options.maxItems), options);
    }
    isRunning = false;
  }
}

/** Takes callers from the front: at least one, and no part of any. */
function takeCallers<Item, Result>(
  waiting: Caller<Item, Result>[],
  maxItems: number,
): readonly Caller<Item, Result>[] {
  let items = 0;
  const over = waiting.findIndex((caller) => {
    const isOver = items > 0 && items + caller.items.length > maxItems;
    items += caller.items.length;
    return isOver;
  });
  return waiting.splice(0, over < 0 ? waiting.length : over);
}

async function serve<Item, Result>(
  call: BulkCall<Item, Result>,
  callers: readonly Caller<Item, Result>[],
  options: JoinOptions,
): Promise<void> {
  try {
    const results = await call(callers.flatMap(({ items }) => items));
    let from = 0;
    for (const { items, resolve } of callers) {
      resolve(results.slice(from, from + items.length));
      from += items.length;
    }
  } catch (error) {
    if (callers.length > 1 && options.isOfOneItem(error)) {
      await Promise.all(callers.map((caller) => serve(call, [caller], options)));
      return;
    }
    for (const { reject } of callers) {
      reject(error);
    }
  }
}
