import { createServer } from "node:http";
import { z } from "zod";
import { spreadOf } from "../statistics.ts";

const requestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("listen") }),
  /** Forgets what arrived. */
  z.object({ kind: z.literal("forget") }),
  z.object({ kind: z.literal("report"), dueAtMs: z.number() }),
]);

/** Where the sink listens. */
export const sinkSchema = z.object({ port: z.int() });

/** What arrived: late by so many milliseconds, counted from the due time. */
export const arrivalsSchema = z.object({
  distinct: z.int(),
  requests: z.int(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type Arrivals = z.infer<typeof arrivalsSchema>;

/** When each message came for the first time, by its `webhook-id`; epoch milliseconds. */
const firstAtMs = new Map<string, number>();
let requests = 0;

/** Stands for the devices of all reps: takes every message at once and remembers when it came. */
export async function serveSink(raw: unknown): Promise<object> {
  const request = requestSchema.parse(raw);
  switch (request.kind) {
    case "listen":
      return listen();
    case "forget":
      firstAtMs.clear();
      requests = 0;
      return {};
    case "report": {
      const lateMs = [...firstAtMs.values()].map((atMs) => atMs - request.dueAtMs);
      return { distinct: firstAtMs.size, requests, ...spreadOf(lateMs) };
    }
  }
}

async function listen(): Promise<z.infer<typeof sinkSchema>> {
  const server = createServer((request, response) => {
    const id = String(request.headers["webhook-id"]);
    requests += 1;
    if (!firstAtMs.has(id)) {
      firstAtMs.set(id, performance.timeOrigin + performance.now());
    }
    request.resume().once("end", () => response.writeHead(204).end());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0 };
}
