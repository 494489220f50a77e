import type { Request, RequestHandler } from "express";
import { type EventStream, openEventStream } from "../http/event-stream.ts";
import type { SharedOverview } from "./overview/share-overview.ts";

/** What the stream needs from the world. */
export interface LiveRouteDeps {
  readonly overview: SharedOverview;
  /** Whoever asked is still let in. */
  readonly isStillSignedIn: (request: Request) => Promise<boolean>;
  readonly pingMs?: number | undefined;
}

const PING_MS = 25_000;
/** Some that a page left behind without a word look open for many minutes. */
const MOST_STREAMS = 200;
/** A page that makes room for another is in no hurry. */
const CROWDED_RETRY_MS = 60_000;

/** The stream of the overview as server-sent events; it ends with the session, which every ping asks for. */
export function liveRoute(deps: LiveRouteDeps): RequestHandler {
  const { overview, pingMs = PING_MS } = deps;
  const streams = new Set<EventStream>();
  return (request, response) => {
    const [oldest] = streams;
    if (oldest !== undefined && streams.size >= MOST_STREAMS) {
      streams.delete(oldest);
      oldest.end(CROWDED_RETRY_MS);
    }
    const stream = openEventStream(response);
    streams.add(stream);
    const unfollow = overview.follow((json) => stream.send("overview", json));
    const unhook = overview.onClose(() => stream.end());
    const pings = setInterval(() => void ping(deps, request, stream), pingMs);
    response.on("close", () => {
      clearInterval(pings);
      unhook();
      unfollow();
      streams.delete(stream);
    });
  };
}

async function ping(
  { isStillSignedIn }: LiveRouteDeps,
  request: Request,
  stream: EventStream,
): Promise<void> {
  try {
    if (!(await isStillSignedIn(request))) {
      stream.end();
      return;
    }
  } catch {
    // The store is away: whoever was signed in stays so.
  }
  stream.ping();
}
