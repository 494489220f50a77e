import { api } from "./calls.js";
import { keepDay } from "./kept.js";

/** Backs up the stream, which can be dead without a sign of it. */
const POLL_MS = 60_000;
const REOPEN_MS = 5_000;

/**
 * Keeps the rep's day fresh while the page is looked at.
 *
 * Coming back to the page always asks anew: an iPhone brings the page to the front without telling it why.
 *
 * @param {(day: object) => void} onDay hears of every newer day
 * @param {(error: Error) => void} onTrouble hears why the day is not fresh
 */
export function followDay(onDay, onTrouble) {
  const ending = new AbortController();
  const { signal } = ending;
  let newest = "";
  let stream;
  let reopening;

  function accept(day) {
    // An answer that was overtaken by a newer one says nothing.
    if (!signal.aborted && day.now >= newest) {
      newest = day.now;
      keepDay(day);
      onDay(day);
    }
  }

  async function refresh() {
    try {
      accept(await api("/today"));
    } catch (error) {
      if (!signal.aborted) {
        onTrouble(error);
      }
    }
  }

  function open() {
    close();
    stream = new EventSource("/rep/api/live");
    stream.addEventListener("day", ({ data }) => accept(JSON.parse(data)));
    stream.addEventListener("error", () => {
      // The browser itself tries again unless the answer was a refusal; then the call says which.
      if (stream?.readyState === EventSource.CLOSED) {
        reopening = setTimeout(wake, REOPEN_MS);
      }
    });
  }

  function close() {
    clearTimeout(reopening);
    stream?.close();
  }

  function wake() {
    if (document.visibilityState === "visible" && !signal.aborted) {
      open();
      void refresh();
    }
  }

  function see() {
    return document.visibilityState === "visible" ? wake() : close();
  }

  document.addEventListener("visibilitychange", see, { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && wake(), { signal });
  addEventListener("pagehide", close, { signal });
  addEventListener("online", wake, { signal });
  addEventListener("offline", () => refresh(), { signal });
  const polling = setInterval(() => document.visibilityState === "visible" && refresh(), POLL_MS);
  wake();
  return {
    refresh,
    stop: () => {
      ending.abort();
      clearInterval(polling);
      close();
    },
  };
}
