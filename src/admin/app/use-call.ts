import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, callApi, errorOf } from "./call-api.ts";

/** A reading of the API: what came, what went wrong, and how to ask again. */
export interface Reading<Answer> {
  readonly answer?: Answer;
  readonly error?: ApiError;
  readonly isLoading: boolean;
  /** Asks again; what is shown stays until the answer is there. */
  readonly reload: () => void;
}

/** Reads one path of the API, and again whenever the path changes; an answer that comes too late is dropped. */
export function useCall<Answer>(path: string): Reading<Answer> {
  const [read, setRead] = useState<Omit<Reading<Answer>, "reload"> & { readonly path: string }>({
    path,
    isLoading: true,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const leave = new AbortController();
    const settle = (outcome: { readonly answer?: Answer; readonly error?: ApiError }) => {
      if (!leave.signal.aborted) {
        setRead({ path, isLoading: false, ...outcome });
      }
    };
    setRead((before) =>
      before.path === path ? { ...before, isLoading: true } : { path, isLoading: true },
    );
    callApi<Answer>(path, { signal: leave.signal }).then(
      (answer) => settle({ answer }),
      (error) => settle({ error: errorOf(error) }),
    );
    return () => leave.abort();
  }, [path, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { ...read, reload };
}

/** Something an operator does: whether it is under way, and what went wrong. */
export interface Doing {
  readonly isBusy: boolean;
  readonly error?: ApiError;
  readonly begin: (work: () => Promise<void>) => void;
}

/** Runs what a button starts, once at a time. */
export function useDoing(): Doing {
  const [state, setState] = useState<Omit<Doing, "begin">>({ isBusy: false });
  const busy = useRef(false);
  const begin = useCallback((work: () => Promise<void>) => {
    if (busy.current) {
      return;
    }
    busy.current = true;
    setState({ isBusy: true });
    const settle = (outcome: { readonly error?: ApiError }) => {
      busy.current = false;
      setState({ isBusy: false, ...outcome });
    };
    work().then(
      () => settle({}),
      (error) => settle({ error: errorOf(error) }),
    );
  }, []);
  return { ...state, begin };
}

/** The time now, kept up to date while something on the page depends on it. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
