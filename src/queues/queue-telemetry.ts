import { type Context, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import type { Span, Telemetry } from "bullmq";
import { BullMQOtel } from "bullmq-otel";
import { TRACER } from "../traced.ts";
import { CRM_EVENTS_QUEUE } from "./crm-events.ts";

/**
 * Makes the queues' part in traces: a job goes on in the trace of whoever added it.
 *
 * Without anybody before it only an event that comes in begins a trace; the queues' own housekeeping, and looks that
 * find nothing, are no story to tell.
 */
export function createQueueTelemetry(): Telemetry<Context> {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: TRACER });
  return {
    contextManager: {
      getMetadata: (of) => contextManager.getMetadata(of),
      fromMetadata: (active, metadata) => contextManager.fromMetadata(active, metadata),
      with: (of, work) => contextManager.with(of, work),
      active: () => contextManager.active(),
      root: () => ROOT_CONTEXT,
    },
    tracer: {
      startSpan: (name, options, parent = contextManager.active()) =>
        trace.getSpan(parent) !== undefined || isBeginning(name, options?.kind)
          ? tracer.startSpan(name, options, parent)
          : UNSEEN,
    },
  };
}

function isBeginning(name: string, kind: SpanKind | undefined): boolean {
  return kind === SpanKind.PRODUCER && name.includes(` ${CRM_EVENTS_QUEUE}`);
}

const UNSEEN: Span<Context> = {
  setSpanOnContext: (context) => context,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};
