import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { Connection } from "../domain/connection.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import {
  type Booking,
  bookedVisit,
  changedVisit,
  type DemoChange,
  type DemoVisit,
  demoEvent,
} from "./demo-day.ts";
import { createLiveFeed, type LiveFeed } from "./live-feed.ts";

const LOOK_EVERY_MS = 200;
/** The page shows the newest visits only. */
const KEPT_VISITS = 6;

/** What the stage needs from the world. */
export interface LocalStageDeps {
  readonly connection: Connection;
  /** Sends a request to the bridge's own front door. */
  readonly postToOwnDoor: (path: string, sent: SignedBody) => Promise<number>;
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
}

/** A body with the headers that prove its sender. */
export interface SignedBody {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the bridge knows about one visit. */
export interface VisitRecord {
  readonly prompts: readonly Prompt[];
  readonly timeline: readonly TimelineEntry[];
}

/** The stage of local mode: books visits through the real door and shows what comes of them. */
export interface LocalStage {
  readonly feed: LiveFeed;
  visits(): readonly DemoVisit[];
  book(booking: Booking): Promise<DemoVisit>;
  change(recordId: string, change: DemoChange): Promise<DemoVisit | undefined>;
  /** Shows a prompt that reached the demo device. */
  showArrival(arrival: object): void;
  close(): void;
}

/** Sets the stage; nothing on it is simulated but the phone. */
export function createLocalStage(deps: LocalStageDeps): LocalStage {
  const feed = createLiveFeed();
  const visits = new Map<string, DemoVisit>();
  const shown = new Map<string, string>();
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);

  async function look(): Promise<void> {
    if (!feed.hasFollowers()) {
      shown.clear();
      return;
    }
    for (const visit of visits.values()) {
      const known = await deps.readVisit(visit.recordId);
      const now = JSON.stringify({ visit, known });
      if (shown.get(visit.recordId) !== now) {
        shown.set(visit.recordId, now);
        feed.tell("visit", { visit, ...known });
      }
    }
  }

  async function send(visit: DemoVisit): Promise<DemoVisit> {
    const eventId = randomUUID();
    const sent = signed(JSON.stringify(demoEvent(visit, eventId, Date.now())), deps.connection);
    const status = await deps.postToOwnDoor(`/webhooks/events/${deps.connection.name}`, sent);
    feed.tell("sent", { recordId: visit.recordId, eventId, status });
    visits.set(visit.recordId, visit);
    for (const old of [...visits.keys()].slice(0, -KEPT_VISITS)) {
      visits.delete(old);
    }
    return visit;
  }

  return {
    feed,
    visits: () => [...visits.values()],
    book: (booking) => {
      const nowMs = Date.now();
      return send(bookedVisit(booking, nowMs % 1_000_000_000_000, nowMs));
    },
    change: async (recordId, change) => {
      const visit = visits.get(recordId);
      return visit === undefined ? undefined : send(changedVisit(visit, change));
    },
    showArrival: (arrival) => feed.tell("arrival", arrival),
    close: () => {
      clearInterval(looking);
      feed.close();
    },
  };
}

function signed(body: string, { signingSecrets }: Connection): SignedBody {
  const id = `msg_${randomUUID()}`;
  const now = new Date();
  return {
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(signingSecrets[0] ?? "").sign(id, now, body),
    },
  };
}
