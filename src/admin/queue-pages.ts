import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import type { RequestHandler } from "express";
import type { AdminQueues } from "./admin-queues.ts";

/** Builds bull-board's pages; it has no login of its own, so the guard must stand before it. */
export function queuePages(queues: AdminQueues, path: string): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: Object.values(queues).map(({ queue }) => new BullMQAdapter(queue)),
    serverAdapter,
    options: { uiConfig: { boardTitle: "siro-bridge queues" } },
  });
  return serverAdapter.getRouter();
}
