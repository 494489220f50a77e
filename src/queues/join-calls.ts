/** A call that takes many items and answers each, in the order given. */
export type BulkCall<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/** How calls are joined. */
export interface JoinOptions {
  /** Callers with this many items together wait for nobody. */
  readonly enoughItems: number;
  /** Whether a failure may be the fault of one item, so that each caller should be tried alone. */
  readonly isOfOneItem: (error: unknown) => boolean;
}

interface Caller<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins what is asked while calls are under way.
 *
 * A lone caller waits for nobody. While calls are under way callers go together, as soon as their items are as many
 * as those under way, or enough: so few calls carry much, and there is always something to do while one is waited
 * for. Each caller gets the results of its own items, or the failure of the call that carried them.
 */
export function joinCalls<Item, Result>(
  call: BulkCall<Item, Result>,
  options: JoinOptions,
): BulkCall<Item, Result> {
  let waiting: Caller<Item, Result>[] = [];
  let waitingItems = 0;
  let itemsUnderWay = 0;
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      waitingItems += items.length;
      serveIfEnough();
    });

  function serveIfEnough(): void {
    if (waiting.length > 0 && waitingItems >= Math.min(itemsUnderWay, options.enoughItems)) {
      void serveWaiting();
    }
  }

  async function serveWaiting(): Promise<void> {
    const callers = waiting;
    const items = waitingItems;
    waiting = [];
    waitingItems = 0;
    itemsUnderWay += items;
    await serve(call, callers, options);
    itemsUnderWay -= items;
    serveIfEnough();
  }
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
