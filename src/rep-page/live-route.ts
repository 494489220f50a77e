import type { RequestHandler } from "express";
import { repSessionHash } from "../books/rep-session-book.ts";
import { type EventStream, openEventStream } from "../http/event-stream.ts";
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
/** A page that makes room for another one of the same rep is in no hurry. */
const CROWDED_RETRY_MS = 60_000;

/**
 * The stream of a rep's day as server-sent events.
 *
 * A session has five at most, the newest ones: of those that a phone left behind without a word some may look open
 * for many minutes. A stream ends with its session, which every ping asks for.
 */
export function liveRoute({ guard, live, pingMs = PING_MS }: LiveRouteDeps): RequestHandler {
  const streams = new Map<string, Set<EventStream>>();
  return async (request, response) => {
    const rep = await guard.rep(request);
    if (response.destroyed) {
      return;
    }
    const own = streamsOf(streams, rep);
    makeRoom(own);
    const stream = openEventStream(response);
    own.add(stream);
    const unfollow = live.follow(rep, (day) => stream.send("day", JSON.stringify(presentDay(day))));
    const unhook = live.onClose(() => stream.end());
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

function streamsOf(
  streams: Map<string, Set<EventStream>>,
  { token }: SignedInRep,
): Set<EventStream> {
  const key = repSessionHash(token);
  const own = streams.get(key) ?? new Set();
  streams.set(key, own);
  return own;
}

function makeRoom(own: Set<EventStream>): void {
  const [oldest] = own;
  if (oldest !== undefined && own.size >= MOST_STREAMS) {
    own.delete(oldest);
    oldest.end(CROWDED_RETRY_MS);
  }
}

async function ping(guard: RepGuard, rep: SignedInRep, stream: EventStream): Promise<void> {
  try {
    if ((await guard.find(rep.token)) === undefined) {
      stream.end();
      return;
    }
  } catch {
    // The store is away: whoever was signed in stays so.
  }
  stream.ping();
}
