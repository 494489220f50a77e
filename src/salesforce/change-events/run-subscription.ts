import type { Batch, PubSub, ReplayStart, Subscription } from "./open-pubsub.ts";
import type { PubSubCallError } from "./pubsub-call-error.ts";

/** How a subscription ended. */
export type SubscriptionEnd =
  | { readonly kind: "stopped" }
  /** Neither an event nor a sign of life for too long. */
  | { readonly kind: "silent" }
  | { readonly kind: "closed"; readonly error: PubSubCallError }
  /** What came could not be taken. */
  | { readonly kind: "not-taken"; readonly error: unknown };

/** One subscription to be run. */
export interface SubscriptionRun {
  readonly pubsub: PubSub;
  readonly channel: string;
  readonly start: ReplayStart;
  /** As many events are under way at most; more are asked for as they are taken. */
  readonly eventsAtOnce: number;
  readonly silenceMs: number;
  /** Must resolve only once the batch is durable. */
  readonly take: (batch: Batch) => Promise<void>;
  readonly onAccepted: () => void;
}

/**
 * Runs a subscription until it ends, one batch at a time in their order.
 *
 * Resolves when nothing of it is at work any more; never rejects.
 */
export async function runSubscription(
  run: SubscriptionRun,
  signal: AbortSignal,
): Promise<SubscriptionEnd> {
  let tellEnd: (end: SubscriptionEnd) => void = () => undefined;
  const ended = new Promise<SubscriptionEnd>((resolve) => {
    tellEnd = resolve;
  });
  const stop = begin(run, (end) => tellEnd(end));
  const onAbort = () => tellEnd({ kind: "stopped" });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) {
    onAbort();
  }
  const end = await ended;
  signal.removeEventListener("abort", onAbort);
  await stop();
  return end;
}

function begin(run: SubscriptionRun, tellEnd: (end: SubscriptionEnd) => void): () => Promise<void> {
  const { pubsub, channel, start, eventsAtOnce, silenceMs } = run;
  let taking: Promise<void> = Promise.resolve();
  let isOver = false;
  const watchdog = setTimeout(() => tellEnd({ kind: "silent" }), silenceMs);

  async function takeNext(batch: Batch, subscription: Subscription): Promise<void> {
    if (isOver) {
      return;
    }
    await run.take(batch);
    const { pendingNumRequested: pending } = batch;
    if (!isOver && pending <= eventsAtOnce / 2) {
      subscription.request(eventsAtOnce - pending);
    }
  }
  const subscription = pubsub.subscribe(channel, start, {
    onAccepted: run.onAccepted,
    onBatch: (batch) => {
      watchdog.refresh();
      taking = taking
        .then(() => takeNext(batch, subscription))
        .catch((error) => {
          // What came after it must not move the position past it.
          isOver = true;
          tellEnd({ kind: "not-taken", error });
        });
    },
    onEnd: (error) => tellEnd({ kind: "closed", error }),
  });
  subscription.request(eventsAtOnce);
  return async () => {
    isOver = true;
    clearTimeout(watchdog);
    subscription.cancel();
    await taking;
  };
}
