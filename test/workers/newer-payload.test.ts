import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { isReplayable } from "../../src/admin/replay-parked.ts";
import { queuePrefix } from "../../src/keyspace.ts";
import { ALERT_LOOK, ALERTS_QUEUE, createAlertsQueue } from "../../src/queues/alerts.ts";
import { createReconcileQueue } from "../../src/queues/reconcile.ts";
import { createSiroPollQueue } from "../../src/queues/siro-poll.ts";
import { createUpkeepQueue } from "../../src/queues/upkeep.ts";
import { leaveToNewer } from "../../workers/newer-payload.ts";
import { until } from "../support/until.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

const REF = { connection: "acme", userId: "u1", recordId: "08p", promptId: "p1" };

let stage: WorkerStage;

beforeAll(async () => {
  stage = await openWorkerStage();
});
beforeEach(() => stage.clear());
afterAll(() => stage.close());

/** Makes the next look at a job its last one as far as newer workers are waited for. */
async function lookedAtOften(queue: string, jobId: string): Promise<void> {
  await stage.redis.hset(`${queuePrefix()}:${queue}:${jobId}`, "ats", 19);
}

describe("a job of a newer version", () => {
  test("is left to newer workers first, and is not worked on", async () => {
    const { queue } = stage.kit.prompts;
    await queue.addBulk([{ name: "start", data: REF, opts: { jobId: "p1" } }]);
    await stage.redis.hset(`${queuePrefix()}:prompts:p1`, "data", JSON.stringify({ ...REF, v: 2 }));
    await stage.start();
    const isPutOff = async () => (await queue.getJobState("p1")) === "delayed";
    const looks = async () => (await queue.getJob("p1"))?.attemptsStarted ?? 0;
    await until(async () => (await looks()) > 1 && isPutOff(), {
      timeoutMs: 10_000,
      what: "a second look that puts it off",
    });
    expect(stage.told.map(({ event }) => event)).not.toContain("parked");
  });

  test("is parked whole, and can be replayed by a version that knows it", async () => {
    const { queue } = stage.kit.prompts;
    const payload = { ...REF, place: "of tomorrow", v: 2 };
    await queue.add("start", REF, { jobId: "p2" });
    await stage.redis.hset(`${queuePrefix()}:prompts:p2`, "data", JSON.stringify(payload));
    await lookedAtOften("prompts", "p2");
    await stage.start();
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked).toMatchObject({
      reason: "PAYLOAD_NEWER",
      work: { kind: "unreadable", queue: "prompts", job: "start", payload },
    });
    expect(parked && isReplayable(parked)).toBe(false);
    const known = { kind: "unreadable", queue: "prompts", payload: { ...payload, v: 1 } } as const;
    expect(parked && isReplayable({ ...parked, work: known })).toBe(true);
  });

  test("is let go where it only looks: the next look comes by itself", async () => {
    const { redis } = stage;
    const queues = [
      createReconcileQueue(redis),
      createSiroPollQueue(redis),
      createUpkeepQueue(redis),
      createAlertsQueue(redis),
    ].map(({ queue }) => queue);
    for (const queue of queues) {
      const name = queue.name === ALERTS_QUEUE ? ALERT_LOOK : "round";
      await queue.add(name, { connection: "acme" }, { jobId: "r1" });
      const payload = JSON.stringify({ connection: "acme", v: 2 });
      await redis.hset(`${queuePrefix()}:${queue.name}:r1`, "data", payload);
      await lookedAtOften(queue.name, "r1");
    }
    await stage.start();
    const states = () => Promise.all(queues.map((queue) => queue.getJobState("r1")));
    await until(async () => (await states()).every((state) => state === "completed"), {
      timeoutMs: 10_000,
      what: "the rounds to end",
    });
    expect(stage.told.filter(({ event }) => event !== "settled")).toEqual([]);
    await Promise.all(queues.map((queue) => queue.close()));
  });

  test("is parked as newer, too, when its workers died of it", async () => {
    const { queue } = stage.kit.prompts;
    const job = await queue.add("start", REF, { jobId: "p3" });
    const { parkedAs } = leaveToNewer(job, { token: undefined, connection: "acme" });
    expect(parkedAs("STALLED", "")).toMatchObject({ kind: "park", reason: "PAYLOAD_NEWER" });
  });
});

test("every job says which version of its payload it carries, rounds included", async () => {
  const { redis, kit } = stage;
  const rounds = [
    createReconcileQueue(redis),
    createSiroPollQueue(redis),
    createUpkeepQueue(redis),
    createAlertsQueue(redis),
  ] as const;
  const [reconcile, , upkeep, alerts] = rounds;
  await kit.prompts.replay(REF, "one");
  await kit.deliveries.add([1, 2].map((at) => ({ ...REF, deviceId: `d${at}` })));
  await reconcile.lookSoon("acme");
  await Promise.all([upkeep.schedule(), alerts.schedule()]);
  const queues = [kit.prompts, kit.deliveries, reconcile, upkeep, alerts];
  const jobs = await Promise.all(queues.map(({ queue }) => queue.getJobs(["waiting", "delayed"])));
  expect(jobs.map((found) => found.map(({ data }) => data.v))).toEqual([
    [1],
    [1, 1],
    [1],
    [1],
    [1],
  ]);
  await Promise.all(rounds.map(({ queue }) => queue.close()));
});
