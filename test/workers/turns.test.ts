import { describe, expect, test } from "@jest/globals";
import { createTurns, type EndTurn } from "../../workers/turns.ts";
import { until } from "../support/until.ts";

/** Never, as far as a test goes. */
const NEVER_MS = 60_000;

/** Asks for turns and remembers who got one. */
function asking(turns: ReturnType<typeof createTurns>) {
  const got = new Map<string, EndTurn | undefined>();
  const ask = (name: string) => void turns.take().then((end) => got.set(name, end));
  const untilAnswered = (name: string) =>
    until(() => got.has(name), { timeoutMs: 5000, what: `an answer for ${name}` });
  return { got, ask, untilAnswered };
}

describe("turns", () => {
  test("are given in order, one when another ends", async () => {
    const { got, ask, untilAnswered } = asking(
      createTurns({ most: 1, slowMs: NEVER_MS, mostSlow: 1 }),
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
    const { got, ask, untilAnswered } = asking(createTurns({ most: 1, slowMs: 10, mostSlow: 2 }));
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
});
