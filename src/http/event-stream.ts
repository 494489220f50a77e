import type { Response } from "express";

/** A stream of server-sent events to one page. */
export interface EventStream {
  /** Sends one event; data that is not JSON has no place here. */
  send(event: string, json: string): void;
  /** Sends a comment, so that nobody on the way takes the stream for dead. */
  ping(): void;
  /** Ends it; the page comes back after about `retryMs`. */
  end(retryMs?: number): void;
}

/** Back in a few seconds, but not all pages in the same one. */
const RETRY_MS = { least: 2_000, spread: 3_000 };
/** More than this unread means that nobody reads. */
const MOST_UNREAD_BYTES = 1_048_576;

/** Answers a request with a stream of events. */
export function openEventStream(response: Response): EventStream {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // Some proxies would keep events back until there are enough of them.
    "x-accel-buffering": "no",
  });
  const write = (text: string) => {
    if (response.writableLength > MOST_UNREAD_BYTES) {
      response.destroy();
    } else if (!response.writableEnded) {
      response.write(text);
    }
  };
  write(`retry: ${retryMs()}\n\n`);
  return {
    send: (event, json) => write(`event: ${event}\ndata: ${json}\n\n`),
    ping: () => write(": ping\n\n"),
    end: (ms = retryMs()) => {
      write(`retry: ${ms}\n\n`);
      response.end();
    },
  };
}

function retryMs(): number {
  return RETRY_MS.least + Math.floor(Math.random() * RETRY_MS.spread);
}
