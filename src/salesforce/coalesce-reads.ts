import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { isUsedUp } from "./call-budget.ts";
import { untilGathered } from "./gather-group.ts";
import { DAILY_LIMIT_PAUSE_MS } from "./judge-refusal.ts";
import type { Org } from "./org.ts";
import { ApiLimitError, OrgBusyError, type OrgError, OrgUnavailableError } from "./org-errors.ts";
import type { ReadOutcome, RecordRef } from "./read-outcome.ts";
import { IDS_PER_QUERY, readRecords } from "./read-records.ts";
import { createReadsUnderWay, type ReadsUnderWay } from "./reads-under-way.ts";

/** How one record was found, and when the look began. */
export interface ReadResult {
  readonly outcome: ReadOutcome;
  /** Taken before the call; epoch milliseconds, rising with every call of this process. A later look wins. */
  readonly readAtMs: number;
}

/** Reads single records, many at a time. */
export interface RecordReader {
  /**
   * Reads one record; whoever asks within the same moment shares one call.
   *
   * @throws {ApiLimitError} without a call, while nearly all of the org's calls are used up.
   * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError} when the call fails, to all who share it; and at
   * once, without a call, while the org's pause lasts.
   * @throws {OrgBusyError} at once, while the org is slow and more than one read waits for it.
   */
  read(ref: RecordRef): Promise<ReadResult>;
  /** Says whether a call waits for its answer for longer than an org takes that is well. */
  isSlow(): boolean;
}

/** How the reader waits. */
export interface ReaderOptions {
  /** How long the first of a group waits for others, at least; grows when the org's calls become scarce. */
  readonly flushAfterMs?: number;
  readonly maxRefs?: number;
  /** Says whether more is on its way that will ask soon: a group waits for it, for up to a second more. */
  readonly isMoreComing?: () => Promise<boolean>;
  readonly nowMs?: () => number;
}

interface Waiting {
  readonly ref: RecordRef;
  readonly settle: PromiseWithResolvers<ReadResult>;
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

const FLUSH_AFTER_MS = 50;
const SCARCE_FLUSH_AFTER_MS = 250;
const VERY_SCARCE = { share: 0.8, flushAfterMs: 1000 } as const;

/** Makes the reader of one org. */
export function createReader(org: Org, options: ReaderOptions = {}): RecordReader {
  const { flushAfterMs = FLUSH_AFTER_MS, maxRefs = IDS_PER_QUERY, nowMs = Date.now } = options;
  const { isMoreComing = async () => false } = options;
  const slowDownAt = org.connection.salesforce?.slowDownAtApiShare ?? 1;
  let waiting = new Map<string, Waiting>();
  let lastReadAtMs = 0;
  const underWay = createReadsUnderWay();

  function flush(): void {
    const group = [...waiting.values()];
    waiting = new Map();
    lastReadAtMs = Math.max(lastReadAtMs + 1, nowMs());
    void underWay.track(settleGroup(org, group, lastReadAtMs));
  }
  async function gather(group: typeof waiting): Promise<void> {
    await untilGathered({
      leastMs: flushDelayMs(org.usage()?.share ?? 0, slowDownAt, flushAfterMs),
      size: () => group.size,
      isOpen: () => group === waiting,
      isMoreComing,
    });
    if (group === waiting) {
      flush();
    }
  }
  return {
    isSlow: underWay.isSlow,
    read: (ref) => {
      const refusal = refusalOf(org, underWay);
      if (refusal !== undefined) {
        return Promise.reject(refusal);
      }
      const key = canonicalRecordId(ref.recordId);
      const isFirst = waiting.size === 0;
      const one = waiting.get(key) ?? { ref: { ...ref, recordId: key }, settle: withResolvers() };
      waiting.set(key, one);
      if (waiting.size >= maxRefs) {
        flush();
      } else if (isFirst) {
        void gather(waiting);
      }
      return one.settle.promise;
    },
  };
}

/**
 * How long the first of a group waits for others, by the share of the org's calls that is used; reads slow down
 * from `slowDownAt` on.
 */
export function flushDelayMs(
  share: number,
  slowDownAt: number,
  flushAfterMs = FLUSH_AFTER_MS,
): number {
  if (share >= VERY_SCARCE.share) {
    return Math.max(flushAfterMs, VERY_SCARCE.flushAfterMs);
  }
  return share >= slowDownAt ? Math.max(flushAfterMs, SCARCE_FLUSH_AFTER_MS) : flushAfterMs;
}

async function settleGroup(org: Org, group: readonly Waiting[], readAtMs: number): Promise<void> {
  try {
    const refs = group.map(({ ref }) => ref);
    const outcomes = await org.pause.read(() => readRecords(org, refs));
    for (const { ref, settle } of group) {
      const outcome = outcomes.get(ref.recordId);
      if (outcome === undefined) {
        settle.reject(
          new OrgUnavailableError(org.connection.name, { detail: "a record was not answered for" }),
        );
      } else {
        settle.resolve({ outcome, readAtMs });
      }
    }
  } catch (error) {
    for (const { settle } of group) {
      settle.reject(error);
    }
  }
}

/** Why nobody may ask now; whoever cannot be answered must not wait, nor keep others from their turn. */
function refusalOf(org: Org, underWay: ReadsUnderWay): OrgError | undefined {
  const { name } = org.connection;
  if (isUsedUp(org)) {
    return new ApiLimitError(name, {
      detail: "nearly all API calls of the day are used",
      retryAfterMs: DAILY_LIMIT_PAUSE_MS,
    });
  }
  const busyMs = underWay.busyMs();
  return org.pause.refusal() ?? (busyMs > 0 ? new OrgBusyError(name, busyMs) : undefined);
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
