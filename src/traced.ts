import { type Attributes, type Span, type SpanKind, trace } from "@opentelemetry/api";

/** What stands for work in a trace: ids, counts and words of ours, never paths, links, tokens or people. */
export interface SpanSketch {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

/** The name under which the bridge's own spans are made. */
export const TRACER = "siro-bridge";

/** Does work within a span; where nothing is traced that costs nothing and changes nothing. */
export function traced<Result>(
  { name, ...options }: SpanSketch,
  work: (span: Pick<Span, "setAttribute">) => Promise<Result>,
): Promise<Result> {
  return trace.getTracer(TRACER).startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      // Its text may quote anything.
      span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
      throw error;
    } finally {
      span.end();
    }
  });
}
