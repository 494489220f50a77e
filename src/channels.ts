import type { Channel } from "./devices/channels/channel.ts";
import { webhookChannel } from "./devices/channels/webhook.ts";
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

/** Opens every push channel; `outboundAllow` names the hosts that may be private. */
export function openChannels(outboundAllow: readonly string[]): OpenChannels {
  const guard = createAddressGuard(outboundAllow);
  const poster = createPoster(guard);
  const webhook = webhookChannel({ poster, guard });
  return { channels: new Map([[webhook.kind, webhook]]), close: poster.close, abort: poster.abort };
}
