import { untilTrue } from "../../src/process-tree/until-true.ts";
import { groupBy } from "../../src/siro/group-by.ts";
import type { BridgeOverview, OperatorDesk, ParkedLine } from "../world/operator.ts";

/** What came of one parked entry that an operator handed back. */
export interface HandedBack {
  readonly id: string;
  /** Why it was parked before. */
  readonly reason: string;
  readonly outcome: "left" | "parked again" | "parked otherwise" | "not done" | "refused";
}

/** How many of one reason are handed back: the others are the same again. */
const MOST_OF_ONE_REASON = 10;
const REST_TIMEOUT_MS = 10_000;
/** The queues through which parked work goes when it is handed back. */
const QUEUES = ["crm-events", "prompts", "deliveries"] as const;

/** Hands some of each reason back by the operators' calls, waits until it is worked on, and says what came of it. */
export async function handBack(
  desk: OperatorDesk,
  parked: readonly ParkedLine[],
  factor: number,
): Promise<readonly HandedBack[]> {
  const chosen = [...groupBy(parked, ({ reason }) => reason).values()].flatMap((ofOne) =>
    ofOne.slice(0, MOST_OF_ONE_REASON),
  );
  if (chosen.length === 0) {
    return [];
  }
  const taken = new Map(
    await Promise.all(chosen.map(async ({ id }) => [id, await desk.replay(id)] as const)),
  );
  const isOver = await untilTrue(
    async () => isAtRest(await desk.overview()),
    REST_TIMEOUT_MS * factor,
  );
  const after = new Map((await desk.parked()).map((line) => [line.id, line]));
  return chosen.map((line) => ({
    id: line.id,
    reason: line.reason,
    outcome: taken.get(line.id) === true ? outcomeOf(line, after.get(line.id), isOver) : "refused",
  }));
}

function outcomeOf(
  before: ParkedLine,
  after: ParkedLine | undefined,
  isOver: boolean,
): HandedBack["outcome"] {
  if (!isOver || after?.lastParkedAt === before.lastParkedAt) {
    return "not done";
  }
  if (after === undefined) {
    return "left";
  }
  return after.reason === before.reason ? "parked again" : "parked otherwise";
}

function isAtRest({ queues }: BridgeOverview): boolean {
  return QUEUES.every((name) => {
    const { waiting = 0, active = 0, delayed = 0 } = queues[name] ?? {};
    // Prompts wait for their moment.
    return waiting + active + (name === "prompts" ? 0 : delayed) === 0;
  });
}
