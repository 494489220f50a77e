import { describe, expect, test } from "@jest/globals";
import { isConfirmationOld } from "../../src/appointments/confirmation.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import { anAppointment, at } from "../support/builders.ts";

function visitReadAt(time: string, own: { status?: Appointment["status"]; isRead?: boolean } = {}) {
  const { status = "scheduled", isRead = true } = own;
  const appointment = anAppointment("08p5f0000000001AAA", ["10:00", "11:00"], { status });
  const version = { occurredAtMs: at("7:00"), readAtMs: at(time), isRead, eventId: "read" };
  return { appointment, version };
}

function polled(everySeconds: number, time?: string) {
  return { everySeconds, polledAtMs: time === undefined ? undefined : at(time) };
}

describe("whether a visit must be read again before its prompt", () => {
  test.each([
    [0, "9:49:59", true],
    [0, "9:50", false],
    [120, "9:49:59", true],
    [120, "9:50", false],
    [1200, "9:00", false],
    [1200, "8:59:59", true],
  ])("polled every %d s and read at %s, at ten o'clock: %s", (everySeconds, time, isOld) => {
    expect(isConfirmationOld(visitReadAt(time), polled(everySeconds), at("10:00"))).toBe(isOld);
  });

  test("a poll confirms what was read long ago, for as long as a read does", () => {
    const visit = visitReadAt("6:00");
    expect(isConfirmationOld(visit, polled(120, "9:58"), at("10:00"))).toBe(false);
    expect(isConfirmationOld(visit, polled(120, "9:49"), at("10:00"))).toBe(true);
  });

  test("what was confirmed before the start of this run does not count, however fresh it is", () => {
    const started = { countsFromMs: at("9:59") };
    const now = at("10:00");
    expect(isConfirmationOld(visitReadAt("9:58"), { ...polled(120), ...started }, now)).toBe(true);
    const again = { ...polled(120, "9:59"), ...started };
    expect(isConfirmationOld(visitReadAt("9:58"), again, now)).toBe(false);
    expect(isConfirmationOld(visitReadAt("9:59"), { ...polled(0), ...started }, now)).toBe(false);
  });

  test.each(["completed", "canceled"] as const)("what is %s is not asked for", (status) => {
    expect(isConfirmationOld(visitReadAt("6:00", { status }), polled(0), at("10:00"))).toBe(false);
  });

  test("what arrived whole in an event is not asked for", () => {
    const whole = visitReadAt("6:00", { isRead: false });
    expect(isConfirmationOld(whole, polled(0), at("10:00"))).toBe(false);
    const { isRead: _, ...version } = whole.version;
    expect(isConfirmationOld({ ...whole, version }, polled(0), at("10:00"))).toBe(false);
  });
});
