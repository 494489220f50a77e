import type { Redis } from "ioredis";
import { findPullDevice } from "./books/device-book.ts";
import { readHold } from "./books/hold-book.ts";
import { readRepRevision } from "./books/rep-book.ts";
import type { OpenChannels } from "./channels.ts";
import type { Config } from "./config.ts";
import { openRepDesk } from "./deliveries/rep-desk.ts";
import { openRepDeviceDesk } from "./devices/rep-device-desk.ts";
import type { Events } from "./events.ts";
import type { DeliveriesQueue } from "./queues/deliveries.ts";
import type { WriteBacksQueue } from "./queues/write-backs.ts";
import { buildLink } from "./recording-link.ts";
import { createLiveDays } from "./rep-page/live-days.ts";
import { createRepRouter } from "./rep-page/rep-router.ts";
import { openRepSignIn } from "./salesforce/open-rep-sign-in.ts";
import { announceSent } from "./write-back/announce-sent.ts";

/** What the reps' window is made of. */
export interface RepAppDeps {
  readonly config: Config;
  readonly redis: Redis;
  readonly channels: OpenChannels["channels"];
  readonly deliveries: DeliveriesQueue;
  readonly writeBacks: Pick<WriteBacksQueue, "add">;
  readonly events: Pick<Events, "requestBroke" | "repSignInEnded" | "deliveries">;
}

/** Puts the reps' window together: `stopStreams` ends what pages keep open, so that the server can drain. */
export function openRepApp(deps: RepAppDeps) {
  const { config, redis, channels, events } = deps;
  const nowMs = Date.now;
  const desk = openRepDesk({
    ...config,
    redis,
    buildLink,
    nowMs,
    deliveries: deps.deliveries,
    canClear: (kind) => channels.get(kind)?.clear !== undefined,
    announceSent: sentAnnouncer(deps),
  });
  const live = createLiveDays({
    readRevision: (rep) => readRepRevision(redis, rep),
    readDay: desk.readDay,
    nowMs,
  });
  const router = createRepRouter({
    ...config,
    ...desk,
    // A device that asks by itself gets as little of a connection on hold as one that is sent to.
    serveNextLink: async (device) =>
      (await readHold(redis, device.connection)) === undefined
        ? desk.serveNextLink(device)
        : { kind: "none" },
    redis,
    live,
    nowMs,
    devices: openRepDeviceDesk({ ...config, redis, channels, deliveries: deps.deliveries, nowMs }),
    findPullDevice: (tokenHash) => findPullDevice(redis, tokenHash),
    roadsOf: (name) => roadsOf(config, name),
    salesforceSignIn: openRepSignIn(config),
    signInEnded: events.repSignInEnded,
    report: events.requestBroke,
  });
  return { router, stopStreams: live.close };
}

function roadsOf({ vapid, connections }: Config, name: string) {
  const { ntfy } = connections.get(name)?.channels ?? {};
  return {
    vapidPublicKey: vapid?.publicKey ?? null,
    ntfy: ntfy === undefined ? null : { serverUrl: ntfy.serverUrl },
  };
}

function sentAnnouncer({ config, events, writeBacks }: RepAppDeps) {
  return async (ref: Parameters<typeof announceSent>[1], servedAfterMs?: number): Promise<void> => {
    if (servedAfterMs !== undefined) {
      events.deliveries.attempted("pull", "accepted");
      events.deliveries.firstAccepted(servedAfterMs);
    }
    const connection = config.connections.get(ref.connection);
    // The rep has the link in hand: a stamp that cannot be queued must not take it away.
    await writeBacks
      .add(connection === undefined ? [] : announceSent(connection, ref))
      .catch(events.requestBroke);
  };
}
