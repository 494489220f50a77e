import { describe, expect, test } from "@jest/globals";
import type {
  Batch,
  PubSub,
  SubscriptionEars,
} from "../../src/salesforce/change-events/open-pubsub.ts";
import { PubSubCallError } from "../../src/salesforce/change-events/pubsub-call-error.ts";
import { runSubscription } from "../../src/salesforce/change-events/run-subscription.ts";

function aBatch(number: number, pendingNumRequested = 100): Batch {
  return { events: [], latestReplayId: Buffer.of(number), pendingNumRequested };
}

/** A subscription whose other end is the test. */
function aSubscription(take: (batch: Batch) => Promise<void>) {
  const requests: number[] = [];
  const heard: { ears?: SubscriptionEars } = {};
  let cancels = 0;
  const pubsub: PubSub = {
    schema: () => Promise.reject(new Error("not asked for here")),
    subscribe: (_channel, _start, ears) => {
      heard.ears = ears;
      return {
        request: (count) => requests.push(count),
        cancel: () => {
          cancels += 1;
        },
      };
    },
    close: () => undefined,
  };
  const stopping = new AbortController();
  const ended = runSubscription(
    {
      pubsub,
      channel: "/data/ChangeEvents",
      start: { replayPreset: "LATEST" },
      eventsAtOnce: 100,
      silenceMs: 10_000,
      take,
      onAccepted: () => undefined,
    },
    stopping.signal,
  );
  return {
    ended,
    requests,
    hear: () => heard.ears,
    stop: () => stopping.abort(),
    cancels: () => cancels,
  };
}

describe("batches that wait for their turn", () => {
  test("are taken one at a time, in their order", async () => {
    const order: string[] = [];
    const { ended, hear, stop } = aSubscription(async ({ latestReplayId }) => {
      order.push(`begin ${latestReplayId[0]}`);
      await Promise.resolve();
      order.push(`end ${latestReplayId[0]}`);
      if (latestReplayId[0] === 3) {
        stop();
      }
    });
    for (const number of [1, 2, 3]) {
      hear()?.onBatch(aBatch(number));
    }
    expect(await ended).toEqual({ kind: "stopped" });
    expect(order).toEqual(["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]);
  });

  test("are not taken behind one that could not be: the position must not move past it", async () => {
    const taken: (number | undefined)[] = [];
    const { ended, hear, requests, cancels } = aSubscription(async ({ latestReplayId }) => {
      taken.push(latestReplayId[0]);
      if (latestReplayId[0] === 2) {
        throw new Error("not now");
      }
    });
    for (const number of [1, 2, 3, 4]) {
      hear()?.onBatch(aBatch(number, 0));
    }
    expect(await ended).toMatchObject({ kind: "not-taken" });
    expect(taken).toEqual([1, 2]);
    expect(requests).toEqual([100, 100]);
    expect(cancels()).toBe(1);
  });

  test("are not taken after the end, and nothing more is asked for", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const taken: (number | undefined)[] = [];
    const { ended, hear, requests } = aSubscription(async ({ latestReplayId }) => {
      taken.push(latestReplayId[0]);
      await held;
    });
    hear()?.onBatch(aBatch(1, 0));
    hear()?.onBatch(aBatch(2, 0));
    hear()?.onEnd(new PubSubCallError({ code: 14 }));
    setImmediate(release);
    expect(await ended).toMatchObject({ kind: "closed" });
    expect(taken).toEqual([1]);
    expect(requests).toEqual([100]);
  });
});
