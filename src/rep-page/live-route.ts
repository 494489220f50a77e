import type { RequestHandler, Response } from "express";
import { repSessionHash } from "../books/rep-session-book.ts";
import type { RepDay } from "../domain/rep-day.ts";
import type { LiveDays } from "./live-days.ts";
import { presentDay } from "./present-day.ts";
import type { RepGuard, SignedInRep } from "./rep-guard.ts";

/** What the stream needs from the world. */
export interface LiveRouteDeps {
  readonly guard: RepGuard;
  readonly live: LiveDays;
  readonly pingMs?: number;
}

const MOST_STREAMS = 5;
const PING_MS = 25_000;
/** Back in a few seconds, but not all pages in the same one. */
const RETRY_MS = { least: 2_000, spread: 3_000 };
/** A page that makes room for another one of the same rep is in no hurry. */
const CROWDED_RETRY_MS = 60_000;
/** More than this unread means that nobody reads. */
const MOST_UNREAD_BYTES = 262_144;

/**
 * The stream of a rep's day as server-sent events.
 *
 * A session has five at most, the newest ones: of those that a phone left behind without a word some may look open
 * for many minutes. A stream ends with its session, which every ping asks for.
 */
export function liveRoute({ guard, live, pingMs = PING_MS }: LiveRouteDeps): RequestHandler {
  const streams = new Map<string, Set<Stream>>();
  return async (request, response) => {
    const rep = await guard.rep(request);
    if (response.destroyed) {
      return;
    }
    const own = streamsOf(streams, rep);
    makeRoom(own);
    const stream = openStream(response);
    own.add(stream);
    const unfollow = live.follow(rep, stream.send);
    const unhook = live.onClose(() => stream.end(retryMs()));
    const pings = setInterval(() => void ping(guard, rep, stream), pingMs);
    response.on("close", () => {
      clearInterval(pings);
      unhook();
      unfollow();
      own.delete(stream);
      if (own.size === 0) {
        streams.delete(repSessionHash(rep.token));
      }
    });
  };
}

interface Stream {
  readonly send: (day: RepDay) => void;
  readonly ping: () => void;
  readonly end: (retryMs: number) => void;
}

function streamsOf(streams: Map<string, Set<Stream>>, { token }: SignedInRep): Set<Stream> {
  const key = repSessionHash(token);
  const own = streams.get(key) ?? new Set();
  streams.set(key, own);
  return own;
}

function makeRoom(own: Set<Stream>): void {
  const [oldest] = own;
  if (oldest !== undefined && own.size >= MOST_STREAMS) {
    own.delete(oldest);
    oldest.end(CROWDED_RETRY_MS);
  }
}

function openStream(response: Response): Stream {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // Some proxies would keep events back until there are enough of them.
    "x-accel-buffering": "no",
  });
  response.write(`retry: ${retryMs()}\n\n`);
  const write = (text: string) => {
    if (response.writableLength > MOST_UNREAD_BYTES) {
      response.destroy();
    } else if (!response.writableEnded) {
      response.write(text);
    }
  };
  return {
    send: (day) => write(`event: day\ndata: ${JSON.stringify(presentDay(day))}\n\n`),
    ping: () => write(": ping\n\n"),
    end: (ms) => {
      write(`retry: ${ms}\n\n`);
      response.end();
    },
  };
}

async function ping(guard: RepGuard, rep: SignedInRep, stream: Stream): Promise<void> {
  try {
    if ((await guard.find(rep.token)) === undefined) {
      stream.end(retryMs());
      return;
    }
  } catch {
    // The store is away: whoever was signed in stays so.
  }
  stream.ping();
}

function retryMs(): number {
  return RETRY_MS.least + Math.floor(Math.random() * RETRY_MS.spread);
}
