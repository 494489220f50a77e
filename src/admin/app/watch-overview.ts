import type { Overview } from "./api-shapes.ts";
import { type ApiError, callApi, errorOf } from "./call-api.ts";

/** The overview as this page knows it, and how sure it can be that it still holds. */
export interface LiveOverview {
  readonly state: "connecting" | "live" | "lost";
  readonly overview?: Overview;
  /** When the bridge last confirmed it, epoch milliseconds. */
  readonly heardAtMs?: number;
  readonly error?: ApiError;
}

const TICK_MS = 5_000;
/** A stream that says nothing for so long may be dead without a word: the bridge is asked. */
const SILENCE_MS = 15_000;

/**
 * Follows the overview through the stream while the page is in view; asks now and then while there is none.
 *
 * @returns what ends it.
 */
export function watchOverview(tell: (seen: LiveOverview) => void): () => void {
  let seen: LiveOverview = { state: "connecting" };
  let source: EventSource | undefined;
  const update = (change: Partial<LiveOverview>) => {
    seen = { ...seen, ...change };
    tell(seen);
  };
  const hear = (heard: Overview) => {
    const { error: _, ...rest } = seen;
    const state = source?.readyState === EventSource.OPEN ? "live" : rest.state;
    const overview = newer(heard, rest.overview);
    seen = { ...rest, state, overview, heardAtMs: Date.now() };
    tell(seen);
  };
  const read = async () => {
    try {
      hear(await callApi<Overview>("/overview"));
    } catch (error) {
      update({ state: "lost", error: errorOf(error) });
    }
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    const opened = new EventSource("/admin/api/live");
    source = opened;
    opened.addEventListener("open", () => update({ state: "live" }));
    opened.addEventListener("error", () => update({ state: "lost" }));
    opened.addEventListener("overview", ({ data }) => {
      hear(JSON.parse(data));
    });
  };
  const tick = () => {
    const isSilent = Date.now() - (seen.heardAtMs ?? 0) > SILENCE_MS;
    if (source === undefined || document.hidden) {
      return;
    }
    if (source.readyState === EventSource.CLOSED) {
      open();
    }
    if (seen.state !== "live" || isSilent) {
      void read();
    }
  };
  const turn = () => {
    if (document.hidden) {
      close();
    } else {
      open();
      void read();
    }
  };
  const timer = setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", turn);
  turn();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", turn);
    close();
  };
}

/** An answer may be up to two seconds old, and come after the stream told of a change. */
function newer(heard: Overview, shown: Overview | undefined): Overview {
  const isOlder = momentOf(heard) < momentOf(shown);
  return shown !== undefined && isOlder ? shown : heard;
}

function momentOf(overview: Overview | undefined): number {
  return Date.parse(overview?.asOf ?? "");
}
