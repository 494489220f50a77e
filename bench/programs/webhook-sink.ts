import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { listenAnywhere } from "../listen-anywhere.ts";
import { type Arrival, ArrivalTally, preciseNowMs, sinkRequestSchema } from "./arrival-tally.ts";

/** The secret that all devices of the benchmark share. */
export const DEVICE_SECRET = `whsec_${Buffer.alloc(24, "device").toString("base64")}`;

/** Where the sink listens. */
export const sinkSchema = z.object({ port: z.int() });

const tally = new ArrivalTally();

/** Stands for the webhook devices of all reps: takes every message at once and remembers when it came. */
export async function serveSink(raw: unknown): Promise<object> {
  const request = sinkRequestSchema.parse(raw);
  switch (request.kind) {
    case "listen":
      return listen();
    case "forget":
      tally.forget();
      return {};
    case "count":
      return { distinct: tally.distinct };
    case "report":
      return tally.report(request.due, isSigned);
  }
}

async function listen(): Promise<z.infer<typeof sinkSchema>> {
  const server = createServer(async (request, response) => {
    await take(request);
    response.writeHead(204).end();
  });
  server.keepAliveTimeout = 60_000;
  return { port: await listenAnywhere(server) };
}

async function take(request: IncomingMessage): Promise<void> {
  const atMs = preciseNowMs();
  const rep = Number(/\d+$/.exec(request.url ?? "")?.[0]);
  tally.note({ rep, headers: request.headers, body: await buffer(request) }, atMs);
}

function isSigned({ headers, body }: Arrival): boolean {
  const own = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  try {
    new Webhook(DEVICE_SECRET).verify(body.toString("utf8"), Object.fromEntries(own));
    return true;
  } catch {
    return false;
  }
}
