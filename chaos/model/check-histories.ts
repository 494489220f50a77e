import fc from "fast-check";
import type { Redis } from "ioredis";
import { connectionSchema } from "../../src/domain/connection.ts";
import { type History, historyArbitrary } from "./history.ts";
import { type HistoryOutcome, runHistory } from "./run-history.ts";

/** So many histories fill the store with what nobody asks for again. */
const CLEAR_AFTER = 500;

/** How many histories are lived through, and from which seed they are drawn. */
export interface HistoriesPlan {
  readonly count: number;
  readonly seed: number;
}

/** What came of them: undefined, or the smallest history that fails, in words. */
export type HistoriesResult = string | undefined;

/**
 * Lives through random histories; each must end in the model's plan, and in exactly the model's pushes.
 *
 * The store is emptied from time to time: it must be nobody else's.
 */
export async function checkHistories(
  redis: Redis,
  { count, seed }: HistoriesPlan,
): Promise<HistoriesResult> {
  const connection = connectionSchema.parse({
    name: "model",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
  });
  const leadMs = connection.schedule.startLeadSeconds * 1000;
  let runs = 0;
  const property = fc.asyncProperty(historyArbitrary, async (history) => {
    runs += 1;
    if (runs % CLEAR_AFTER === 0) {
      await redis.flushall();
    }
    const world = { tag: `h${runs}`, baseMs: Math.floor(Date.now() / 1000) * 1000, leadMs };
    return judge(await runHistory(redis, history, { ...world, connection }), history);
  });
  const details = await fc.check(property, { numRuns: count, seed, endOnFailure: false });
  return details.failed
    ? `seed ${seed}, after ${details.numRuns} histories and ${details.numShrinks} steps of making it smaller: ${details.errorInstance instanceof Error ? details.errorInstance.message : "failed"}`
    : undefined;
}

/** @throws {Error} that tells the history and what was wrong with it. */
function judge({ expected, planned, delivered, wrong }: HistoryOutcome, history: History): void {
  const isRight =
    wrong.length === 0 &&
    JSON.stringify(planned) === JSON.stringify(expected) &&
    JSON.stringify(delivered) === JSON.stringify(expected);
  if (!isRight) {
    const found = { history, expected, planned, delivered, wrong };
    throw new Error(JSON.stringify(found));
  }
}
