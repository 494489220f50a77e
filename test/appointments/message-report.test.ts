import { describe, expect, test } from "@jest/globals";
import { appointmentReport, judgeReport } from "../../src/appointments/judge-report.ts";
import { type MessageChange, messageReport } from "../../src/appointments/message-report.ts";
import type { StoredAppointment } from "../../src/books/stored-appointment.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { anAppointment, at, DANA } from "../support/builders.ts";

const RECORD_ID = "08p5f0000000001AAA";
const OFF = { kind: "off", status: "canceled", why: "StatusCategory is Canceled" } as const;

/** As it was read at 8:00, with the record's stamp of 7:00. */
function known(own: Partial<StoredAppointment["appointment"]> = {}): StoredAppointment {
  const appointment = anAppointment(RECORD_ID, ["10:00", "11:00"], own);
  const version = {
    occurredAtMs: at("7:00"),
    readAtMs: at("8:00"),
    isRead: true,
    eventId: "read",
  };
  return { ...appointmentReport(appointment, version), knownUserIds: [DANA.userId] };
}

function aMessage(stamp: string | undefined, receivedAt = "9:00") {
  const receivedAtMs = at(receivedAt);
  return {
    kind: "record-changed",
    connection: "acme",
    source: "outbound-message",
    eventId: "message",
    receivedAtMs,
    recordType: "ServiceAppointment",
    recordId: RECORD_ID,
    occurredAtMs: stamp === undefined ? receivedAtMs : at(stamp),
    fields: stamp === undefined ? {} : { SystemModstamp: new Date(at(stamp)).toISOString() },
  } as const satisfies CrmEvent;
}

function timesAfter(change: Omit<Extract<MessageChange, { kind: "moved" }>, "kind">) {
  const report = messageReport(known(), aMessage("8:30"), { kind: "moved", ...change });
  const { startAtMs, endAtMs } = report?.appointment ?? {};
  return [startAtMs, endAtMs];
}

describe("the report of a message that must do without its record", () => {
  test("takes the visit off and leaves the rest as it is known", () => {
    const report = messageReport(known(), aMessage("8:30"), OFF);
    expect(report?.appointment).toEqual({ ...known().appointment, status: "canceled" });
    expect(report?.version).toEqual({
      occurredAtMs: at("8:30"),
      readAtMs: at("9:00"),
      isRead: true,
      eventId: "message",
    });
    expect(report?.why).toEqual([
      "StatusCategory is Canceled",
      expect.stringMatching(/^Taken from the message itself: .* read when the limit allows$/),
    ]);
  });

  test("moves it: with both times, with a start alone keeping its length, with an end alone", () => {
    expect(timesAfter({ startAtMs: at("12:00"), endAtMs: at("14:00") })).toEqual([
      at("12:00"),
      at("14:00"),
    ]);
    expect(timesAfter({ startAtMs: at("12:00") })).toEqual([at("12:00"), at("13:00")]);
    expect(timesAfter({ endAtMs: at("11:30") })).toEqual([at("10:00"), at("11:30")]);
    expect(timesAfter({ startAtMs: at("12:00"), endAtMs: at("11:00") })).toEqual([
      at("12:00"),
      at("13:00"),
    ]);
  });

  test("is none for a visit that is unknown or over, and none for what is known already", () => {
    const moved = { kind: "moved", startAtMs: at("10:00"), endAtMs: at("11:00") } as const;
    expect(messageReport(undefined, aMessage("8:30"), OFF)).toBeUndefined();
    expect(messageReport(known({ status: "canceled" }), aMessage("8:30"), OFF)).toBeUndefined();
    expect(messageReport(known({ status: "completed" }), aMessage("8:30"), OFF)).toBeUndefined();
    expect(messageReport(known(), aMessage("8:30"), moved)).toBeUndefined();
  });

  test("is none when the message is older than what was read", () => {
    expect(messageReport(known(), aMessage("6:30"), OFF)).toBeUndefined();
    expect(messageReport(known(), aMessage("7:00", "7:30"), OFF)).toBeUndefined();
    expect(messageReport(known(), aMessage("7:00", "9:00"), OFF)).toBeDefined();
  });

  test.each([
    ["8:30"],
    [undefined],
  ])("gives way to the next read, whatever it says (stamp of the message: %s)", (stamp) => {
    const report = messageReport(known(), aMessage(stamp), OFF);
    const read = { occurredAtMs: at(stamp ?? "7:00"), readAtMs: at("9:30"), eventId: "read" };
    const later = appointmentReport(known().appointment, { ...read, isRead: true });
    expect(report).toBeDefined();
    expect(judgeReport(report && { ...report, knownUserIds: [] }, later)).toBe("newer");
  });
});
