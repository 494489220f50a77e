import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Express } from "express";

/** Slow senders are cut off by the intake's own times; these guard the rest. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common load balancers, so that they close first. */
const KEEP_ALIVE_MS = 75_000;
const DRAIN_MS = 5_000;
const DRAIN_LOOK_MS = 50;

/** The listening server and how to end it. */
export interface WebServer {
  readonly server: Server;
  /** Stops accepting, lets requests in flight finish, then cuts what is left. */
  stop(): Promise<void>;
}

/** Takes a request when it is meant for it, and says whether it did. */
export type FirstListener = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Puts some listeners before the pages: their requests never pass through the framework. */
export function createWebServer(first: readonly FirstListener[], pages: Express): WebServer {
  const server = createServer((request, response) => {
    if (isDraining) {
      response.setHeader("connection", "close");
    }
    if (!first.some((takes) => takes(request, response))) {
      pages(request, response);
    }
  });
  let isDraining = false;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return {
    server,
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
