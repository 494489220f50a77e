import type { TracingSettings } from "../tracing-settings.ts";

/**
 * Traces this process where that is wanted; call it before any queue is opened. Returns how to stop.
 *
 * Nothing of the tracing libraries is even loaded otherwise.
 */
export async function startTracing(
  settings: TracingSettings | undefined,
  processName: string,
): Promise<() => Promise<void>> {
  if (settings === undefined) {
    return async () => undefined;
  }
  const { openTracing } = await import("./open-tracing.ts");
  return openTracing(settings.serviceName, processName);
}
