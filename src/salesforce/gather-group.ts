import { setTimeout as sleep } from "node:timers/promises";

/** How often a group looks whether it is complete. */
const LOOK_EVERY_MS = 25;
/** One quiet look may fall between a record's announcement and its arrival; two in a row do not. */
const QUIET_LOOKS = 2;
/** So much longer, at most, a group waits for what is on its way; it must not wait for a backlog to end. */
const MOST_EXTRA_MS = 1_000;
/** What is on its way may be for others: a group that did not grow for so long does not wait for it. */
const NO_GROWTH_MS = 200;

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
 * taken up, up to a second and as long as it grows. Not knowing what is on its way counts as nothing.
 */
export async function untilGathered(group: GatheringGroup): Promise<void> {
  const { leastMs } = group;
  const beganMs = performance.now();
  const idleMs = watchGrowth(group);
  let quietLooks = 0;
  for (let waitedMs = 0; waitedMs < leastMs + MOST_EXTRA_MS; ) {
    await sleep(Math.min(LOOK_EVERY_MS, leastMs));
    if (!group.isOpen()) {
      return;
    }
    quietLooks = (await isQuiet(group, idleMs())) ? quietLooks + 1 : 0;
    waitedMs = performance.now() - beganMs;
    if (quietLooks >= QUIET_LOOKS && waitedMs >= leastMs) {
      return;
    }
  }
}

/** Tells at every look for how long nothing joined; 0 when something did since the look before. */
function watchGrowth({ size }: GatheringGroup): () => number {
  let seen = size();
  let grewMs = performance.now();
  return () => {
    const nowMs = performance.now();
    grewMs = size() === seen ? grewMs : nowMs;
    seen = size();
    return nowMs - grewMs;
  };
}

async function isQuiet(group: GatheringGroup, idleMs: number): Promise<boolean> {
  if (idleMs === 0) {
    return false;
  }
  return idleMs >= NO_GROWTH_MS || !(await isMoreComing(group));
}

async function isMoreComing(group: GatheringGroup): Promise<boolean> {
  try {
    return await group.isMoreComing();
  } catch {
    return false;
  }
}
