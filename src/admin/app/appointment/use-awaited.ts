import { useEffect, useState } from "preact/hooks";

const ASK_EVERY_MS = 1_000;
const MOST_ASKS = 10;

/** Whether something that was asked for has come: still awaited, come, or not come in time. */
export type Awaited = "nothing" | "awaited" | "come" | "late";

/** Reads anew every second until `sign` is another than when `ask` was called, ten times at most. */
export function useAwaited(
  sign: unknown,
  reload: () => void,
): { readonly state: Awaited; readonly ask: () => void } {
  const [asked, setAsked] = useState<{ readonly sign: unknown; readonly asks: number }>();
  const isCome = asked !== undefined && asked.sign !== sign;
  const isLate = asked !== undefined && asked.asks >= MOST_ASKS;
  const isOver = asked === undefined || isCome || isLate;
  useEffect(() => {
    if (isOver) {
      return undefined;
    }
    const timer = setInterval(() => {
      reload();
      setAsked((before) => before && { ...before, asks: before.asks + 1 });
    }, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isOver, reload]);
  return {
    state: stateOf(asked !== undefined, isCome, isLate),
    ask: () => setAsked({ sign, asks: 0 }),
  };
}

function stateOf(isAsked: boolean, isCome: boolean, isLate: boolean): Awaited {
  if (!isAsked) {
    return "nothing";
  }
  if (isCome) {
    return "come";
  }
  return isLate ? "late" : "awaited";
}
