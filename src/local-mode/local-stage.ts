import type { Prompt } from "../domain/prompt.ts";
import type { Receipt } from "../domain/receipt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import {
  type Booking,
  bookVisit,
  changeVisit,
  type DemoChange,
  type DemoVisit,
  visitOf,
} from "./demo-day.ts";
import type { DemoPhone } from "./demo-phone.ts";
import { createLiveFeed, type LiveFeed } from "./live-feed.ts";
import type { DemoRep } from "./stub-org/seed/demo-people.ts";
import type { RecordStore } from "./stub-org/store/record-store.ts";

const LOOK_EVERY_MS = 200;
/** The page shows the newest visits only. */
const KEPT_VISITS = 6;

/** What the stage needs from the world. */
export interface LocalStageDeps {
  readonly store: RecordStore;
  readonly rep: DemoRep;
  readonly phone: DemoPhone;
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
}

/** What the bridge knows about one visit. */
export interface VisitRecord {
  readonly prompts: readonly Prompt[];
  readonly receipts: readonly Receipt[];
  readonly timeline: readonly TimelineEntry[];
}

/** The stage of local mode: books visits in the stub org and shows what the bridge and the rep's phone make of them. */
export interface LocalStage {
  readonly phone: DemoPhone;
  /** Keeps a page's connection and tells it how everything stands, and what changes. */
  follow: LiveFeed["follow"];
  book(booking: Booking): DemoVisit | undefined;
  change(recordId: string, change: DemoChange): DemoVisit | undefined;
  close(): void;
}

/** Sets the stage; nothing on it is simulated but the org, Siro and the phone. */
export function createLocalStage({ store, rep, phone, readVisit }: LocalStageDeps): LocalStage {
  const feed = createLiveFeed();
  const shown = new Map<string, string>();
  let recordIds: readonly string[] = [];
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);

  async function look(): Promise<void> {
    if (!feed.hasFollowers()) {
      shown.clear();
      return;
    }
    show("phone", "phone", phone.view());
    for (const recordId of recordIds) {
      const known = await readVisit(recordId);
      show("visit", recordId, { visit: visitOf(store, recordId), ...known });
    }
  }

  function show(kind: string, key: string, what: object): void {
    const now = JSON.stringify(what);
    if (shown.get(key) !== now) {
      shown.set(key, now);
      feed.tell(kind, what);
    }
  }

  return {
    phone,
    follow: (response) => {
      // A page that comes later has seen nothing of what the others have.
      shown.clear();
      feed.follow(response);
    },
    book: (booking) => {
      const recordId = bookVisit(store, rep, booking);
      recordIds = [...recordIds, recordId].slice(-KEPT_VISITS);
      return visitOf(store, recordId);
    },
    change: (recordId, change) => {
      const visit = recordIds.includes(recordId) ? visitOf(store, recordId) : undefined;
      if (visit !== undefined) {
        changeVisit(store, visit, change);
      }
      return visit;
    },
    close: () => {
      clearInterval(looking);
      phone.close();
      feed.close();
    },
  };
}
