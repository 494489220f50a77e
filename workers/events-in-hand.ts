import type { FollowOutcome } from "../src/appointments/follow-event.ts";

/** The events of one connection that this process is at work on. */
export interface EventsInHand {
  /**
   * Follows an event to its end; while its org is slow only for a moment.
   *
   * Then the work goes on without its place in the queue, which others need, and whoever asks again under the same
   * id gets its end. Should the process end before that, the event is followed anew.
   */
  follow(id: string, work: () => Promise<FollowOutcome>): Promise<FollowOutcome>;
}

interface InHand {
  readonly beganMs: number;
  readonly outcome: Promise<FollowOutcome>;
  isEnded: boolean;
}

/** How often an event that is at work looks whether its org is slow. */
const LOOK_EVERY_MS = 250;
/** An end for which nobody came: another process took the event over. */
const FORGOTTEN_AFTER_MS = 300_000;
/** The work goes on meanwhile, so only the queue's books wait for this; not all at once. */
const LOOK_AGAIN = { leastMs: 3_000, stepMs: 500, steps: 8 } as const;

/** Makes the hand of a connection; it is empty at first. */
export function createEventsInHand(isSlow: () => boolean): EventsInHand {
  const inHand = new Map<string, InHand>();
  let released = 0;

  function begin(id: string, work: () => Promise<FollowOutcome>): InHand {
    forgetOld(inHand);
    const one: InHand = { beganMs: performance.now(), outcome: work(), isEnded: false };
    const end = () => {
      one.isEnded = true;
    };
    one.outcome.then(end, end);
    inHand.set(id, one);
    return one;
  }
  return {
    follow: async (id, work) => {
      const one = inHand.get(id) ?? begin(id, work);
      while (!(await isEndedSoon(one))) {
        if (isSlow()) {
          released += 1;
          const afterMs = LOOK_AGAIN.leastMs + (released % LOOK_AGAIN.steps) * LOOK_AGAIN.stepMs;
          return { kind: "try-later", code: "ORG_BUSY", afterMs };
        }
      }
      inHand.delete(id);
      return one.outcome;
    },
  };
}

async function isEndedSoon(one: InHand): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOOK_EVERY_MS);
  });
  await Promise.race([one.outcome.catch(() => undefined), moment]);
  clearTimeout(timer);
  return one.isEnded;
}

/** The oldest come first. */
function forgetOld(inHand: Map<string, InHand>): void {
  for (const [id, { beganMs, isEnded }] of inHand) {
    if (!isEnded || performance.now() - beganMs < FORGOTTEN_AFTER_MS) {
      return;
    }
    inHand.delete(id);
  }
}
