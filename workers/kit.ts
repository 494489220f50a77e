import type { Redis } from "ioredis";
import type { Config } from "../src/config.ts";
import type { Channel } from "../src/devices/channels/channel.ts";
import type { ChannelKind } from "../src/domain/device.ts";
import type { CrmEventsQueue } from "../src/queues/crm-events.ts";
import type { DeliveriesQueue } from "../src/queues/deliveries.ts";
import type { PromptsQueue } from "../src/queues/prompts.ts";
import type { Orgs } from "./orgs.ts";
import type { PlanRep } from "./plan-rep.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** What the worker process has at hand; each adapter takes out what its verb asks for. */
export interface WorkerKit {
  readonly config: Config;
  readonly redis: Redis;
  readonly crmEvents: CrmEventsQueue;
  readonly prompts: PromptsQueue;
  readonly planRep: PlanRep;
  readonly deliveries: DeliveriesQueue;
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  readonly orgs: Orgs;
  readonly events: WorkerEvents;
}
