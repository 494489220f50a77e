import { startBenchRedis } from "./bench-redis.ts";
import { deliver, openDeliverySite } from "./delivery-site.ts";
import type { FigureBook } from "./figures.ts";
import { latenessValues } from "./lateness-values.ts";
import { effort } from "./measure-burst.ts";
import type { BenchOptions } from "./options.ts";
import { startProgram } from "./program.ts";
import { drainSchema } from "./programs/noop-drain.ts";
import type { Stage } from "./stage.ts";

const PROMPTS = 10_000;
const MINUTE_MS = 60_000;
const WARM_UP = 500;
const NOOP_CONCURRENCY = 64;
/** The ceiling runs at the same rate for a shorter while: nothing in it grows. */
const CEILING_SHARE = 1 / 6;

/** Measures an ordinary day: prompts that come evenly, as many as a very large org has in its busiest minute. */
export async function measureDay(
  stage: Stage,
  figures: FigureBook,
  { isQuick }: BenchOptions,
): Promise<void> {
  const share = isQuick ? 1 / 10 : 1;
  const [size, overMs] = [PROMPTS * share, MINUTE_MS * share];
  const site = await openDeliverySite(stage, WARM_UP + size);
  await deliver(site, { channel: "webhook", size: WARM_UP });
  const run = await deliver(site, { channel: "webhook", size, overMs });
  figures.add({
    figure: "day.deliveries",
    of: { target: "bridge", prompts: size, seconds: overMs / 1000 },
    values: { ...latenessValues([run]), ...effort([run]) },
  });
  const { url } = await startBenchRedis(stage);
  const jobs = Math.round(size * CEILING_SHARE);
  const late = await startProgram(stage, "noop-drain").ask(
    { redisUrl: url, jobs, overMs: overMs * CEILING_SHARE, concurrency: NOOP_CONCURRENCY },
    drainSchema,
  );
  figures.add({
    figure: "day.deliveries",
    of: { target: "no-op drain", prompts: jobs, seconds: (overMs * CEILING_SHARE) / 1000 },
    values: latenessValues([{ ...late, size: jobs, tookMs: overMs * CEILING_SHARE }]),
  });
}
