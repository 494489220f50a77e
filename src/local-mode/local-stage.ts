import type { Prompt } from "../domain/prompt.ts";
import type { Receipt } from "../domain/receipt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import {
  allVisits,
  type Booking,
  bookVisit,
  changeVisit,
  type DemoChange,
  type DemoOffice,
  type DemoVisit,
  visitOf,
} from "./demo-day.ts";
import type { DemoPhone } from "./demo-phone.ts";
import { createLiveFeed, type LiveFeed } from "./live-feed.ts";
import { playDay } from "./play-day.ts";
import type { DemoRep } from "./stub-org/seed/demo-people.ts";

const LOOK_EVERY_MS = 200;
/** The page shows the last of the day only. */
const KEPT_VISITS = 14;

/** A rep of the stub org, with the phone on the page. */
export interface StagedRep extends DemoRep {
  readonly phone: DemoPhone;
}

/** What the stage needs from the world. */
export interface LocalStageDeps extends DemoOffice {
  readonly reps: readonly StagedRep[];
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
  /** How many workers are connected to the queues now. */
  readonly countWorkers: () => Promise<number>;
}

/** What the bridge knows about one visit. */
export interface VisitRecord {
  readonly prompts: readonly Prompt[];
  readonly receipts: readonly Receipt[];
  readonly timeline: readonly TimelineEntry[];
  /** Why the rep got the link, or did not, in a line; undefined before the bridge heard of the visit. */
  readonly summary: string | undefined;
}

/** The stage of local mode: a day in the stub org, and what the bridge and the reps' phones make of it. */
export interface LocalStage {
  readonly reps: readonly DemoRep[];
  /** The phone of the rep with this user id. */
  phoneOf(userId: string): DemoPhone | undefined;
  /** Keeps a page's connection and tells it how everything stands, and what changes. */
  follow: LiveFeed["follow"];
  book(booking: Booking): DemoVisit | undefined;
  change(recordId: string, change: DemoChange): DemoVisit | undefined;
  /** Moves what is left of the day into the next minute; returns how many visits. */
  play(): number;
  close(): void;
}

/** Sets the stage; nothing on it is simulated but the org, Siro and the phones. */
export function createLocalStage(deps: LocalStageDeps): LocalStage {
  const { reps, readVisit, countWorkers } = deps;
  const feed = createLiveFeed();
  const shown = new Map<string, string>();
  let isLooking = false;
  const looking = setInterval(() => void lookOnce(), LOOK_EVERY_MS);

  async function lookOnce(): Promise<void> {
    if (!feed.hasFollowers() || isLooking) {
      return;
    }
    isLooking = true;
    try {
      await look();
    } catch {
      // A store that is away for a moment is looked at again.
    } finally {
      isLooking = false;
    }
  }

  async function look(): Promise<void> {
    const visits = allVisits(deps).slice(-KEPT_VISITS);
    show("day", "day", { visits, workers: await countWorkers() });
    for (const { userId, name, phone } of reps) {
      show("phone", userId, { userId, name, ...phone.view() });
    }
    const records = await Promise.all(visits.map(({ recordId }) => readVisit(recordId)));
    for (const [at, visit] of visits.entries()) {
      show("visit", visit.recordId, { visit, ...records[at] });
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
    reps,
    phoneOf: (userId) => reps.find((rep) => rep.userId === userId)?.phone,
    follow: (response) => {
      // A page that comes later has seen nothing of what the others have.
      shown.clear();
      feed.follow(response);
    },
    book: (booking) => {
      const recordId = bookVisit(deps, booking);
      return recordId === undefined ? undefined : visitOf(deps, recordId);
    },
    change: (recordId, change) => {
      const visit = visitOf(deps, recordId);
      if (visit !== undefined) {
        changeVisit(deps, visit, change);
      }
      return visit;
    },
    play: () => playDay(deps, Date.now()),
    close: () => {
      clearInterval(looking);
      for (const { phone } of reps) {
        phone.close();
      }
      feed.close();
    },
  };
}
