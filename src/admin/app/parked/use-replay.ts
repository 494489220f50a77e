import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { type Doing, useDoing } from "../use-call.ts";
import type { ParkedFilter } from "./parked-filter.ts";
import type { ReplayProgress } from "./parked-shapes.ts";
import { useBatch } from "./use-batch.ts";

/** What would be replayed, counted before anybody says yes. */
export interface ReplayQuestion {
  readonly filter: ParkedFilter;
  readonly matching: number;
}

/** The replay of many entries: counted, confirmed, followed to its end. */
export interface Replay extends Omit<Doing, "begin"> {
  readonly question: ReplayQuestion | undefined;
  readonly progress: ReplayProgress | undefined;
  /** Counts what a filter means and asks whether to go on. */
  readonly ask: (filter: ParkedFilter) => void;
  readonly confirm: () => void;
  /** Leaves the question unanswered. */
  readonly leave: () => void;
  /** Stops what is under way; what was not handed back stays parked. */
  readonly stop: () => void;
}

interface Begun {
  readonly replayed: number;
  readonly total?: number;
  readonly batchId?: string;
}

/** Runs replays of this page, one at a time; `onDone` is called when one has ended. */
export function useReplay(onDone: () => void): Replay {
  const { begin, ...doing } = useDoing();
  const [question, setQuestion] = useState<ReplayQuestion>();
  const [progress, setProgress] = useState<ReplayProgress>();
  const [batchId, setBatchId] = useState<string>();
  const follow = (seen: ReplayProgress) => {
    setProgress(seen);
    if (seen.state !== "running") {
      setBatchId(undefined);
      onDone();
    }
  };
  useBatch(batchId, follow);
  const ask = (filter: ParkedFilter) =>
    begin(async () => {
      setProgress(undefined);
      const body = { ...filter, dryRun: true };
      const { count } = await callApi<{ readonly count: number }>("/parked/replay", {
        method: "POST",
        body,
      });
      setQuestion({ filter, matching: count });
    });
  const confirm = () =>
    begin(async () => {
      const body = question?.filter ?? {};
      const begun = await callApi<Begun>("/parked/replay", { method: "POST", body });
      const { replayed, total = replayed } = begun;
      setQuestion(undefined);
      const isOver = begun.batchId === undefined;
      follow({ total, done: replayed, failed: 0, state: isOver ? "done" : "running" });
      setBatchId(begun.batchId);
    });
  const stop = () =>
    begin(async () => {
      await callApi(`/parked/replays${apiPath(batchId ?? "")}`, { method: "DELETE" });
    });
  return {
    ...doing,
    question,
    progress,
    ask,
    confirm,
    leave: () => setQuestion(undefined),
    stop,
  };
}
