import { useEffect, useRef } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import type { ReplayProgress } from "./parked-shapes.ts";

const ASK_EVERY_MS = 500;

/** Follows a replay of many entries for as long as its id is given; a missed answer is asked for again. */
export function useBatch(
  batchId: string | undefined,
  tell: (progress: ReplayProgress) => void,
): void {
  const teller = useRef(tell);
  teller.current = tell;
  useEffect(() => {
    if (batchId === undefined) {
      return undefined;
    }
    const leave = new AbortController();
    const ask = async () => {
      try {
        const path = `/parked/replays${apiPath(batchId)}`;
        teller.current(await callApi<ReplayProgress>(path, { signal: leave.signal }));
      } catch {
        // The next turn asks again; the work goes on without this page.
      }
    };
    const timer = setInterval(() => void ask(), ASK_EVERY_MS);
    void ask();
    return () => {
      clearInterval(timer);
      leave.abort();
    };
  }, [batchId]);
}
