import type { Prompt } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import {
  type Booking,
  bookVisit,
  changeVisit,
  type DemoChange,
  type DemoVisit,
  visitOf,
} from "./demo-day.ts";
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
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
}

/** What the bridge knows about one visit. */
export interface VisitRecord {
  readonly prompts: readonly Prompt[];
  readonly timeline: readonly TimelineEntry[];
}

/** The stage of local mode: books visits in the stub org and shows what the bridge makes of them. */
export interface LocalStage {
  readonly feed: LiveFeed;
  book(booking: Booking): DemoVisit | undefined;
  change(recordId: string, change: DemoChange): DemoVisit | undefined;
  /** Shows a prompt that reached the demo device. */
  showArrival(arrival: object): void;
  close(): void;
}

/** Sets the stage; nothing on it is simulated but the org and the phone. */
export function createLocalStage({ store, rep, readVisit }: LocalStageDeps): LocalStage {
  const feed = createLiveFeed();
  const shown = new Map<string, string>();
  let recordIds: readonly string[] = [];
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);

  async function look(): Promise<void> {
    if (!feed.hasFollowers()) {
      shown.clear();
      return;
    }
    for (const recordId of recordIds) {
      const visit = visitOf(store, recordId);
      const known = await readVisit(recordId);
      const now = JSON.stringify({ visit, known });
      if (shown.get(recordId) !== now) {
        shown.set(recordId, now);
        feed.tell("visit", { visit, ...known });
      }
    }
  }

  return {
    feed,
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
    showArrival: (arrival) => feed.tell("arrival", arrival),
    close: () => {
      clearInterval(looking);
      feed.close();
    },
  };
}
