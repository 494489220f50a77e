import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { type ApplyPlanDeps, applyPlan } from "../../src/appointments/apply-plan.ts";
import { changeAppointment } from "../../src/books/appointment-book.ts";
import { commitRepChange, readRepState } from "../../src/books/rep-book.ts";
import { createPromptsQueue, type PromptsQueue } from "../../src/queues/prompts.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { createPlanner } from "../../workers/plan-rep.ts";
import { aConnection, waitingPrompts } from "../support/bridge-state.ts";
import { anAppointment, aSchedule, at, DANA, LEE } from "../support/builders.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { RepDay } from "./rep-day.ts";

const HOUR_MS = 3_600_000;
const REP = { connection: "acme", userId: DANA.userId };
const connection = aConnection();

let server: Awaited<ReturnType<typeof startRedisServer>>;
let redis: Redis;
let prompts: PromptsQueue;
let running = 0;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openWorkerRedis(server.url);
  prompts = createPromptsQueue(redis);
});

afterAll(async () => {
  await prompts.queue.close();
  redis.disconnect();
  await server.stop();
});

/** Stores one visit of a rep of its own, in an hour; the plan is left to the test. */
async function aBookedVisit(): Promise<typeof REP> {
  running += 1;
  const userId = `rep-${running}`;
  const startAtMs = Date.now() + HOUR_MS;
  const appointment = anAppointment(`visit-${running}`, ["10:00", "11:00"], {
    startAtMs,
    endAtMs: startAtMs + HOUR_MS,
    reps: [{ userId }],
  });
  const record = { connection: connection.name, recordId: appointment.recordId };
  await changeAppointment(redis, record, () => ({
    result: undefined,
    next: {
      appointment,
      version: { occurredAtMs: 1, readAtMs: 0, eventId: "e" },
      contentHash: "",
      knownUserIds: [userId],
    },
    commands: [],
  }));
  return { connection: connection.name, userId };
}

function realDeps(rep: typeof REP): ApplyPlanDeps {
  return {
    schedule: connection.schedule,
    readState: () => readRepState(redis, rep),
    commit: (change) => commitRepChange(redis, rep, change),
    enqueue: (added) => prompts.add(connection.name, added),
    dequeue: (dropped) => prompts.remove(dropped),
    drawToken: () => `${running}-${Math.random()}`,
  };
}

async function jobCount(userId: string): Promise<number> {
  const jobs = await prompts.queue.getJobs(["delayed", "waiting"]);
  return jobs.filter(({ data }) => data.userId === userId).length;
}

describe("applyPlan over Redis", () => {
  test("eight workers at once make one plan, with one job for each prompt and none beside", async () => {
    const rep = await aBookedVisit();
    await Promise.all(
      Array.from({ length: 8 }, () =>
        createPlanner({ redis, prompts })({ connection, userId: rep.userId }),
      ),
    );
    const waiting = await waitingPrompts(redis, rep.connection, rep.userId);
    expect(waiting.map(({ action }) => action)).toEqual(["start", "stop"]);
    expect(await jobCount(rep.userId)).toBe(2);
  });

  test("a crash between the jobs and the commit leaves no prompt without its job; the next run mends it", async () => {
    const rep = await aBookedVisit();
    const crash = async () => {
      throw new Error("killed");
    };
    await expect(applyPlan({ ...realDeps(rep), commit: crash }, rep)).rejects.toThrow("killed");
    expect(await waitingPrompts(redis, rep.connection, rep.userId)).toEqual([]);
    await applyPlan(realDeps(rep), rep);
    for (const { promptId } of await waitingPrompts(redis, rep.connection, rep.userId)) {
      expect(await prompts.queue.getJob(promptId)).toBeDefined();
    }
  });

  test("a crash before the jobs leaves nothing; the next run mends it", async () => {
    const rep = await aBookedVisit();
    const crash = async () => {
      throw new Error("killed");
    };
    await expect(applyPlan({ ...realDeps(rep), enqueue: crash }, rep)).rejects.toThrow("killed");
    expect(await waitingPrompts(redis, rep.connection, rep.userId)).toEqual([]);
    await applyPlan(realDeps(rep), rep);
    expect(await jobCount(rep.userId)).toBe(2);
  });

  test("a plan made from an older state is not committed on top of a newer one", async () => {
    const rep = await aBookedVisit();
    const stale = await readRepState(redis, rep);
    await createPlanner({ redis, prompts })({ connection, userId: rep.userId });
    const states = [stale];
    const outcome = await applyPlan(
      {
        ...realDeps(rep),
        readState: async () => states.pop() ?? (await readRepState(redis, rep)),
      },
      rep,
    );
    expect(outcome).toMatchObject({ added: [], superseded: [] });
    expect(await waitingPrompts(redis, rep.connection, rep.userId)).toHaveLength(2);
    expect(await jobCount(rep.userId)).toBe(2);
  });
});

const A = anAppointment("A", ["10:00", "11:00"]);

async function aPlannedDay(): Promise<RepDay> {
  const day = new RepDay(aSchedule(), at("08:00"));
  day.store(A);
  await day.plan();
  return day;
}

function depsOver(day: RepDay, own: Partial<ApplyPlanDeps>): ApplyPlanDeps {
  return {
    schedule: day.schedule,
    readState: async () => day.state(),
    commit: async () => true,
    enqueue: async () => undefined,
    dequeue: async () => undefined,
    drawToken: () => "t",
    ...own,
  };
}

/** Lets the newest prompts of a visit with this action run at a time. */
async function runAt(day: RepDay, time: string, action: string): Promise<void> {
  day.nowMs = at(time);
  for (const prompt of [...day.jobs.values()].filter((one) => one.action === action)) {
    await day.run(prompt);
  }
}

describe("applyPlan", () => {
  test("the jobs are added before the plan is committed", async () => {
    const day = new RepDay(aSchedule(), at("08:00"));
    day.store(A);
    const steps: string[] = [];
    await applyPlan(
      depsOver(day, {
        enqueue: async () => void steps.push("enqueue"),
        commit: async () => {
          steps.push("commit");
          return true;
        },
      }),
      REP,
    );
    expect(steps).toEqual(["enqueue", "commit"]);
  });

  test("a plan that already stands is neither queued nor committed", async () => {
    const day = await aPlannedDay();
    const never = async () => {
      throw new Error("nothing was to be done");
    };
    const outcome = await applyPlan(depsOver(day, { enqueue: never, commit: never }), REP);
    expect(outcome).toMatchObject({ added: [], superseded: [] });
  });

  test("a start that is due at once keeps its identity at every later look", async () => {
    const day = new RepDay(aSchedule(), at("10:30"));
    day.store(A);
    await day.plan();
    const before = day.promptsOf("A");
    for (const time of ["10:30:01", "10:31", "10:59"]) {
      day.nowMs = at(time);
      expect(await day.plan()).toMatchObject({ added: [], superseded: [] });
    }
    expect(day.promptsOf("A")).toEqual(before);
  });

  test("of three visits that begin at once none changes at a second look", async () => {
    const day = new RepDay(aSchedule(), at("10:30"));
    for (const id of ["A", "B", "C"]) {
      day.store(anAppointment(id, ["10:00", "11:00"]));
    }
    await day.plan();
    day.nowMs += 150;
    expect(await day.plan()).toMatchObject({ added: [], superseded: [] });
  });

  test("the jobs of what was dropped, and of an attempt that lost its race, are taken back", async () => {
    const day = await aPlannedDay();
    const jobs = new Map(day.jobs);
    day.store(anAppointment("A", ["12:00", "13:00"]));
    const results = [false, true];
    const dequeued: string[] = [];
    const { added, superseded } = await applyPlan(
      depsOver(day, {
        commit: async () => results.shift() ?? true,
        enqueue: async (prompts) => prompts.forEach((one) => void jobs.set(one.promptId, one)),
        dequeue: async (prompts) => void dequeued.push(...prompts.map(({ promptId }) => promptId)),
        drawToken: () => `${jobs.size}-${Math.random()}`,
      }),
      REP,
    );
    const left = [...jobs.keys()].filter((promptId) => !dequeued.includes(promptId));
    expect(left.sort()).toEqual(added.map(({ promptId }) => promptId).sort());
    expect(superseded.map(({ action }) => action)).toEqual(["start", "stop"]);
  });

  test("when other writers are always faster it gives up, to be tried again later", async () => {
    const day = new RepDay(aSchedule(), at("08:00"));
    day.store(A);
    await expect(
      applyPlan(depsOver(day, { commit: async () => false }), REP),
    ).rejects.toMatchObject({ code: "STATE_CONTENDED", retry: "later" });
  });

  test.each([
    ["canceled", anAppointment("A", ["10:00", "11:00"], { status: "canceled" })],
    ["given to someone else", anAppointment("A", ["10:00", "11:00"], { reps: [LEE] })],
    ["moved to the afternoon", anAppointment("A", ["15:00", "16:00"])],
  ])("a start that was sent is withdrawn from the other devices when the visit is %s", async (_, changed) => {
    const day = await aPlannedDay();
    await runAt(day, "09:58", "start");
    expect(day.state().livePromptId).toBeDefined();
    day.store(changed);
    await day.plan();
    expect(day.state().livePromptId).toBeUndefined();
  });

  test.each([
    ["its title", anAppointment("A", ["10:00", "11:00"], { title: "Another" })],
    ["its end", anAppointment("A", ["10:00", "11:30"])],
    ["its start by a little", anAppointment("A", ["10:20", "11:00"])],
  ])("a start that was sent stays with the devices when the visit changes %s", async (_, changed) => {
    const day = await aPlannedDay();
    await runAt(day, "09:58", "start");
    const { livePromptId } = day.state();
    day.store(changed);
    await day.plan();
    expect(day.state().livePromptId).toBe(livePromptId);
  });

  test("a stop that was sent stays with the devices, whatever the visit does", async () => {
    const day = await aPlannedDay();
    await runAt(day, "09:58", "start");
    await runAt(day, "11:00", "stop");
    const { livePromptId } = day.state();
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "completed" }));
    await day.plan();
    expect(day.state().livePromptId).toBe(livePromptId);
  });

  test("canceled and on again: back to the same plan, the start asked for anew", async () => {
    const day = await aPlannedDay();
    await runAt(day, "09:58", "start");
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    await day.plan();
    await runAt(day, "10:05", "stop");
    day.store(A);
    await day.plan();
    await runAt(day, "10:06", "start");
    await runAt(day, "11:00", "stop");
    expect(day.sent.map(({ prompt }) => prompt.action)).toEqual(["start", "stop", "start", "stop"]);
  });

  test("canceled and on again before the stop was sent: nothing reaches the rep", async () => {
    const day = await aPlannedDay();
    await runAt(day, "09:58", "start");
    day.store(anAppointment("A", ["10:00", "11:00"], { status: "canceled" }));
    await day.plan();
    day.store(A);
    await day.plan();
    await runAt(day, "10:06", "start");
    expect(day.sent.map(({ prompt }) => prompt.action)).toEqual(["start"]);
    expect([...day.jobs.values()].map(({ action, dueAtMs }) => [action, dueAtMs])).toEqual([
      ["stop", at("11:00")],
    ]);
  });

  test("a start that lost its place without ever being taken is asked for again", async () => {
    const day = await aPlannedDay();
    day.store(anAppointment("B", ["10:30", "11:30"]));
    await day.plan();
    const nobody = { listDevices: async () => [] };
    for (const [time, action] of [
      ["09:58", "start"],
      ["10:30", "restart"],
    ] as const) {
      day.nowMs = at(time);
      for (const prompt of [...day.jobs.values()].filter((one) => one.action === action)) {
        day.jobs.delete(prompt.promptId);
        await day.fire(prompt, nobody);
      }
    }
    day.store(anAppointment("B", ["10:30", "11:30"], { status: "canceled" }));
    await day.plan();
    await runAt(day, "10:36", "start");
    expect(day.sent.map(({ prompt }) => `${prompt.action} ${prompt.recordId}`)).toEqual([
      "start A",
    ]);
  });

  test("ended prompts of a noisy visit are forgotten, what is waiting never", async () => {
    const day = await aPlannedDay();
    for (let minute = 0; minute < 40; minute += 1) {
      day.store(anAppointment("A", [`12:${minute}`, "14:00"]));
      await day.plan();
    }
    const states = day.promptsOf("A").map(({ state }) => state);
    expect(states.filter((state) => state === "superseded").length).toBeLessThanOrEqual(20);
    expect(states.filter((state) => state === "waiting")).toHaveLength(2);
  });
});
