import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { listenAnywhere } from "../../bench/listen-anywhere.ts";
import type { Stage } from "../../bench/stage.ts";

/** The secret of every device. */
export const DEVICE_SECRET = `whsec_${Buffer.alloc(24, "device").toString("base64")}`;

const messageSchema = z.object({
  type: z.string(),
  data: z.object({
    promptId: z.string(),
    action: z.string(),
    dueAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    connection: z.string(),
    rep: z.object({ userId: z.string() }),
    appointment: z.object({
      recordId: z.string(),
      startAt: z.iso.datetime(),
      endAt: z.iso.datetime(),
    }),
  }),
});

/** One request that reached a device. */
export interface Arrival {
  readonly atMs: number;
  readonly path: string;
  /** What the provider collapses doubles by. */
  readonly webhookId: string;
  readonly isGenuine: boolean;
  readonly promptId: string;
  readonly action: string;
  readonly connection: string;
  readonly userId: string;
  readonly recordId: string;
  readonly dueAtMs: number;
  readonly expiresAtMs: number;
  readonly startAtMs: number;
}

/** How a device or its provider behaves; a number is an HTTP status. */
export interface Behaviour {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly afterMs?: number;
  /** Never an answer: the request stays open, or its connection is reset. */
  readonly instead?: "hang" | "reset";
}

/** All devices and providers, with a book of its own of everything that arrived. */
export interface Sink {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  behave: (arrival: Arrival) => Behaviour;
}

/** Starts the devices; they end with the stage. */
export async function startSink(stage: Stage): Promise<Sink> {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    void receive(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const port = await listenAnywhere(server);
  stage.onEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const sink: Sink = {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    behave: () => ({ status: 204 }),
  };
  return sink;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const arrival = readArrival(request, body.toString("utf8"));
    arrivals.push(arrival);
    const { status, headers = {}, afterMs = 0, instead } = sink.behave(arrival);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (instead === "reset") {
      request.socket.resetAndDestroy();
    }
    if (instead === undefined) {
      response.writeHead(status, headers).end();
    }
  }
}

function readArrival(request: IncomingMessage, body: string): Arrival {
  const { data } = messageSchema.parse(JSON.parse(body));
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    atMs: Date.now(),
    path: request.url ?? "",
    webhookId: headers["webhook-id"] ?? "",
    isGenuine: verifies(body, headers),
    promptId: data.promptId,
    action: data.action,
    connection: data.connection,
    userId: data.rep.userId,
    recordId: data.appointment.recordId,
    dueAtMs: Date.parse(data.dueAt),
    expiresAtMs: Date.parse(data.expiresAt),
    startAtMs: Date.parse(data.appointment.startAt),
  };
}

function verifies(body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(DEVICE_SECRET).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
