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

  test("callers that come meanwhile share the next call, and each gets its own results", async () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    const asked = [joined(["a"]), joined(["b"]), joined(["c"])];
    await store.answerNext();
    await store.answerNext();
    expect(store.calls).toEqual([["a"], ["b", "c"]]);
    expect(await Promise.all(asked)).toEqual([["A"], ["B"], ["C"]]);
  });

  test("nobody is answered before the call that carries the items", async () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    let isAnswered = false;
    void joined(["a"]);
    void joined(["b"]).then(() => {
      isAnswered = true;
    });
    await store.answerNext();
    expect(isAnswered).toBe(false);
    await store.answerNext();
    expect(isAnswered).toBe(true);
  });

  test("callers who are enough together do not wait", () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    void joined(["a"]);
    void joined(["b", "c"]);
    expect(store.calls).toEqual([["a"]]);
    void joined(["d", "e"]);
    void joined(["f", "g", "h"]);
    expect(store.calls).toEqual([["a"], ["b", "c", "d", "e"], ["f", "g", "h"]]);
  });

  test("whoever waits goes when the last call is back, in the order of coming", async () => {
    const store = aStore();
    const joined = joinCalls(store.call, OPTIONS);
    const asked = [joined(["a"]), joined(["b", "c", "d"]), joined(["e"])];
    await store.answerNext();
    expect(store.calls).toHaveLength(2);
    await store.answerNext();
    await store.answerNext();
    expect(store.calls).toEqual([["a"], ["b", "c", "d"], ["e"]]);
    expect(await Promise.all(asked)).toEqual([["A"], ["B", "C", "D"], ["E"]]);
  });

  test("an item that is refused fails its own caller only", async () => {
    const store = aStore({ refuses: "b" });
    const joined = joinCalls(store.call, OPTIONS);
    const asked = Promise.allSettled([joined(["a"]), joined(["b"]), joined(["c"])]);
    for (let call = 0; call < 4; call += 1) {
      await store.answerNext();
    }
    expect(store.calls).toEqual([["a"], ["b", "c"], ["b"], ["c"]]);
    expect((await asked).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test("a failure of the store fails everyone at once, and the next call is tried again", async () => {
    const store = aStore({ refuses: "b" });
    const joined = joinCalls(store.call, { ...OPTIONS, isOfOneItem: () => false });
    const asked = Promise.allSettled([joined(["a"]), joined(["b"]), joined(["c"])]);
    await store.answerNext();
    await store.answerNext();
    expect((await asked).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    const later = joined(["d"]);
    await store.answerNext();
    expect(await later).toEqual(["D"]);
  });
});
