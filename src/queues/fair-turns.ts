import type { Queue } from "bullmq";

/** So many open jobs a connection may have before newer ones let other connections go first. */
const TURN = 100;

/** BullMQ knows no lower one. */
const LAST_PRIORITY = 2_000_000;

/** What a job's options say of its turn: nothing, which comes before all priorities, in the first one. */
export type JobPriority = { readonly priority?: number };

/** The turn of a job before which a connection has so many open ones. */
export function priorityOf(before: number): JobPriority {
  const turn = Math.floor(before / TURN);
  return turn === 0 ? {} : { priority: Math.min(turn, LAST_PRIORITY) };
}

/**
 * Whose turn it is among connections that share a queue.
 *
 * A connection's first hundred open jobs come before all others' later ones, its second hundred before all others'
 * third: what one connection floods the queue with lies behind what the others have, however late they come.
 */
export interface FairTurns {
  /** Learns how much is done meanwhile, where jobs of these connections are enough for a second turn; before `add`. */
  look(connections: readonly string[]): Promise<void>;
  /** Adds jobs of these connections with the priorities that `added` gets, in the same order. */
  add<Added>(
    connections: readonly string[],
    added: (priorities: readonly JobPriority[]) => Promise<Added>,
  ): Promise<Added>;
}

/**
 * Makes the turns of one queue as this process sees them; they begin with nothing open.
 *
 * How much of each connection is open is not asked: what this process added is counted, and never more in all than
 * the queue holds. Where the queue is empty everybody begins anew.
 */
export function createFairTurns(queue: Queue): FairTurns {
  const open = new Map<string, number>();
  let onTheirWay = 0;

  function shrinkTo(most: number): void {
    const sum = [...open.values()].reduce((all, one) => all + one, 0);
    const share = most / Math.max(sum, 1);
    if (share >= 1) {
      return;
    }
    for (const [connection, count] of open) {
      const left = Math.floor(count * share);
      if (left === 0) {
        open.delete(connection);
      } else {
        open.set(connection, left);
      }
    }
  }
  return {
    look: async (connections) => {
      const isSecondTurn = connections.some(
        (connection) => (open.get(connection) ?? 0) + connections.length > TURN,
      );
      if (isSecondTurn) {
        // What comes into the queue while it is counted may be missed there.
        const before = onTheirWay;
        const held = await countOpen(queue);
        shrinkTo(held + Math.max(before, onTheirWay));
      }
    },
    add: async (connections, added) => {
      const priorities = connections.map((connection) => {
        const before = open.get(connection) ?? 0;
        open.set(connection, before + 1);
        return priorityOf(before);
      });
      onTheirWay += connections.length;
      try {
        return await added(priorities);
      } finally {
        onTheirWay -= connections.length;
      }
    },
  };
}

/** An estimate must not stand in the way of what is to be added. */
async function countOpen(queue: Queue): Promise<number> {
  try {
    return await queue.getJobCountByTypes("waiting", "prioritized", "active", "delayed");
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
