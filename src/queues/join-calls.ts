/** A call that takes many items and answers each, in the order given. */
export type BulkCall<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/** How calls are joined. */
export interface JoinOptions {
  /** Callers with this many items together do not wait for the call that is under way. */
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
 * Joins what is asked while a call is under way into the next one.
 *
 * The first goes out at once, so a lone caller waits for nobody; those who come meanwhile go together when it
 * is back, or as soon as they are enough for a call of their own. Each caller gets the results of its own
 * items, or the failure of the call that carried them.
 */
export function joinCalls<Item, Result>(
  call: BulkCall<Item, Result>,
  options: JoinOptions,
): BulkCall<Item, Result> {
  let waiting: Caller<Item, Result>[] = [];
  let waitingItems = 0;
  let underWay = 0;
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      waitingItems += items.length;
      if (underWay === 0 || waitingItems >= options.enoughItems) {
        void serveWaiting();
      }
    });

  async function serveWaiting(): Promise<void> {
    const callers = waiting;
    waiting = [];
    waitingItems = 0;
    underWay += 1;
    await serve(call, callers, options);
    underWay -= 1;
    if (underWay === 0 && waiting.length > 0) {
      void serveWaiting();
    }
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
