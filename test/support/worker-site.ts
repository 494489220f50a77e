import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const WORKER = "/rep/sw.js";

/** An empty page with the reps' real service worker. */
export interface WorkerSite {
  /** The page that the worker looks after. */
  readonly url: string;
  /** Paths that were posted to, in order. */
  readonly posted: readonly string[];
  stop(): Promise<void>;
}

/** Serves the service worker of the reps' page without the bridge around it. */
export async function startWorkerSite(): Promise<WorkerSite> {
  const posted: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (request.method === "POST") {
      posted.push(path);
      response.writeHead(204).end();
      return;
    }
    const isWorker = path === WORKER;
    const type = isWorker ? "text/javascript" : "text/html";
    response.writeHead(200, { "content-type": type, "service-worker-allowed": "/rep" });
    response.end(
      isWorker ? readFileSync("src/rep-page/page/sw.js") : "<!doctype html><title>Rep</title>",
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/rep`,
    posted,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
