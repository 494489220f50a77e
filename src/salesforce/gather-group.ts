import { setTimeout as sleep } from "node:timers/promises";

/** How often a group looks whether it is complete. */
const LOOK_EVERY_MS = 25;
/** One quiet look may fall between a record's announcement and its arrival; two in a row do not. */
const QUIET_LOOKS = 2;
/** So much longer, at most, a group waits for what is on its way; it must not wait for a backlog to end. */
const MOST_EXTRA_MS = 1_000;

/** A group of records that gathers for one call. */
export interface GatheringGroup {
  /** The least it stays open; milliseconds. */
  readonly leastMs: number;
  readonly size: () => number;
  /** False once the group left by another way: because it was full. */
  readonly isOpen: () => boolean;
  /** Says whether records are on their way that should join. */
  readonly isMoreComing: () => Promise<boolean>;
}

/**
 * Resolves when a group should go: nothing joined it for a moment and nothing is on its way.
 *
 * A record alone waits for `leastMs`; a burst that arrives together stays together, however long it takes to be
 * taken up, up to a second. Not knowing what is on its way counts as nothing.
 */
export async function untilGathered(group: GatheringGroup): Promise<void> {
  const { leastMs } = group;
  const beganMs = performance.now();
  let seen = group.size();
  let quietLooks = 0;
  for (let waitedMs = 0; waitedMs < leastMs + MOST_EXTRA_MS; ) {
    await sleep(Math.min(LOOK_EVERY_MS, leastMs));
    if (!group.isOpen()) {
      return;
    }
    const isQuiet = group.size() === seen && !(await isMoreComing(group));
    quietLooks = isQuiet ? quietLooks + 1 : 0;
    seen = group.size();
    waitedMs = performance.now() - beganMs;
    if (quietLooks >= QUIET_LOOKS && waitedMs >= leastMs) {
      return;
    }
  }
}

async function isMoreComing(group: GatheringGroup): Promise<boolean> {
  try {
    return await group.isMoreComing();
  } catch {
    return false;
  }
}
