import { type Random, shuffled } from "../seeded-random.ts";
import type { OperatorDesk } from "../world/operator.ts";
import type { Sink } from "../world/sink.ts";
import { type Posting, type Sender, type SendingPlan, sendAll } from "./sender.ts";
import { drawVisits, type Visit } from "./visits.ts";

/** How much is sent, and when it is due. */
export interface LoadPlan {
  /** Visits of each of the two tenants. */
  readonly count?: number;
  readonly versions?: number;
  readonly ratePerSecond?: number;
  /** So many of the events are sent once more. */
  readonly duplicateShare?: number;
  /** From the last event that is sent to the first prompt that is due, beside the grace. */
  readonly restMs?: number;
  readonly spreadMs?: number;
  readonly lastsMs?: number;
  readonly canceledShare?: number;
  /** Shuffled, the last change first, or each change only after the one before is acknowledged. */
  readonly order?: "shuffled" | "backwards" | "in-rounds";
  /** Changes of one visit lie so far apart; 0 for all in one moment. */
  readonly stepMs?: number;
  /** Whether all visits begin in the very same millisecond. */
  readonly isOneMoment?: boolean;
  /** Visits last long; what is due after the last start is not waited for. */
  readonly isStopAwaited?: boolean;
}

/** A load that runs. */
export interface RunningLoad {
  readonly visits: readonly Visit[];
  readonly beginAtMs: number;
  /** When everything that is awaited is due. */
  readonly overAtMs: number;
  /** How many events there are, repeats not counted. */
  readonly total: number;
  /** Resolves when everything is sent and acknowledged, or given up. */
  readonly sent: Promise<void>;
}

/** What a load needs from its drill. */
export interface LoadGround {
  readonly desk: OperatorDesk;
  readonly sink: Sink;
  readonly sender: Sender;
  readonly random: Random;
  readonly factor: number;
  /** An event counts as known so long after its acknowledgment. */
  readonly graceMs: number;
  /** Tells the visits of one load from those of another. */
  readonly batch: number;
}

const USUAL = {
  count: 16,
  versions: 4,
  ratePerSecond: 40,
  duplicateShare: 0.25,
  restMs: 2_500,
  spreadMs: 4_000,
  lastsMs: 6_000,
  canceledShare: 0.15,
  order: "shuffled",
  stepMs: 1_000,
  isOneMoment: false,
  isStopAwaited: true,
} as const;
const SMALL = { count: 4, spreadMs: 1_500, lastsMs: 3_000 } as const;
const GIVE_UP_MS = 60_000;
const JITTER_MS = 1_000;

/** The same load with fewer visits that are over sooner. */
export function smaller(plan: LoadPlan): LoadPlan {
  const { count = USUAL.count, spreadMs = USUAL.spreadMs, lastsMs = USUAL.lastsMs } = plan;
  return {
    ...plan,
    count: Math.min(count, SMALL.count),
    spreadMs: Math.min(spreadMs, SMALL.spreadMs),
    lastsMs: plan.isStopAwaited === false ? lastsMs : Math.min(lastsMs, SMALL.lastsMs),
  };
}

/** Draws visits, enrols their reps and begins to send what happened to them, all before it is due. */
export async function startLoad(ground: LoadGround, own: LoadPlan): Promise<RunningLoad> {
  const plan = { ...USUAL, ...own };
  const { random, batch, factor, graceMs } = ground;
  const draw = (beginAtMs: number, drawn: Random) =>
    drawVisits({ ...plan, random: drawn, beginAtMs, batch });
  // Reps do not depend on what is drawn; they are enrolled first, which takes as long as it takes.
  const reps = draw(0, () => 0).flatMap(({ connection, userIds }) =>
    userIds.map((userId) => ({ connection, userId })),
  );
  await ground.desk.enrol(reps, ground.sink);
  const events = plan.count * 2 * plan.versions * (1 + plan.duplicateShare);
  const leadMs = (events * 1000) / plan.ratePerSecond + graceMs + plan.restMs * factor;
  const beginAtMs = Math.ceil((Date.now() + leadMs) / 1000) * 1000;
  const visits = draw(beginAtMs, random);
  const { ratePerSecond } = plan;
  const giveUpAtMs = Date.now() + GIVE_UP_MS * factor;
  const lastStartMs = beginAtMs + plan.spreadMs + JITTER_MS;
  return {
    visits,
    beginAtMs,
    overAtMs: lastStartMs + (plan.isStopAwaited ? plan.lastsMs : 0),
    total: visits.length * plan.versions,
    sent: sendRounds(ground.sender, roundsOf(visits, plan, random), { ratePerSecond, giveUpAtMs }),
  };
}

type Order = Required<Pick<LoadPlan, "duplicateShare" | "order">>;

async function sendRounds(
  sender: Sender,
  rounds: readonly (readonly Posting[])[],
  plan: SendingPlan,
): Promise<void> {
  for (const round of rounds) {
    await sendAll(sender, round, plan);
  }
}

/** What is sent side by side, round by round. */
function roundsOf(
  visits: readonly Visit[],
  { duplicateShare, order }: Order,
  random: Random,
): readonly (readonly Posting[])[] {
  const once = visits.flatMap((visit) => visit.versions.map((version) => ({ visit, version })));
  const again = shuffled(once, random).slice(0, Math.round(once.length * duplicateShare));
  const all = [...once, ...again];
  switch (order) {
    case "shuffled":
      return [shuffled(all, random)];
    case "backwards":
      return [all.toReversed()];
    case "in-rounds": {
      const rounds = Math.max(...visits.map(({ versions }) => versions.length));
      const ofRound = (at: number) =>
        once.filter(({ visit, version }) => visit.versions[at] === version);
      return [...Array.from({ length: rounds }, (_, at) => ofRound(at)), again];
    }
  }
}
