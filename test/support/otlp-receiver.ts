import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { listenAnywhere } from "./webhook-sink.ts";

const valueSchema = z.looseObject({ stringValue: z.string().optional() });
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
});
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

/** A span as it arrived, with the process that sent it. */
export interface ArrivedSpan extends z.infer<typeof spanSchema> {
  readonly process: string;
  readonly service: string;
}

/** A real receiver of traces: OTLP over HTTP as JSON. */
export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ArrivedSpan[];
  /** Everything that arrived, as it came. */
  dump(): string;
  stop(): Promise<void>;
}

/** Starts a receiver on a free port of 127.0.0.1. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ArrivedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      const isPacked = request.headers["content-encoding"] === "gzip";
      const text = (isPacked ? gunzipSync(raw) : raw).toString("utf8");
      bodies.push(text);
      spans.push(...readSpans(text));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  const port = await listenAnywhere(server);
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    dump: () => bodies.join("\n"),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readSpans(text: string): readonly ArrivedSpan[] {
  return bodySchema.parse(JSON.parse(text)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const process = resource.attributes["siro_bridge.process"]?.stringValue ?? "";
    const service = resource.attributes["service.name"]?.stringValue ?? "";
    return scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({ ...span, process, service })),
    );
  });
}
