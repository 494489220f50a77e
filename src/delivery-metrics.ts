import { Counter, Histogram, type Registry } from "prom-client";
import type { AttemptOutcome } from "./domain/attempt-outcome.ts";
import type { ChannelKind } from "./domain/device.ts";

/** What is counted of links on their way to devices, in workers and, for devices that ask by themselves, in the web process. */
export interface DeliveryMetrics {
  attempted(channel: ChannelKind, result: AttemptOutcome["kind"]): void;
  /** The first device accepted a prompt, so long after it was due. */
  firstAccepted(lateMs: number): void;
}

/** Builds the figures over one registry; a registry takes them once. */
export function createDeliveryMetrics(registry: Registry): DeliveryMetrics {
  const attempts = new Counter({
    name: "siro_bridge_deliveries_total",
    help: "Attempts to bring a prompt to a device, by channel and result",
    labelNames: ["channel", "result"],
    registers: [registry],
  });
  const lateness = new Histogram({
    name: "siro_bridge_prompt_lateness_seconds",
    help: "How long after its due time a prompt was first accepted by a device",
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900],
    registers: [registry],
  });
  return {
    attempted: (channel, result) => attempts.inc({ channel, result }),
    firstAccepted: (lateMs) => lateness.observe(Math.max(0, lateMs) / 1000),
  };
}
