import type { Channel } from "./devices/channels/channel.ts";
import { emailChannel } from "./devices/channels/email.ts";
import { ntfyChannel } from "./devices/channels/ntfy.ts";
import { salesforceNotificationChannel } from "./devices/channels/salesforce-notification.ts";
import { smsChannel } from "./devices/channels/sms.ts";
import { webPushChannel } from "./devices/channels/web-push.ts";
import { webhookChannel } from "./devices/channels/webhook.ts";
import type { Connection } from "./domain/connection.ts";
import type { ChannelKind } from "./domain/device.ts";
import { createAddressGuard } from "./outbound/address-guard.ts";
import { createMailer, type Mailer } from "./outbound/mailer.ts";
import { createPoster, type Poster } from "./outbound/post-json.ts";
import { openOrg } from "./salesforce/open-org.ts";
import type { Org } from "./salesforce/org.ts";
import { OrgAccessError } from "./salesforce/org-errors.ts";
import type { Vapid } from "./vapid.ts";

/** The roads to devices that this process can take, and how to let go of their connections. */
export interface OpenChannels {
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  /** The mail server; undefined where there is none. */
  readonly mailer: Mailer | undefined;
  /** Posts to addresses that people gave, behind the address guard. */
  readonly poster: Poster;
  close(): Promise<void>;
  /** Cuts attempts that are under way, so that their jobs are released before the process ends. */
  abort(): Promise<void>;
}

/** What the channels need to know of the configuration. */
export interface ChannelsConfig {
  /** Hosts that may be private or loopback. */
  readonly outboundAllow: readonly string[];
  readonly connections: ReadonlyMap<string, Connection>;
  /** Without it there is no web push. */
  readonly vapid?: Vapid | undefined;
  /** The mail server; without it e-mail devices cannot be enrolled. */
  readonly smtpUrl?: string | undefined;
  /** The org of a connection, where this process has opened it already; otherwise one is opened when it is needed. */
  readonly orgOf?: (connection: string) => Org | undefined;
}

/** Opens every push channel. */
export function openChannels(config: ChannelsConfig): OpenChannels {
  const { outboundAllow, vapid, connections, smtpUrl } = config;
  const guard = createAddressGuard(outboundAllow);
  const poster = createPoster(guard);
  const mailer = smtpUrl === undefined ? undefined : createMailer(smtpUrl);
  const orgOf = config.orgOf ?? lazyOrgs(connections);
  const channels = [
    ...(vapid === undefined ? [] : [webPushChannel({ poster, vapid, allow: outboundAllow })]),
    ntfyChannel({ poster, guard, connections }),
    webhookChannel({ poster, guard }),
    emailChannel({ mailer, connections }),
    smsChannel({ poster, connections }),
    salesforceNotificationChannel({
      connections,
      notify: (name, notification) => orgNamed(orgOf, name).notify(notification),
    }),
  ];
  return {
    channels: new Map(channels.map((channel) => [channel.kind, channel])),
    mailer,
    poster,
    close: async () => {
      await Promise.all([poster.close(), mailer?.close()]);
    },
    abort: async () => {
      await Promise.all([poster.abort(), mailer?.abort()]);
    },
  };
}

/** Opens each org once, when it is first asked for; nothing is called before its first use. */
function lazyOrgs(connections: ReadonlyMap<string, Connection>): (name: string) => Org | undefined {
  const opened = new Map<string, Org>();
  return (name) => {
    const connection = connections.get(name);
    const org = opened.get(name) ?? (connection === undefined ? undefined : openOrg(connection));
    if (org !== undefined) {
      opened.set(name, org);
    }
    return org;
  };
}

function orgNamed(orgOf: (name: string) => Org | undefined, name: string): Org {
  const org = orgOf(name);
  if (org === undefined) {
    throw new OrgAccessError(name, { detail: "the connection has no salesforce settings" });
  }
  return org;
}
