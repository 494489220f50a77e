import { createServer, type Server } from "node:http";
import { Webhook } from "standardwebhooks";

/** One request that arrived at a device, its signature checked. */
export interface ArrivedMessage {
  readonly path: string;
  readonly webhookId: string;
  readonly isGenuine: boolean;
  readonly type: string;
  readonly arrivedAtMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was sent
  readonly data: any;
}

/** How the device answers; a number is a status. */
export interface SinkAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A real HTTP server that stands for a rep's integration. */
export interface WebhookSink {
  readonly url: string;
  readonly secret: string;
  readonly arrived: ArrivedMessage[];
  /** Decides the next answers; 204 by default. A promise keeps the caller waiting. */
  answer: (message: ArrivedMessage) => SinkAnswer | Promise<SinkAnswer>;
  stop(): Promise<void>;
}

/** The secret of every test device. */
export const SINK_SECRET = `whsec_${Buffer.alloc(24, "device").toString("base64")}`;

/** Starts a sink on a free port of 127.0.0.1. */
export async function startWebhookSink(): Promise<WebhookSink> {
  const arrived: ArrivedMessage[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const message = readMessage(request.url ?? "", request.headers, body);
      arrived.push(message);
      void Promise.resolve(sink.answer(message)).then(({ status, headers = {} }) =>
        response.writeHead(status, headers).end(),
      );
    });
  });
  const port = await listenAnywhere(server);
  const sink: WebhookSink = {
    url: `http://127.0.0.1:${port}`,
    secret: SINK_SECRET,
    arrived,
    answer: () => ({ status: 204 }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sink;
}

/** Listens on a free port and returns it. */
export async function listenAnywhere(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function readMessage(
  path: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): ArrivedMessage {
  const { type, data } = JSON.parse(body);
  const flat = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    path,
    webhookId: flat["webhook-id"] ?? "",
    isGenuine: verifies(body, flat),
    type,
    data,
    arrivedAtMs: Date.now(),
  };
}

function verifies(body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(SINK_SECRET).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
