import type { Handler } from "../program.ts";
import { serveQueueCeiling, serveXaddCeiling } from "./intake-ceilings.ts";
import { generateLoad } from "./load-generator.ts";
import { drainNoops } from "./noop-drain.ts";
import { serveSink } from "./webhook-sink.ts";

/** The programs that run in processes of their own, by name. */
export const PROGRAMS: Readonly<Record<string, Handler>> = {
  "load-generator": generateLoad,
  "xadd-ceiling": serveXaddCeiling,
  "queue-ceiling": serveQueueCeiling,
  "noop-drain": drainNoops,
  "webhook-sink": serveSink,
};
