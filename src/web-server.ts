import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** Slow senders are cut off by the intake's own times; these guard the rest. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common load balancers, so that they close first. */
const KEEP_ALIVE_MS = 75_000;
const DRAIN_MS = 5_000;
const DRAIN_LOOK_MS = 50;
/** A request that still runs so long after its listener was replaced is not waited for. */
const LEAVE_MS = 30_000;

/** Answers every request. */
export type WebListener = (request: IncomingMessage, response: ServerResponse) => void;

/** The listening server and how to end it. */
export interface WebServer {
  readonly server: Server;
  /**
   * Lets another listener answer from the next request on; none is refused or cut.
   *
   * Resolves once those of the listener before are answered, or were not for half a minute.
   */
  swap(next: WebListener): Promise<void>;
  /** Stops accepting, lets requests in flight finish, then cuts what is left. */
  stop(): Promise<void>;
}

/** Takes a request when it is meant for it, and says whether it did. */
export type FirstListener = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Puts some listeners before the pages: their requests never pass through the framework. */
export function listenerOf(first: readonly FirstListener[], pages: WebListener): WebListener {
  return (request, response) => {
    if (!first.some((takes) => takes(request, response))) {
      pages(request, response);
    }
  };
}

/** Makes a server; it listens when {@link listen} is called. */
export function createWebServer(listener: WebListener): WebServer {
  let current = countRequests(listener);
  let isDraining = false;
  const server = createServer((request, response) => {
    if (isDraining) {
      response.setHeader("connection", "close");
    }
    current.take(request, response);
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return {
    server,
    swap: (next) => {
      const { untilIdle } = current;
      current = countRequests(next);
      return untilIdle(LEAVE_MS);
    },
    stop: async () => {
      isDraining = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const sweep = setInterval(() => server.closeIdleConnections(), DRAIN_LOOK_MS);
      const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(deadline);
    },
  };
}

function countRequests(listener: WebListener) {
  let inHand = 0;
  let tellIdle: (() => void) | undefined;
  return {
    take: (request: IncomingMessage, response: ServerResponse): void => {
      inHand += 1;
      response.once("close", () => {
        inHand -= 1;
        if (inHand === 0) {
          tellIdle?.();
        }
      });
      listener(request, response);
    },
    untilIdle: (timeoutMs: number): Promise<void> =>
      new Promise((resolve) => {
        if (inHand === 0) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, timeoutMs);
        timer.unref();
        tellIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

/**
 * Listens, and resolves to the port in use.
 *
 * @throws {Error} with code EADDRINUSE, EACCES or EADDRNOTAVAIL when the address cannot be had.
 */
export async function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
