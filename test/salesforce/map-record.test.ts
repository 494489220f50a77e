import { describe, expect, test } from "@jest/globals";
import {
  type AppointmentReport,
  appointmentReport,
  judgeReport,
} from "../../src/appointments/judge-report.ts";
import { planPrompts } from "../../src/appointments/plan-prompts.ts";
import type { StoredAppointment } from "../../src/books/stored-appointment.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { IssuedPrompt } from "../../src/domain/prompt.ts";
import { buildRecordingLink, parseRecordingLink } from "../../src/links/links.ts";
import { mapRecord } from "../../src/salesforce/map-record.ts";
import type { Mapped } from "../../src/salesforce/mapped.ts";
import { aSchedule } from "../support/builders.ts";
import {
  aConnection,
  anAssignedResource,
  anId,
  aServiceAppointment,
  aServiceResource,
  aUser,
  DANA_ID,
  graphOf,
  LEE_ID,
  LEE_USER,
  mapRaw,
  NOW_MS,
  type RawRecord,
  rows,
  SA,
  visitOf,
} from "./records.ts";

const LATER = "2026-03-01T13:00:00.000+0000";
const LEE_RESOURCES = rows(
  anAssignedResource({}, aServiceResource({ RelatedRecordId: LEE_ID, RelatedRecord: LEE_USER })),
);

/** A read of the record, as it is judged: reads of one version are told apart by their number. */
function reportOf(mapped: Mapped, readNumber: number): AppointmentReport {
  const { appointment, versionMs } = visitOf(mapped);
  return appointmentReport(appointment, {
    occurredAtMs: versionMs,
    readAtMs: readNumber,
    eventId: "read",
  });
}

function stored(report: AppointmentReport): StoredAppointment {
  return { ...report, knownUserIds: report.appointment.reps.map(({ userId }) => userId) };
}

function visit(own: RawRecord = {}): Appointment {
  return visitOf(mapRaw(aServiceAppointment(own))).appointment;
}

/** A cancel takes the stored visit and changes its status. */
function after(before: Appointment, mapped: Mapped): Appointment {
  return mapped.kind === "cancel"
    ? { ...before, status: mapped.status }
    : visitOf(mapped).appointment;
}

function clock(time: string): number {
  return Date.parse(`2026-03-08T${time}:00Z`);
}

interface PlanQuestion {
  readonly appointments: readonly Appointment[];
  readonly issued?: readonly IssuedPrompt[];
  readonly userId?: string;
}

function planAt(time: string, { appointments, issued = [], userId = DANA_ID }: PlanQuestion) {
  const planned = planPrompts({
    appointments,
    issued,
    userId,
    nowMs: clock(time),
    schedule: aSchedule({ startLeadSeconds: 0, stopGraceSeconds: 300 }),
  });
  return planned.map(
    ({ action, appointment, dueAtMs }) =>
      `${new Date(dueAtMs).toISOString().slice(11, 16)} ${action} ${appointment.recordId}`,
  );
}

function started(appointment: Appointment, time: string): IssuedPrompt {
  const { recordId, startAtMs } = appointment;
  return { promptId: "p1", action: "start", recordId, startAtMs, atMs: clock(time) };
}

describe("mapRecord", () => {
  test("21: a record that is gone cancels, as of the moment of the read", () => {
    const gone = { kind: "gone", recordType: "Event", recordId: SA } as const;

    expect(mapRecord(gone, { connection: aConnection(), nowMs: NOW_MS })).toEqual({
      kind: "cancel",
      recordType: "Event",
      recordId: SA,
      versionMs: NOW_MS,
      reason: "deleted",
      status: "canceled",
      why: ["Salesforce no longer has the record"],
      warnings: [],
    });
  });

  test("22: a record restored from the bin is scheduled again", () => {
    const deleted = mapRaw(aServiceAppointment({ IsDeleted: true, SystemModstamp: LATER }));
    const restored = mapRaw(
      aServiceAppointment({ SystemModstamp: "2026-03-01T14:00:00.000+0000" }),
    );
    const canceled = appointmentReport(after(visit(), deleted), {
      occurredAtMs: deleted.versionMs,
      readAtMs: 1,
      eventId: "1",
    });

    expect(judgeReport(stored(canceled), reportOf(restored, 2))).toBe("newer");
  });

  test("50: each record of a batch is mapped by itself", () => {
    const batch = Array.from({ length: 100 }, (_, at) =>
      aServiceAppointment({
        Id: anId("08p", at),
        ServiceResources: at === 40 ? null : rows(anAssignedResource()),
      }),
    );
    const kinds = batch.map((raw) => mapRaw(raw).kind);

    expect(kinds.filter((kind) => kind === "schedule")).toHaveLength(99);
    expect(kinds[40]).toBe("hold");
  });

  test("says the same of the same record, whatever the clock", () => {
    const graph = graphOf(aServiceAppointment({ ActualStartTime: "2026-03-08T09:20:00.000+0000" }));
    const at = (nowMs: number) => mapRecord(graph, { connection: aConnection(), nowMs });

    expect(at(NOW_MS)).toEqual(at(NOW_MS + 1e10));
  });

  test("38, 43: the title survives the link, which is whole or not at all", () => {
    const { title, crmObjects } = visit({ Subject: 'Roof "A" & gutter\n100% 🏠 + more' });
    const built = buildRecordingLink({
      action: "start",
      title,
      crmObjects,
      integrationConnectionId: "01HACME",
    });

    expect(built.kind).toBe("built");
    const parsed = parseRecordingLink(built.kind === "built" ? built.url : "");
    expect(parsed).toMatchObject({ link: { title, crmObjects } });
  });

  test("39: the objects are mapped whether or not the link may carry them", () => {
    expect(visit().crmObjects).toEqual([{ objectType: "ServiceAppointment", objectId: SA }]);
    expect(aConnection().integrationConnectionId).toBeUndefined();
  });
});

describe("what follows from one read after another", () => {
  const first = reportOf(mapRaw(aServiceAppointment()), 1);

  test("13: a rep swapped without a new version is applied, and the prompts move over", () => {
    const swapped = mapRaw(aServiceAppointment({ ServiceResources: LEE_RESOURCES }));
    const { appointment, versionMs } = visitOf(swapped);

    expect(versionMs).toBe(first.version.occurredAtMs);
    expect(judgeReport(stored(first), reportOf(swapped, 2))).toBe("newer");
    expect(planAt("08:00", { appointments: [appointment] })).toEqual([]);
    expect(planAt("08:00", { appointments: [appointment], userId: LEE_ID })).toEqual([
      `09:30 start ${SA}`,
      `10:35 stop ${SA}`,
    ]);
  });

  test("14: a rep who was told to start is told to stop, the new one starts now", () => {
    const before = visit();
    const now = visit({ ServiceResources: LEE_RESOURCES });
    const issued = [started(before, "09:30")];

    expect(planAt("09:45", { appointments: [now], issued })).toEqual([`09:45 stop ${SA}`]);
    expect(planAt("09:45", { appointments: [now], userId: LEE_ID })).toEqual([
      `09:45 start ${SA}`,
      `10:35 stop ${SA}`,
    ]);
  });

  test("17: a cleared start leaves no prompts", () => {
    const cleared = mapRaw(aServiceAppointment({ SchedStartTime: null }));

    expect(planAt("08:00", { appointments: [after(visit(), cleared)] })).toEqual([]);
  });

  test("18: a visit moved to a time that has begun starts now", () => {
    const before = visit({ SchedStartTime: "2026-03-08T14:00:00.000+0000", SchedEndTime: null });
    const moved = visit({
      SchedStartTime: "2026-03-08T10:00:00.000+0000",
      SchedEndTime: "2026-03-08T11:00:00.000+0000",
    });

    expect(planAt("10:20", { appointments: [before] })[0]).toBe(`14:00 start ${SA}`);
    expect(planAt("10:20", { appointments: [moved] })).toEqual([
      `10:20 start ${SA}`,
      `11:05 stop ${SA}`,
    ]);
  });

  test("19: an older version that arrives later is stale", () => {
    const newer = mapRaw(aServiceAppointment({ SystemModstamp: LATER, Subject: "Moved" }));

    expect(
      judgeReport(stored(reportOf(newer, 1)), reportOf(mapRaw(aServiceAppointment()), 2)),
    ).toBe("stale");
  });

  test("20: the same record read three times is the same content", () => {
    for (const readNumber of [2, 3]) {
      const again = reportOf(mapRaw(aServiceAppointment()), readNumber);

      expect(judgeReport(stored(first), again)).toBe("same-content");
    }
  });

  test("37: a write-back moves the version and not the content", () => {
    const written = mapRaw(
      aServiceAppointment({ SystemModstamp: LATER, Siro_Start_Link__c: "https://bridge.test/l/1" }),
    );

    expect(judgeReport(stored(first), reportOf(written, 2))).toBe("same-content");
  });

  test("32: a held visit has no prompts, one with a rep has", () => {
    const held = visit({ ServiceResources: null });

    expect(planAt("08:00", { appointments: [held] })).toEqual([]);
    expect(
      judgeReport(
        stored(reportOf(mapRaw(aServiceAppointment({ ServiceResources: null })), 1)),
        first,
      ),
    ).toBe("newer");
  });
});

describe("what is planned from what was mapped", () => {
  const hour = (Id: string, [from, until]: readonly [string, string], own: RawRecord = {}) =>
    visit({
      Id,
      SchedStartTime: `2026-03-08T${from}:00.000+0000`,
      SchedEndTime: `2026-03-08T${until}:00.000+0000`,
      ...own,
    });
  const A = hour(anId("08p", 1), ["10:00", "11:00"]);
  const B = hour(anId("08p", 2), ["11:00", "12:00"]);

  test("34: back to back, one restart takes the place of stop and start", () => {
    expect(planAt("09:00", { appointments: [A, B] })).toEqual([
      `10:00 start ${A.recordId}`,
      `11:00 restart ${B.recordId}`,
      `12:05 stop ${B.recordId}`,
    ]);
  });

  test("35: overlapping, the second is a restart", () => {
    const early = hour(anId("08p", 2), ["10:30", "11:30"]);

    expect(planAt("09:00", { appointments: [A, early] })).toContain(
      `10:30 restart ${early.recordId}`,
    );
  });

  test("36: completed early, the stop comes at once and only once", () => {
    const completed = mapRaw(aServiceAppointment({ StatusCategory: "Completed" }));
    const issued = [started(A, "10:00")];
    const done = after(A, completed);

    expect(planAt("10:40", { appointments: [done], issued })).toEqual([`10:40 stop ${A.recordId}`]);
    const stop: IssuedPrompt = {
      promptId: "p2",
      action: "stop",
      recordId: A.recordId,
      startAtMs: A.startAtMs,
      atMs: clock("10:40"),
    };
    expect(planAt("11:00", { appointments: [done], issued: [...issued, stop] })).toEqual([]);
  });

  test("49: under way before its time, it starts now and not again", () => {
    const early = hour(anId("08p", 1), ["10:00", "11:00"], { StatusCategory: "InProgress" });

    expect(planAt("09:40", { appointments: [early] })[0]).toBe(`09:40 start ${early.recordId}`);
    const issued = [started(early, "09:40")];
    expect(planAt("10:00", { appointments: [early], issued })).toEqual([
      `11:05 stop ${early.recordId}`,
    ]);
  });

  test("42: the stored visit needs no read to be prompted", () => {
    const read = JSON.parse(JSON.stringify(A));

    expect(planAt("09:00", { appointments: [read] })[0]).toBe(`10:00 start ${A.recordId}`);
  });

  test("12: an inactive user's visit has no prompts", () => {
    const inactive = rows(anAssignedResource({}, { RelatedRecord: aUser({ IsActive: false }) }));

    expect(planAt("08:00", { appointments: [visit({ ServiceResources: inactive })] })).toEqual([]);
  });
});
