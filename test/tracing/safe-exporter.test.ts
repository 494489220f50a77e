import { describe, expect, test } from "@jest/globals";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { activeTrace, queueBase } from "../../src/queues/queue-base.ts";
import { openProducerRedis } from "../../src/redis.ts";
import { safeExporter } from "../../src/tracing/safe-exporter.ts";

describe("what leaves the process", () => {
  test("is what is known to be harmless: no error text, no result, no unknown name", async () => {
    const kept = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(safeExporter(kept))],
    });
    const span = provider.getTracer("test").startSpan("read rita@example.com", {
      attributes: {
        "bullmq.job.id": "acme-1",
        "bullmq.job.result": "secret-result",
        "siro_bridge.channel": "email",
      },
    });
    span.recordException(new TypeError("https://app.siro.ai/secret for Rita"));
    span.setStatus({ code: 2, message: "secret-status" });
    span.end();
    await provider.forceFlush();
    const [told] = kept.getFinishedSpans();
    expect(told).toMatchObject({
      name: "unnamed",
      attributes: { "bullmq.job.id": "acme-1", "siro_bridge.channel": "email" },
      status: { code: 2 },
    });
    expect(told?.spanContext()).toEqual(span.spanContext());
    const { name, attributes, events, links, status } = told ?? {};
    const dump = JSON.stringify({ name, attributes, events, links, status });
    expect(dump).toContain('"exception.type":"TypeError"');
    expect(dump).not.toMatch(/secret|rita/i);
  });
});

describe("a queue without traces", () => {
  test("is opened, and gets jobs, as if there were none", () => {
    const redis = openProducerRedis("redis://127.0.0.1:1");
    expect(Object.keys(queueBase(redis))).toEqual(["connection", "prefix", "streams"]);
    expect(activeTrace()).toEqual({});
    redis.disconnect();
  });
});
