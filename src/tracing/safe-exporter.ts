import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";

/** What may leave; libraries add what they like, such as the text of an error or a job's result. */
const ATTRIBUTES = new Set([
  "bullmq.queue.name",
  "bullmq.queue.operation",
  "bullmq.job.id",
  "bullmq.job.name",
  "bullmq.job.attempts.made",
  "bullmq.job.bulk.count",
  "http.request.method",
  "http.route",
  "http.response.status_code",
  "error.type",
  "exception.type",
]);
const OWN = "siro_bridge.";
/** Names are ours or BullMQ's; a job of another version might be called anything. */
const NAME = /^[\w .,:/-]{1,120}$/;

/** Lets nothing out that could be personal or secret, whoever put it on a span. */
export function safeExporter(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(safeSpan), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function safeSpan(span: ReadableSpan): ReadableSpan {
  const own = {
    name: NAME.test(span.name) ? span.name : "unnamed",
    attributes: safeAttributes(span.attributes),
    events: span.events.map(({ attributes = {}, ...event }) => ({
      ...event,
      attributes: safeAttributes(attributes),
    })),
    links: span.links.map(({ context }) => ({ context })),
    status: { code: span.status.code },
  };
  // The span itself stays as it is; what is read of it is this.
  return Object.assign(Object.create(span), own);
}

function safeAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => ATTRIBUTES.has(name) || name.startsWith(OWN)),
  );
}
