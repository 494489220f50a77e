import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { DelayedError, type Job, Queue, UnrecoverableError, Worker } from "bullmq";
import { z } from "zod";
import { AddressUnreadableError } from "../../src/devices/sealed-address.ts";
import { StateContendedError } from "../../src/errors.ts";
import { queuePrefix } from "../../src/keyspace.ts";
import { openWorkerCount } from "../../src/queues/count-workers.ts";
import { firePrompts } from "../../workers/fire-prompts.ts";
import { isTakenOver } from "../../workers/is-taken-over.ts";
import type { JobOutcome, ParkOutcome } from "../../workers/job-outcome.ts";
import { type SettleDeps, settleJob } from "../../workers/settle.ts";
import { until } from "../support/until.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

const TOKEN = "a-worker";
const DAY_MS = 86_400_000;

let stage: WorkerStage;
let queue: Queue;
let hand: Worker;

beforeAll(async () => {
  stage = await openWorkerStage();
  const settings = { connection: stage.redis, prefix: queuePrefix() };
  queue = new Queue("chores", settings);
  hand = new Worker("chores", null, { ...settings, lockDuration: 60_000 });
  await hand.waitUntilReady();
});

afterAll(async () => {
  await hand.close();
  await queue.close();
  await stage.close();
});

beforeEach(async () => {
  await stage.clear();
});

/** A real job that this test has in hand. */
async function aJob(attempts = 3): Promise<Job> {
  await queue.add("chore", { connection: "acme" }, { attempts });
  const job = await hand.getNextJob(TOKEN);
  if (job === undefined) {
    throw new Error("no job came");
  }
  return job;
}

function someDeps() {
  const parked: ParkOutcome[] = [];
  const deps: SettleDeps = {
    events: stage.kit.events,
    park: async (outcome) => void parked.push(outcome),
  };
  return { deps, parked };
}

function aPark(reason: string, detail: string): ParkOutcome {
  const work = { kind: "unreadable", queue: "chores", payload: null } as const;
  return { kind: "park", connection: "acme", reason, detail, work };
}

function workThat(run: () => Promise<JobOutcome>) {
  return { token: TOKEN, run, parkedAs: aPark };
}

/** Throws what a verb may throw, also what is no Error. */
function thrower(thrown: unknown) {
  return workThat(() => Promise.reject(thrown));
}

describe("settleJob", () => {
  test("done is told and nothing else", async () => {
    const { deps, parked } = someDeps();
    await settleJob(
      deps,
      await aJob(),
      workThat(async () => ({ kind: "done", note: {} })),
    );
    expect(parked).toEqual([]);
    expect(stage.told).toEqual([{ event: "settled", queue: "chores", detail: "done" }]);
  });

  test("later moves the job to its time without costing an attempt", async () => {
    const { deps } = someDeps();
    const job = await aJob();
    const later = workThat(async () => ({ kind: "later", afterMs: 60_000 }));
    await expect(settleJob(deps, job, later)).rejects.toBeInstanceOf(DelayedError);
    const [delayed] = await queue.getDelayed();
    expect(delayed).toMatchObject({ id: job.id, attemptsMade: 0 });
    expect((delayed?.delay ?? 0) > 59_000).toBe(true);
  });

  test("what the verb parks is parked with its own reason", async () => {
    const { deps, parked } = someDeps();
    const outcome = aPark("NO_READER", "an id only");
    await settleJob(
      deps,
      await aJob(),
      workThat(async () => outcome),
    );
    expect(parked).toEqual([outcome]);
  });

  test("an error that can pass is thrown on while attempts are left", async () => {
    const { deps, parked } = someDeps();
    const error = new StateContendedError("busy");
    await expect(settleJob(deps, await aJob(2), thrower(error))).rejects.toBe(error);
    expect(parked).toEqual([]);
    expect(stage.told).toEqual([{ event: "broke", queue: "chores", detail: "STATE_CONTENDED" }]);
  });

  test("after the last attempt the work is parked, not dropped", async () => {
    const { deps, parked } = someDeps();
    await settleJob(deps, await aJob(1), thrower(new StateContendedError("busy")));
    expect(parked).toMatchObject([{ reason: "STATE_CONTENDED", detail: "Every attempt failed" }]);
  });

  test.each([
    ["says so itself", new AddressUnreadableError("it"), "ADDRESS_UNREADABLE"],
    ["is about unreadable state", new z.ZodError([]), "STATE_UNREADABLE"],
    ["is marked unrecoverable", new UnrecoverableError("no"), "UNEXPECTED_ERROR"],
  ])("an error that %s is parked at once, whatever attempts are left", async (_, error, reason) => {
    const { deps, parked } = someDeps();
    await settleJob(deps, await aJob(20), thrower(error));
    expect(parked).toMatchObject([{ reason, detail: "Trying again cannot help" }]);
  });

  test.each([undefined, "text", { code: "X" }])("even %j, thrown, ends parked", async (thrown) => {
    const { deps, parked } = someDeps();
    await settleJob(deps, await aJob(1), thrower(thrown));
    expect(parked).toMatchObject([{ reason: "UNEXPECTED_ERROR" }]);
  });

  test("work that could not be parked is not done: the job fails and runs again", async () => {
    const { deps } = someDeps();
    const park = async () => {
      throw new Error("the store is away");
    };
    const settling = settleJob({ ...deps, park }, await aJob(1), thrower(new Error("broken")));
    await expect(settling).rejects.toThrow("the store is away");
    expect(stage.told.map(({ event }) => event)).toEqual(["broke"]);
  });
});

describe("a prompt's job that runs before its plan is committed", () => {
  async function outcomeAfter(looks: number): Promise<JobOutcome> {
    const ref = { connection: "acme", userId: "u", recordId: "r", promptId: "p-none" };
    // Added by a machine whose clock is a day behind.
    const job = await queue.add("start", ref, { timestamp: Date.now() - DAY_MS });
    job.attemptsStarted = looks;
    return firePrompts(stage.kit, job, TOKEN).run();
  }

  test("waits by looks, not by clocks", async () => {
    expect(await outcomeAfter(1)).toEqual({ kind: "later", afterMs: 100 });
    expect(await outcomeAfter(99)).toEqual({ kind: "later", afterMs: 100 });
  });

  test("is given up when no plan comes", async () => {
    expect(await outcomeAfter(100)).toMatchObject({ kind: "done", note: { prompt: "unknown" } });
  });
});

describe("a job that waited in its process before it begins", () => {
  test.each([
    ["is known to be taken over", "the token of another run", true],
    ["is kept, and its lock with it, where nobody took it over", TOKEN, false],
  ])("%s", async (_, holder, isTaken) => {
    const job = await queue.add("late", {});
    const lock = `${queue.toKey(job.id ?? "")}:lock`;
    await stage.redis.set(lock, holder, "PX", 1000);
    job.processedOn = Date.now() - 5000;
    expect(await isTakenOver(job, TOKEN)).toBe(isTaken);
    expect((await stage.redis.pttl(lock)) > 1000).toBe(!isTaken);
  });
});

describe("the workers", () => {
  test("of one process are counted as one", async () => {
    await stage.start();
    const count = openWorkerCount(stage.redis);
    await until(async () => (await count.read()) > 0, { timeoutMs: 5000, what: "workers" });
    expect(await count.read()).toBe(1);
    await count.close();
  });

  test("a payload of another version is parked whole, and does not hold up the rest", async () => {
    const payload = { connection: "acme", kind: "from-the-future", secretOfTomorrow: 1 };
    await stage.crmEvents.queue.add("future", payload);
    await stage.kit.prompts.queue.add("future", { connection: "acme" });
    await stage.crmEvents.queue.add("nothing", null);
    await stage.start();
    const parked = await stage.untilParked("acme", 3);
    expect(parked.map(({ reason }) => reason)).toEqual(Array(3).fill("PAYLOAD_UNREADABLE"));
    expect(parked.map(({ work }) => work)).toContainEqual({
      kind: "unreadable",
      queue: "crm-events",
      job: "future",
      payload: { ...payload, v: 1 },
    });
  });

  test("a job whose worker died every time is parked as STALLED, with its work", async () => {
    const event = {
      kind: "unusable",
      reason: "NO_RECORD",
      connection: "acme",
      eventId: "poison",
      source: "json",
      receivedAtMs: 1,
    } as const;
    const job = await stage.crmEvents.queue.add("unusable", event, { attempts: 12 });
    const dying = new Worker("crm-events", null, {
      connection: stage.redis,
      prefix: queuePrefix(),
      lockDuration: 50,
    });
    await dying.getNextJob(TOKEN);
    await dying.close(true);
    // It was found dead five times before.
    await stage.redis.hset(`${queuePrefix()}:crm-events:${job.id}`, "stc", 5);
    await stage.start();
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked).toMatchObject({ reason: "STALLED", work: { kind: "event", event } });
  });

  test("a job whose worker died once runs again", async () => {
    await stage.crmEvents.put([
      {
        kind: "unusable",
        reason: "NO_RECORD",
        connection: "acme",
        eventId: "unlucky",
        source: "json",
        receivedAtMs: 1,
      },
    ]);
    const dying = new Worker("crm-events", null, {
      connection: stage.redis,
      prefix: queuePrefix(),
      lockDuration: 50,
    });
    await dying.getNextJob(TOKEN);
    await dying.close(true);
    await stage.start();
    const [parked] = await stage.untilParked("acme", 1);
    expect(parked?.reason).toBe("NO_RECORD");
    await until(async () => (await stage.crmEvents.queue.getCompletedCount()) === 1, {
      timeoutMs: 5000,
      what: "the job to be completed",
    });
  });
});
