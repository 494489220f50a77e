import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readLastErrors } from "../../src/books/error-book.ts";
import { placeHold, releaseHold } from "../../src/books/hold-book.ts";
import { claimRescue } from "../../src/books/upkeep-book.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { keyspace, queuePrefix } from "../../src/keyspace.ts";
import { rescuePrompts } from "../../workers/rescue-prompts.ts";
import { lookAtPrompts } from "../../workers/watch-prompts.ts";
import { aConnection, follower, waitingPrompts } from "../support/bridge-state.ts";
import { DANA } from "../support/builders.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

const connection = aConnection({ schedule: { startLeadSeconds: 60 } });

let stage: WorkerStage;
beforeAll(async () => {
  stage = await openWorkerStage();
});
beforeEach(() => stage.clear());
afterAll(() => stage.close());

/** A visit that begins in so many seconds; resolves to the start that waits for it. */
async function aWaitingStart(startsInSeconds: number): Promise<Prompt> {
  const startAt = Date.now() + startsInSeconds * 1000;
  await follower(
    stage.redis,
    stage.kit.prompts,
    connection,
  )({
    kind: "record-changed",
    connection: "acme",
    source: "json",
    eventId: `visit-${startsInSeconds}`,
    recordType: "ServiceAppointment",
    recordId: "08p000000000001AAA",
    occurredAtMs: Date.now(),
    receivedAtMs: Date.now(),
    appointment: {
      status: "scheduled",
      startAt,
      endAt: startAt + 3_600_000,
      title: "",
      crmObjects: [],
      reps: [DANA],
    },
  });
  const [start] = await waitingPrompts(stage.redis, "acme", DANA.userId);
  if (start === undefined) {
    throw new Error("nothing waits");
  }
  return start;
}

const rescue = () => rescuePrompts(stage.kit, connection);
const stateOf = ({ promptId }: Prompt) => stage.kit.prompts.queue.getJobState(promptId);

describe("rescuePrompts", () => {
  test("leaves alone what has its job", async () => {
    await aWaitingStart(100);
    expect(await rescue()).toBe(0);
    expect(stage.told).toEqual([]);
  });

  test("gives a prompt whose job vanished another one, due at its moment, and says so", async () => {
    const start = await aWaitingStart(100);
    await stage.kit.prompts.queue.remove(start.promptId);
    expect(await rescue()).toBe(1);
    const job = await stage.kit.prompts.queue.getJob(start.promptId);
    const dueAtMs = (job?.timestamp ?? 0) + (job?.delay ?? 0);
    expect(Math.abs(dueAtMs - start.dueAtMs)).toBeLessThan(2_000);
    expect(stage.told).toContainEqual({ event: "rescued", queue: "prompts", detail: "lost" });
    expect((await readLastErrors(stage.redis)).map(({ code }) => code)).toEqual([
      "PROMPT_JOB_LOST",
    ]);
    expect(await rescue()).toBe(0);
  });

  test("gives a prompt whose job ended another one beside it", async () => {
    const start = await aWaitingStart(30);
    const { queue } = stage.kit.prompts;
    await queue.remove(start.promptId);
    await queue.add("over", {}, { jobId: start.promptId });
    await stage.redis.lrem(`${queuePrefix()}:prompts:wait`, 0, start.promptId);
    await stage.redis.zadd(`${queuePrefix()}:prompts:completed`, Date.now(), start.promptId);
    expect(await stateOf(start)).toBe("completed");
    expect(await rescue()).toBe(1);
    expect(await queue.getJobCounts("delayed", "waiting")).toEqual({ delayed: 1, waiting: 1 });
  });

  /** A start that is put off though its moment passed long ago. */
  async function anOverdueStart(own: Partial<Prompt> = {}): Promise<Prompt> {
    const start = await aWaitingStart(100);
    const job = await stage.kit.prompts.queue.getJob(start.promptId);
    await job?.changeDelay(300_000);
    await stage.redis.hset(
      keyspace.appointment("acme", start.recordId),
      `p:${DANA.userId}`,
      JSON.stringify([{ ...start, dueAtMs: Date.now() - 20_000, ...own }]),
    );
    return start;
  }

  test("takes up now what is put off though its moment passed long ago", async () => {
    const start = await anOverdueStart();
    expect(await rescue()).toBe(1);
    expect(await stateOf(start)).toBe("waiting");
    expect(stage.told).toContainEqual({ event: "rescued", queue: "prompts", detail: "overdue" });
  });

  test("leaves alone what a hold puts off, for as long as it holds", async () => {
    const sinceMs = Date.now() - 30_000;
    const start = await anOverdueStart({ heldSinceMs: sinceMs });
    await placeHold(stage.redis, "acme", { by: "operator", sinceMs });
    expect(await rescue()).toBe(0);
    expect(await stateOf(start)).toBe("delayed");
    expect(stage.told).toEqual([]);
    await releaseHold(stage.redis, "acme");
    expect(await rescue()).toBe(1);
    expect(await stateOf(start)).toBe("waiting");
  });

  test("does not look at what is due only later", async () => {
    await aWaitingStart(100);
    const [, stop] = await waitingPrompts(stage.redis, "acme", DANA.userId);
    await stage.kit.prompts.queue.remove(stop?.promptId ?? "");
    expect(await rescue()).toBe(0);
  });

  test("is made by one of all workers at a time", async () => {
    expect(await claimRescue(stage.redis)).toBe(true);
    expect(await claimRescue(stage.redis)).toBe(false);
  });

  test("goes on with the next connection after one whose records cannot be read", async () => {
    const start = await aWaitingStart(100);
    await stage.kit.prompts.queue.remove(start.promptId);
    const broken = aConnection({ name: "broken" });
    await stage.redis.zadd(keyspace.appointmentsByStart("broken"), Date.now(), "08p");
    await stage.redis.hset(keyspace.appointment("broken", "08p"), {
      doc: "not JSON",
      "p:u1": '[{"promptId":"p1"}]',
    });
    const current = () => ({ ...stage.kit, connections: [broken, connection] });
    await lookAtPrompts({ redis: stage.redis, current });
    expect(stage.told).toEqual([
      { event: "failed", queue: "prompts", detail: "" },
      { event: "rescued", queue: "prompts", detail: "lost" },
    ]);
    expect(await stateOf(start)).toBe("delayed");
  });
});
