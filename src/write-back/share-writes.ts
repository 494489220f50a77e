import { setTimeout as sleep } from "node:timers/promises";

/** How writes are gathered. */
export interface ShareOptions {
  /** How long the first of a group waits for others. */
  readonly waitMs: () => number;
  readonly maxRecords: number;
}

interface Group<Outcome> {
  readonly recordIds: Set<string>;
  readonly outcomes: Promise<ReadonlyMap<string, Outcome>>;
}

/**
 * Lets whoever writes at the same moment share one call; a record stands in it once.
 *
 * One group is written at a time: an earlier value never arrives after a later one.
 */
export function shareWrites<Outcome>(
  write: (recordIds: readonly string[]) => Promise<ReadonlyMap<string, Outcome>>,
  { waitMs, maxRecords }: ShareOptions,
): (recordId: string) => Promise<Outcome | undefined> {
  let open: Group<Outcome> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function begin(): Group<Outcome> {
    const recordIds = new Set<string>();
    const outcomes = gather(recordIds, last);
    last = outcomes.catch(() => undefined);
    return { recordIds, outcomes };
  }
  async function gather(recordIds: ReadonlySet<string>, previous: Promise<unknown>) {
    await Promise.all([previous, sleep(waitMs())]);
    if (open?.recordIds === recordIds) {
      open = undefined;
    }
    return write([...recordIds]);
  }
  return async (recordId) => {
    if (open === undefined || open.recordIds.size >= maxRecords) {
      open = begin();
    }
    const { recordIds, outcomes } = open;
    recordIds.add(recordId);
    return (await outcomes).get(recordId);
  };
}
