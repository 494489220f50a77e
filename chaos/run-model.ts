import type { Stage } from "../bench/stage.ts";
import { openWorkerRedis } from "../src/redis.ts";
import {
  checkHistories,
  type HistoriesPlan,
  type HistoriesResult,
} from "./model/check-histories.ts";
import { startChaosRedis } from "./world/chaos-redis.ts";

/** Lives through the histories of the model test over a Redis of their own. */
export async function runModel(stage: Stage, plan: HistoriesPlan): Promise<HistoriesResult> {
  // What is looked at is order and crashes, not the disk.
  const { port } = await startChaosRedis(stage, { args: ["--appendonly", "no"] });
  const redis = openWorkerRedis(`redis://127.0.0.1:${port}`);
  stage.onEnd(async () => redis.disconnect());
  return checkHistories(redis, plan);
}
