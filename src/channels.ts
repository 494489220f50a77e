import type { Channel } from "./devices/channels/channel.ts";
import { webhookChannel } from "./devices/channels/webhook.ts";
import type { Connection } from "./domain/connection.ts";
import type { ChannelKind } from "./domain/device.ts";
import { createAddressGuard } from "./outbound/address-guard.ts";
import { createPoster } from "./outbound/post-json.ts";

/** The roads to devices that this process can take, and how to let go of their connections. */
export interface OpenChannels {
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  close(): Promise<void>;
  /** Cuts attempts that are under way, so that their jobs are released before the process ends. */
  abort(): Promise<void>;
}

/** What the channels need to know of the configuration. */
export interface ChannelsConfig {
  /** Hosts that may be private or loopback. */
  readonly outboundAllow: readonly string[];
  readonly connections: ReadonlyMap<string, Connection>;
}

/** Opens every push channel. */
export function openChannels({ outboundAllow }: ChannelsConfig): OpenChannels {
  const guard = createAddressGuard(outboundAllow);
  const poster = createPoster(guard);
  const webhook = webhookChannel({ poster, guard });
  return { channels: new Map([[webhook.kind, webhook]]), close: poster.close, abort: poster.abort };
}
