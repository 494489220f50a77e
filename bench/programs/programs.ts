import type { Handler } from "../program.ts";
import { serveExpressPeer } from "./express-peer.ts";
import { serveQueueCeiling, serveXaddCeiling } from "./intake-ceilings.ts";
import { generateLoad } from "./load-generator.ts";
import { serveNeighbourSink } from "./neighbour-sink.ts";
import { drainNoops } from "./noop-drain.ts";
import { servePushService } from "./push-service.ts";
import { serveStubOrg } from "./stub-org.ts";
import { serveSink } from "./webhook-sink.ts";

/** The programs that run in processes of their own, by name. */
export const PROGRAMS: Readonly<Record<string, Handler>> = {
  "load-generator": generateLoad,
  "xadd-ceiling": serveXaddCeiling,
  "queue-ceiling": serveQueueCeiling,
  "noop-drain": drainNoops,
  "express-peer": serveExpressPeer,
  "webhook-sink": serveSink,
  "push-service": servePushService,
  "stub-org": serveStubOrg,
  "neighbour-sink": serveNeighbourSink,
};
