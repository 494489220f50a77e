import type { Redis } from "ioredis";
import type { Config } from "../src/config.ts";
import type { Channel } from "../src/devices/channels/channel.ts";
import type { ChannelKind } from "../src/domain/device.ts";
import type { DeliveriesQueue } from "../src/queues/deliveries.ts";
import type { PromptsQueue } from "../src/queues/prompts.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** What the worker process has at hand; each adapter takes out what its verb asks for. */
export interface WorkerKit {
  readonly config: Config;
  readonly redis: Redis;
  readonly prompts: PromptsQueue;
  readonly deliveries: DeliveriesQueue;
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  readonly events: WorkerEvents;
}
