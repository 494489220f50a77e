import { createServer, type ServerResponse } from "node:http";
import { z } from "zod";
import { listenAnywhere } from "../listen-anywhere.ts";

const behaviourSchema = z.enum(["takes", "throttles", "hangs"]);
/** How the flooding connection's provider answers. */
export type Behaviour = z.infer<typeof behaviourSchema>;

const requestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("listen") }),
  /** Forgets what arrived, and answers so under `/flood` from now on. */
  z.object({ kind: z.literal("begin"), behaviour: behaviourSchema }),
  z.object({ kind: z.literal("report") }),
]);

/** What arrived first for each visit of the neighbour: its record and the moment, epoch milliseconds. */
export const neighbourSchema = z.object({ arrived: z.array(z.tuple([z.string(), z.number()])) });

const bodySchema = z.object({
  data: z.object({ appointment: z.object({ recordId: z.string() }) }),
});

const RETRY_AFTER_SECONDS = "5";
const firstAtMs = new Map<string, number>();
let behaviour: Behaviour = "takes";

/** Stands for the providers of two connections: `/flood` answers as it is told, `/neighbour` takes everything. */
export async function serveNeighbourSink(raw: unknown): Promise<object> {
  const request = requestSchema.parse(raw);
  switch (request.kind) {
    case "listen":
      return { port: await listen() };
    case "begin":
      firstAtMs.clear();
      ({ behaviour } = request);
      return {};
    case "report":
      return { arrived: [...firstAtMs] };
  }
}

async function listen(): Promise<number> {
  const server = createServer((request, response) => {
    const atMs = performance.timeOrigin + performance.now();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      if (request.url === "/neighbour") {
        note(Buffer.concat(chunks).toString("utf8"), atMs);
        response.writeHead(204).end();
      } else {
        answerFlood(response);
      }
    });
  });
  server.keepAliveTimeout = 60_000;
  return listenAnywhere(server);
}

function note(body: string, atMs: number): void {
  const { recordId } = bodySchema.parse(JSON.parse(body)).data.appointment;
  if (!firstAtMs.has(recordId)) {
    firstAtMs.set(recordId, atMs);
  }
}

function answerFlood(response: ServerResponse): void {
  if (behaviour === "takes") {
    response.writeHead(204).end();
  } else if (behaviour === "throttles") {
    response.writeHead(429, { "retry-after": RETRY_AFTER_SECONDS }).end();
  }
}
