import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { readOrgNote } from "../../src/books/org-note-book.ts";
import { readWatermarks, saveWatermarks } from "../../src/books/watermark-book.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import { warnAtStart } from "../../src/warn-at-start.ts";
import { aKeptLogger } from "../support/logs/kept-logs.ts";
import {
  type NotificationInput,
  notificationId,
  someNotifications,
} from "../support/outbound-message.ts";
import {
  aVisit,
  inMinutes,
  openPipelineStage,
  type PipelineStage,
  planOf,
  repIdsOf,
  type StageRep,
} from "../support/pipeline-stage.ts";
import { until } from "../support/until.ts";

const PATIENT = "patient";
const UNLINKED = "unlinked";
const LIMITED = "limited";
/** As long as an org whose calls are used up is left alone. */
const PAUSE_MS = 300_000;
const CROWDED = "crowded";
/** Above the numbers that the org itself counts from. */
const FIRST_NOTIFICATION = 900_000;

let stage: PipelineStage;
let org: StubOrg;

beforeAll(async () => {
  stage = await openPipelineStage({
    connections: {
      [PATIENT]: { schedule: { stopGraceSeconds: 300 } },
      [UNLINKED]: { integrationConnectionId: undefined },
      [LIMITED]: {},
      [CROWDED]: {},
    },
  });
  ({ org } = stage);
});

afterAll(async () => {
  await stage.close();
});

interface Booking {
  readonly reps: readonly StageRep[];
  readonly connection?: string;
  readonly own?: RecordInput;
}

/** Books a visit, minutes from now, and tells of it; returns its id. */
async function told([from, to]: readonly [number, number], booking: Booking): Promise<string> {
  const visitId = aVisit(org, { from, until: to, ...booking });
  await stage.tell("ServiceAppointment", visitId, booking.connection);
  return visitId;
}

/** So many seconds from now, in whole ones: a short real time. */
function inSeconds(seconds: number): Date {
  return new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);
}

function giveTo(visitId: string, { resourceId }: StageRep): void {
  const rows = org.store.all("AssignedResource");
  const row = rows.find((one) => one["ServiceAppointmentId"] === visitId);
  org.store.update(idOf(row ?? {}), { ServiceResourceId: resourceId });
}

/** Lets the jobs of prompts run once more, as if they had never been removed. */
async function runAgain({ userId }: StageRep, prompts: readonly Prompt[]): Promise<void> {
  const { queue, replay } = stage.kit.prompts;
  for (const { recordId, promptId } of prompts) {
    expect(await queue.getJob(promptId)).toBeUndefined();
    const jobId = `again-${promptId}`;
    await replay({ connection: "acme", userId, recordId, promptId }, jobId);
    await until(async () => (await queue.getJob(jobId))?.isCompleted(), {
      timeoutMs: 5000,
      what: "the old job to end",
    });
  }
}

describe("a visit that changes hands without a word", () => {
  test("13: swapped from A to B: A's jobs are removed, B's are added", async () => {
    const [a, b] = [await stage.aRep(), await stage.aRep()];
    const visitId = await told([60, 120], { reps: [a] });
    const [old, stamp] = [await a.waiting(), org.store.get(visitId)?.["SystemModstamp"]];
    giveTo(visitId, b);
    await stage.poll();
    expect(org.store.get(visitId)?.["SystemModstamp"]).toBe(stamp);
    expect(await a.waiting()).toEqual([]);
    expect(planOf(await b.waiting())).toEqual(["start 58", "stop 120"]);
    await runAgain(a, old);
    expect(a.actions()).toEqual([]);
    giveTo(visitId, a);
    await stage.tell("ServiceAppointment", visitId);
    expect([await a.waiting(), await b.waiting()].map(planOf)).toEqual([
      ["start 58", "stop 120"],
      [],
    ]);
  });

  test("14: A was already told to start: A gets the stop, B the start, both at once", async () => {
    const [a, b] = [await stage.aRep(), await stage.aRep()];
    const visitId = await told([-30, 30], { reps: [a] });
    await a.untilSent(["start"]);
    giveTo(visitId, b);
    await stage.poll();
    await a.untilSent(["start", "stop"]);
    await b.untilSent(["start"]);
    expect(await a.waiting()).toEqual([]);
    expect(planOf(await b.waiting())).toEqual(["stop 30"]);
  });
});

describe("a visit that moves, ends or begins otherwise than planned", () => {
  test("18: moved to a time that has begun: start now, stop at the new end; the old jobs do nothing", async () => {
    const rep = await stage.aRep();
    const visitId = await told([220, 280], { reps: [rep] });
    const old = await rep.waiting();
    const moved = { SchedStartTime: inMinutes(-20), SchedEndTime: inMinutes(40) };
    org.store.update(visitId, moved);
    await stage.tell("ServiceAppointment", visitId);
    await rep.untilSent(["start"]);
    expect(planOf(await rep.waiting())).toEqual(["stop 40"]);
    await runAgain(rep, old);
    expect(rep.actions()).toEqual(["start"]);
  });

  test("36: completed early: the stop comes at once, the one of the planned end does nothing", async () => {
    const rep = await stage.aRep();
    const visitId = await told([-40, 20], { reps: [rep] });
    await rep.untilSent(["start"]);
    const old = await rep.waiting();
    expect(planOf(old)).toEqual(["stop 20"]);
    org.store.update(visitId, { Status: "Completed" });
    await stage.tell("ServiceAppointment", visitId);
    await rep.untilSent(["start", "stop"]);
    await runAgain(rep, old);
    expect(rep.actions()).toEqual(["start", "stop"]);
    expect(await rep.waiting()).toEqual([]);
  });

  test("49: in progress before its time: start now, and no second start at the planned time", async () => {
    const rep = await stage.aRep();
    const visitId = await told([20, 80], { reps: [rep] });
    const old = await rep.waiting();
    org.store.update(visitId, { Status: "In Progress" });
    await stage.tell("ServiceAppointment", visitId);
    await rep.untilSent(["start"]);
    await runAgain(
      rep,
      old.filter(({ action }) => action === "start"),
    );
    await stage.tell("ServiceAppointment", visitId);
    expect(rep.actions()).toEqual(["start"]);
    expect(planOf(await rep.waiting())).toEqual(["stop 80"]);
  });
});

describe("messages that come late, twice or never", () => {
  test("19: of two updates in reverse order the older is stale, and costs no call", async () => {
    const rep = await stage.aRep();
    const visitId = aVisit(org, { from: 60, until: 120, reps: [rep] });
    const older = stampedNotice(visitId, 1);
    org.store.update(visitId, { SchedStartTime: inMinutes(90) });
    await stage.post({ notifications: [stampedNotice(visitId, 2)] });
    org.calls.reset();
    await stage.post({ notifications: [older] });
    expect(org.calls.dataCalls).toBe(0);
    expect((await stage.timeline(visitId)).at(-1)).toContain("event.stale");
    expect(planOf(await rep.waiting())).toEqual(["start 88", "stop 120"]);
  });

  test("20: the same message three times is acknowledged three times and makes one set of jobs, for one call", async () => {
    const rep = await stage.aRep();
    const visitId = aVisit(org, { from: 60, until: 120, reps: [rep] });
    const news = { objectType: "ServiceAppointment", recordIds: [visitId], fields: ["Id"] };
    org.calls.reset();
    const [message] = await org.sendOutboundMessage(stage.door(), news);
    if (message === undefined) {
      throw new Error("nothing was sent");
    }
    await stage.untilQuiet();
    const planned = await rep.waiting();
    const resent = [
      await org.resendOutboundMessage(message),
      await org.resendOutboundMessage(message),
    ];
    await stage.untilQuiet();
    expect([message, ...resent].map(({ isAcked }) => isAcked)).toEqual([true, true, true]);
    expect(planOf(planned)).toEqual(["start 58", "stop 120"]);
    expect((await stage.dossier(visitId))?.prompts).toEqual(planned);
    expect(org.calls.count("composite")).toBe(1);
    const events = (await stage.timeline(visitId)).filter((line) => line.startsWith("event."));
    expect(events).toHaveLength(1);
  });

  test("21: a deleted visit is found by the poll, a purged one by whatever asks for it: no link is sent", async () => {
    const rep = await stage.aRep();
    const deletedId = await told([60, 120], { reps: [rep] });
    const purgedId = await told([180, 240], { reps: [rep] });
    const old = await rep.waiting();
    org.store.delete(deletedId);
    await stage.poll();
    expect((await stage.appointment(deletedId)).status).toBe("canceled");
    expect(planOf(await rep.waiting())).toEqual(["start 178", "stop 240"]);
    org.store.purge(purgedId);
    const fields = { Id: purgedId };
    await stage.post({ notifications: [{ id: notificationId(FIRST_NOTIFICATION), fields }] });
    expect((await stage.appointment(purgedId)).status).toBe("canceled");
    expect(await rep.waiting()).toEqual([]);
    await runAgain(rep, old);
    expect(rep.actions()).toEqual([]);
  });

  test("a visit that vanished without a trace is found by the daily comparison with the org", async () => {
    const rep = await stage.aRep();
    const visitId = await told([300, 360], { reps: [rep] });
    await stage.poll();
    org.store.purge(visitId);
    await stage.poll();
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
    const twoDaysAgo = { stampMs: Date.now() - 2 * 86_400_000 };
    await saveWatermarks(stage.redis, "acme", { "horizon-day": twoDaysAgo });
    await stage.poll();
    expect((await stage.appointment(visitId)).status).toBe("canceled");
    expect(await rep.waiting()).toEqual([]);
  });

  test("a daily comparison that the org refuses in part is made again after an hour, not with every poll", async () => {
    await stage.poll();
    const errorCode = "MALFORMED_QUERY";
    const refusal = { kind: "sub-request-error", status: 400, errorCode } as const;
    const refused = org.faults.inject(refusal, { times: "forever", path: "StartDateTime >= 2" });
    const beforeLastHour = { stampMs: Date.now() - 86_400_000 };
    await saveWatermarks(stage.redis, "acme", { "horizon-day": beforeLastHour });
    await stage.poll();
    await stage.poll();
    expect(refused.hits).toBe(1);
    refused.clear();
    const mark = (await readWatermarks(stage.redis, "acme"))["horizon-day"];
    expect(mark?.stampMs).toBeGreaterThan(beforeLastHour.stampMs);
    expect(mark?.stampMs).toBeLessThan(Date.now() - 82_000_000);
  });

  test("a visit that was hidden for a while stands again once it is shown, although its stamp is the old one", async () => {
    const rep = await stage.aRep();
    const visitId = await told([60, 120], { reps: [rep] });
    const show = org.store.snapshot();
    org.store.purge(visitId);
    const asked = (number: number) => ({
      id: notificationId(FIRST_NOTIFICATION + number),
      fields: { Id: visitId },
    });
    await stage.post({ notifications: [asked(50)] });
    expect((await stage.appointment(visitId)).status).toBe("canceled");
    show();
    await stage.post({ notifications: [asked(51)] });
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
    expect(planOf(await rep.waiting())).toEqual(["start 58", "stop 120"]);
  });

  test("22: a visit restored from the bin is found by the poll and scheduled by a later plan", async () => {
    const rep = await stage.aRep();
    const visitId = await told([60, 120], { reps: [rep] });
    const [{ generation: first } = { generation: Number.NaN }] = await rep.waiting();
    org.store.delete(visitId);
    await stage.poll();
    expect(await rep.waiting()).toEqual([]);
    org.store.undelete(visitId);
    await stage.poll();
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
    const waiting = await rep.waiting();
    expect(planOf(waiting)).toEqual(["start 58", "stop 120"]);
    expect(waiting[0]?.generation).toBeGreaterThan(first);
  });

  test("50: a hundred notifications share their queries; two bad ids among them do not sink the others", async () => {
    const rep = await stage.aRep();
    const visitIds = Array.from({ length: 98 }, (_, at) =>
      aVisit(org, { from: 60 + 2 * at, until: 61 + 2 * at, reps: [rep] }),
    );
    const ids = ["08p5f0000099999AAA", ...visitIds, "not-an-id"];
    const notifications = someNotifications(100).map((_, at) => ({
      id: notificationId(FIRST_NOTIFICATION + 100 + at),
      fields: { Id: ids[at] ?? "" },
    }));
    org.calls.reset();
    expect(await stage.post({ notifications })).toContain("<Ack>true</Ack>");
    // One, unless the machine was too busy to take them all up within a moment.
    expect(org.calls.count("composite")).toBeLessThanOrEqual(2);
    const soql = org.calls.entries.flatMap((call) => call.soql).join();
    const asked = [...soql.matchAll(/'(08p\w+)'/g)].map(([, id]) => id);
    expect(asked).toHaveLength(99);
    expect(new Set(asked)).toEqual(new Set(ids.slice(0, 99)));
    const stored = await Promise.all(visitIds.map((visitId) => stage.appointment(visitId)));
    expect(new Set(stored.flatMap(repIdsOf))).toEqual(new Set([rep.userId]));
    expect(stored.map(({ recordId }) => recordId)).toEqual(visitIds);
    expect(await stage.parked()).toMatchObject([
      { reason: "BAD_RECORD_ID", recordId: "not-an-id" },
    ]);
    expect(await stage.dossier("08p5f0000099999AAA")).toBeUndefined();
  });
});

describe("a burst", () => {
  test("of a thousand notifications in ten messages costs at most five calls", async () => {
    const rep = await stage.aRep();
    const visitIds = Array.from({ length: 1000 }, (_, at) =>
      aVisit(org, { from: 3000 + at, until: 3001 + at, reps: [rep] }),
    );
    org.calls.reset();
    const messages = Array.from({ length: 10 }, (_, nth) =>
      visitIds.slice(100 * nth, 100 * nth + 100).map((visitId, at) => ({
        id: notificationId(FIRST_NOTIFICATION + 1000 + 100 * nth + at),
        fields: { Id: visitId },
      })),
    );
    await Promise.all(messages.map((notifications) => stage.post({ notifications })));
    await until(async () => (await stage.dossier(visitIds.at(-1) ?? "")) !== undefined, {
      timeoutMs: 20_000,
      what: "the last visit to be stored",
    });
    await stage.untilQuiet();
    expect(org.calls.count("composite")).toBeLessThanOrEqual(5);
    const stored = await Promise.all(visitIds.map((visitId) => stage.dossier(visitId)));
    expect(stored.filter((dossier) => dossier === undefined)).toEqual([]);
  }, 60_000);
});

describe("visits of one rep that meet", () => {
  test("34: back to back, one restart with the second's records; the first's late stop is dropped", async () => {
    const rep = await stage.aRep({}, PATIENT);
    const meeting = inSeconds(4);
    const here = { reps: [rep], connection: PATIENT };
    const firstId = await told([-60, 0], { ...here, own: { SchedEndTime: meeting } });
    await rep.untilSent(["start"]);
    const graceMs = 5 * 60_000;
    expect(await rep.waiting()).toMatchObject([
      { action: "stop", recordId: firstId, dueAtMs: meeting.getTime() + graceMs },
    ]);
    const secondId = await told([0, 60], { ...here, own: { SchedStartTime: meeting } });
    await rep.untilSent(["start", "restart"]);
    expect(Date.now()).toBeGreaterThanOrEqual(meeting.getTime());
    const { searchParams } = new URL(rep.links()[1] ?? "");
    expect(searchParams.get("crmObjects")).toContain(secondId);
    expect(searchParams.get("crmObjects")).not.toContain(firstId);
    expect(planOf(await rep.waiting())).toEqual(["stop 65"]);
  });

  test("35: overlapping, the second begins as a restart", async () => {
    const rep = await stage.aRep();
    await told([60, 120], { reps: [rep] });
    const secondId = await told([90, 150], { reps: [rep] });
    const waiting = await rep.waiting();
    expect(planOf(waiting)).toEqual(["start 58", "restart 90", "stop 150"]);
    expect(waiting[1]?.recordId).toBe(secondId);
  });
});

describe("the link", () => {
  test("39: without integrationConnectionId it carries neither the id nor records; the start warns, no job does", async () => {
    const lines: string[] = [];
    const log = aKeptLogger((line) => void lines.push(line));
    warnAtStart(log, stage.kit.config.connections.values());
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: pino.levels.values["warn"],
        event: "connection.incomplete",
        connection: UNLINKED,
        finding: "integrationConnectionId is not set: links carry no CRM records",
      }),
    ]);
    const rep = await stage.aRep({}, UNLINKED);
    const visitId = await told([-10, 50], { reps: [rep], connection: UNLINKED });
    await rep.untilSent(["start"]);
    const { searchParams } = new URL(rep.links()[0] ?? "");
    expect([...searchParams.keys()]).toEqual(["action", "title"]);
    expect((await stage.appointment(visitId, UNLINKED)).crmObjects).toHaveLength(1);
    expect((await stage.timeline(visitId, UNLINKED)).join()).not.toContain("integrationConnection");
    expect(await stage.parked(UNLINKED)).toEqual([]);
  });

  test("43: emoji, quotes, &, % and new lines come out as the same text, on one line", async () => {
    const rep = await stage.aRep();
    const Subject = "Röof 🏠 \"tiles\" & 'gutters'\n100% + more?\r\n#2";
    const title = "Röof 🏠 \"tiles\" & 'gutters' 100% + more? #2";
    const visitId = await told([-10, 50], { reps: [rep], own: { Subject } });
    await rep.untilSent(["start"]);
    const [link = ""] = rep.links();
    expect(link).toMatch(/^[\x21-\x7e]+$/);
    expect(new URL(link).searchParams.get("title")).toBe(title);
    expect((await stage.appointment(visitId)).title).toBe(title);
  });
});

describe("the org's limit", () => {
  afterEach(() => org.faults.clear());

  test("42: once it is used up, due prompts still fire and new messages wait; nothing is lost", async () => {
    const rep = await stage.aRep({}, LIMITED);
    const late = await stage.aRep({}, LIMITED);
    const SchedStartTime = inSeconds(120 + 2);
    const here = { connection: LIMITED };
    const knownId = await told([2, 60], { ...here, reps: [rep], own: { SchedStartTime } });
    const stale = { ...stampedNotice(knownId, 3), fields: { Id: knownId, SystemModstamp: OLD } };
    const limit = org.faults.inject({ kind: "daily-limit" }, { times: "forever" });
    const newId = await told([60, 120], { ...here, reps: [late] });
    await stage.post({ notifications: [stale] }, LIMITED);
    expect(limit.hits).toBe(1);
    const heard = (await stage.timeline(knownId, LIMITED)).filter((line) => /^event\./.test(line));
    expect(heard.at(-1)).toContain("event.stale");
    await rep.untilSent(["start"]);
    expect(await stage.dossier(newId, LIMITED)).toBeUndefined();
    expect(await stage.parked(LIMITED)).toEqual([]);
    expect(await readOrgNote(stage.redis, LIMITED)).toMatchObject({ state: "ORG_API_LIMIT" });
    limit.clear();
    stage.pass(PAUSE_MS);
    const [waiting, ...others] = await stage.kit.crmEvents.queue.getDelayed();
    expect(others).toEqual([]);
    await waiting?.promote();
    await stage.untilQuiet();
    expect(planOf(await late.waiting())).toEqual(["start 58", "stop 120"]);
  });

  test("42: meanwhile a known visit is canceled or moved by its message alone; a later read wins", async () => {
    const rep = await stage.aRep({}, LIMITED);
    const late = await stage.aRep({}, LIMITED);
    const here = { connection: LIMITED, reps: [rep] };
    const canceledId = await told([60, 120], here);
    const movedId = await told([180, 240], here);
    const limit = org.faults.inject({ kind: "daily-limit" }, { times: "forever" });
    org.store.update(canceledId, { Status: "Canceled" });
    org.store.update(movedId, { SchedStartTime: inMinutes(300), SchedEndTime: inMinutes(420) });
    const newId = aVisit(org, { from: 60, until: 120, reps: [late] });
    await org.sendOutboundMessage(stage.door(LIMITED), {
      objectType: "ServiceAppointment",
      recordIds: [canceledId, movedId, newId],
      fields: ["SchedStartTime", "SchedEndTime", "StatusCategory", "SystemModstamp"],
    });
    await stage.untilQuiet();
    expect((await stage.appointment(canceledId, LIMITED)).status).toBe("canceled");
    expect(planOf(await rep.waiting())).toEqual(["start 298", "stop 420"]);
    expect(repIdsOf(await stage.appointment(movedId, LIMITED))).toEqual([rep.userId]);
    expect(await stage.dossier(newId, LIMITED)).toBeUndefined();
    const fromMessage =
      /^event\.applied: .*Taken from the message itself: .* when the limit allows/;
    for (const visitId of [canceledId, movedId]) {
      const applied = (await stage.timeline(visitId, LIMITED)).filter((line) =>
        line.startsWith("event."),
      );
      expect(applied).toEqual([expect.anything(), expect.stringMatching(fromMessage)]);
    }
    // Looking again while the limit lasts changes nothing and says nothing more.
    await promoteDelayed(3);
    expect(planOf(await rep.waiting())).toEqual(["start 298", "stop 420"]);
    const events = (await stage.timeline(movedId, LIMITED)).filter((line) =>
      line.startsWith("event."),
    );
    expect(events).toHaveLength(2);
    org.store.update(movedId, { SchedStartTime: inMinutes(600), SchedEndTime: inMinutes(660) });
    limit.clear();
    stage.pass(PAUSE_MS);
    await promoteDelayed(3);
    expect(planOf(await rep.waiting())).toEqual(["start 598", "stop 660"]);
    expect(planOf(await late.waiting())).toEqual(["start 58", "stop 120"]);
    expect((await stage.appointment(canceledId, LIMITED)).status).toBe("canceled");
    expect(await stage.parked(LIMITED)).toEqual([]);
  });

  test("42: too many requests at once is no limit that is used up: the message waits and is read", async () => {
    const rep = await stage.aRep({}, CROWDED);
    const visitId = await told([60, 120], { reps: [rep], connection: CROWDED });
    const busy = org.faults.inject({ kind: "concurrent-limit" }, { times: "forever" });
    org.store.update(visitId, { Status: "Canceled" });
    await org.sendOutboundMessage(stage.door(CROWDED), {
      objectType: "ServiceAppointment",
      recordIds: [visitId],
      fields: ["StatusCategory", "SystemModstamp"],
    });
    await stage.untilQuiet();
    expect(busy.hits).toBeGreaterThan(0);
    expect((await stage.appointment(visitId, CROWDED)).status).toBe("scheduled");
    busy.clear();
    await until(async () => (await stage.appointment(visitId, CROWDED)).status === "canceled", {
      timeoutMs: 20_000,
      what: "the visit to be read once the org takes requests again",
    });
    expect((await stage.timeline(visitId, CROWDED)).join("\n")).not.toContain("used up");
  }, 30_000);
});

/** Lets the events that wait for the org's limit be looked at now. */
async function promoteDelayed(expected: number): Promise<void> {
  const delayed = await stage.kit.crmEvents.queue.getDelayed();
  expect(delayed).toHaveLength(expected);
  await Promise.all(delayed.map((job) => job.promote()));
  await stage.untilQuiet();
}

const OLD = "2026-01-01T00:00:00.000Z";

/** A notification with the record's stamp as it is now. */
function stampedNotice(recordId: string, number: number): NotificationInput {
  const stamp = String(org.store.get(recordId)?.["SystemModstamp"]);
  const fields = { Id: recordId, SystemModstamp: stamp };
  return { id: notificationId(FIRST_NOTIFICATION + number), fields };
}
