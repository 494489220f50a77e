import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { traceQueues } from "../queues/queue-base.ts";
import { createQueueTelemetry } from "../queues/queue-telemetry.ts";
import { readVersion } from "../version.ts";
import { safeExporter } from "./safe-exporter.ts";

/** Whatever the receiver does, a process must end in time. */
const LAST_WORDS_MS = 500;

/** Traces this process from now on; returns how to send what is left and stop. The exporter reads its own variables. */
export function openTracing(serviceName: string, processName: string): () => Promise<void> {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      "service.name": serviceName,
      "service.version": readVersion(),
      "siro_bridge.process": processName,
    }),
    spanProcessors: [new BatchSpanProcessor(safeExporter(new OTLPTraceExporter()))],
  });
  provider.register();
  traceQueues(createQueueTelemetry());
  return async () => {
    const isOver = new Promise<void>((resolve) => {
      setTimeout(resolve, LAST_WORDS_MS).unref();
    });
    await Promise.race([provider.shutdown().catch(() => undefined), isOver]);
  };
}
