import { describe, expect, test } from "@jest/globals";
import { joinCalls } from "../../src/queues/join-calls.ts";

/** A store that answers when it is told to. */
function aStore({ refuses = "" } = {}) {
  const calls: string[][] = [];
  const answers: (() => void)[] = [];
  return {
    calls,
    answerNext: async () => {
      answers.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    call: async (items: readonly string[]) => {
      calls.push([...items]);
      await new Promise<void>((resolve) => answers.push(resolve));
      if (items.includes(refuses)) {
        throw new Error(`refused ${refuses}`);
      }
      return items.map((item) => item.toUpperCase());
    },
  };
}

const OPTIONS = { enoughItems: 3, isOfOneItem: () => true };

describe("joinCalls", () => {
  test("a lone caller waits for nobody", () => {
    const store = aStore();
    void joinCalls(store.call, OPTIONS)(["a"]);
    expect(store.calls).toEqual([["a"]]);
  });

  test("callers that come meanwhile go together once they are as many as those under way", async () => {
    const store = aStore();
    const joined = joinCalls(store.call, { ...OPTIONS, enoughItems: 100 });
    const asked = [..."abcdefghi"].map((item) => joined([item]));
    expect(store.calls).toEqual([["a"], ["b"], ["c", "d"], ["e", "f", "g", "h"]]);
    for (let call = 0; call < 5; call += 1) {
      await store.answerNext();
    }
    expect(await Promise.all(asked)).toEqual([..."ABCDEFGHI"].map((item) => [item]));
  });

  test("nobody is answered before the call that carries the items", async () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    let isAnswered = false;
    void joined(["a"]);
    void joined(["b"]);
    void joined(["c"]).then(() => {
      isAnswered = true;
    });
    await store.answerNext();
    await store.answerNext();
    expect(isAnswered).toBe(false);
    await store.answerNext();
    expect(isAnswered).toBe(true);
  });

  test("callers who are enough together do not wait, however many are under way", () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    void joined(["a", "b", "c", "d", "e"]);
    void joined(["f"]);
    expect(store.calls).toHaveLength(1);
    void joined(["g", "h"]);
    expect(store.calls).toEqual([
      ["a", "b", "c", "d", "e"],
      ["f", "g", "h"],
    ]);
  });

  test("whoever waits goes when no more than they are is under way, in the order of coming", async () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    const asked = [joined(["a", "b", "c"]), joined(["d"]), joined(["e"])];
    expect(store.calls).toEqual([["a", "b", "c"]]);
    await store.answerNext();
    expect(store.calls).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
    await store.answerNext();
    expect(await Promise.all(asked)).toEqual([["A", "B", "C"], ["D"], ["E"]]);
  });

  test("an item that is refused fails its own caller only", async () => {
    const store = aStore({ refuses: "c" });
    const joined = joinCalls(store.call, OPTIONS);
    const asked = Promise.allSettled([..."abcd"].map((item) => joined([item])));
    for (let call = 0; call < 5; call += 1) {
      await store.answerNext();
    }
    expect(store.calls).toEqual([["a"], ["b"], ["c", "d"], ["c"], ["d"]]);
    expect((await asked).map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test("a failure of the store fails everyone at once, and the next call is tried again", async () => {
    const store = aStore({ refuses: "c" });
    const joined = joinCalls(store.call, { ...OPTIONS, isOfOneItem: () => false });
    const asked = Promise.allSettled([..."abcd"].map((item) => joined([item])));
    for (let call = 0; call < 3; call += 1) {
      await store.answerNext();
    }
    expect((await asked).map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    const later = joined(["e"]);
    await store.answerNext();
    expect(await later).toEqual(["E"]);
  });
});
