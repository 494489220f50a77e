import type { LeaseTimes } from "./while-leased.ts";

/** How a stream is followed; times in milliseconds. */
export interface StreamTuning extends LeaseTimes {
  /** Where the Pub/Sub API is. */
  readonly endpoint: string;
  /** As many events are under way at most. */
  readonly eventsAtOnce: number;
  /** After so long without an event or a sign of life the stream is taken for dead. */
  readonly silenceMs: number;
  readonly callTimeoutMs: number;
  /** The first wait before connecting again; doubled each time, up to the longest. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** The wait after a refusal that an operator has to mend. */
  readonly refusedWaitMs: number;
}

/** The usual tuning: Salesforce gives a sign of life every 270 s and sends at most 100 events per request. */
export const STREAM_TUNING: StreamTuning = {
  endpoint: "https://api.pubsub.salesforce.com:7443",
  eventsAtOnce: 100,
  silenceMs: 300_000,
  callTimeoutMs: 30_000,
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
  refusedWaitMs: 300_000,
  leaseMs: 20_000,
  renewMs: 5_000,
};

/** How long to wait before the n-th connection in a row that came to nothing; up to half less, at random. */
export function reconnectWaitMs(
  { firstWaitMs, longestWaitMs }: StreamTuning,
  failures: number,
  random: number,
): number {
  const fullMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.max(0, failures - 1));
  return Math.round(fullMs * (1 - random / 2));
}
