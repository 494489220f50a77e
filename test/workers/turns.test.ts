import { describe, expect, test } from "@jest/globals";
import { createTurns, type EndTurn } from "../../workers/turns.ts";
import { until } from "../support/until.ts";

/** Never, as far as a test goes. */
const NEVER_MS = 60_000;

/** Asks for turns and remembers who got one. */
function asking(turns: ReturnType<typeof createTurns>) {
  const got = new Map<string, EndTurn | undefined>();
  /** The first letter says whose turn it is. */
  const ask = (name: string) => void turns.take(name.slice(0, 1)).then((end) => got.set(name, end));
  const untilAnswered = (name: string) =>
    until(() => got.has(name), { timeoutMs: 5000, what: `an answer for ${name}` });
  return { got, ask, untilAnswered };
}

describe("turns", () => {
  test("are given in order, one when another ends", async () => {
    const { got, ask, untilAnswered } = asking(
      createTurns({ most: 1, mostOfOne: 1, slowMs: NEVER_MS, mostSlow: 1 }),
    );
    for (const name of ["a", "b", "c"]) {
      ask(name);
    }
    await untilAnswered("a");
    expect([...got.keys()]).toEqual(["a"]);
    got.get("a")?.();
    await untilAnswered("b");
    got.get("b")?.();
    await untilAnswered("c");
    got.get("c")?.();
  });

  test("what is slow lets the next begin, until so much is slow that nothing more is begun", async () => {
    const { got, ask, untilAnswered } = asking(
      createTurns({ most: 1, mostOfOne: 9, slowMs: 10, mostSlow: 2 }),
    );
    for (const name of ["a", "b", "c", "d"]) {
      ask(name);
    }
    await untilAnswered("d");
    expect([...got].map(([name, end]) => [name, end !== undefined])).toEqual([
      ["a", true],
      ["b", true],
      ["c", false],
      ["d", false],
    ]);
    got.get("a")?.();
    ask("e");
    await untilAnswered("e");
    expect(got.get("e")).toBeDefined();
    got.get("e")?.();
    got.get("b")?.();
  });

  test("are given to owners by turns, and never all of them to one", async () => {
    const { got, ask, untilAnswered } = asking(
      createTurns({ most: 3, mostOfOne: 2, slowMs: NEVER_MS, mostSlow: 9 }),
    );
    for (const name of ["a1", "a2", "a3", "a4", "b1", "b2", "c1"]) {
      ask(name);
    }
    await untilAnswered("b1");
    expect([...got.keys()]).toEqual(["a1", "a2", "b1"]);
    for (const [ends, next] of [
      ["a1", "a3"],
      ["a2", "b2"],
      ["b1", "c1"],
      ["a3", "a4"],
    ] as const) {
      got.get(ends)?.();
      await untilAnswered(next);
    }
    expect([...got.keys()]).toEqual(["a1", "a2", "b1", "a3", "b2", "c1", "a4"]);
    for (const name of ["b2", "c1", "a4"]) {
      got.get(name)?.();
    }
  });

  test("of an owner with much that is slow are refused to that owner alone", async () => {
    const { got, ask, untilAnswered } = asking(
      createTurns({ most: 1, mostOfOne: 1, slowMs: 10, mostSlow: 9 }),
    );
    ask("a1");
    ask("a2");
    ask("b1");
    await untilAnswered("b1");
    await untilAnswered("a2");
    expect(got.get("a2")).toBeUndefined();
    expect(got.get("b1")).toBeDefined();
    got.get("a1")?.();
    got.get("b1")?.();
  });
});
