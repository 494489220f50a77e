import { type Appointment, appointmentSchema } from "../../src/domain/appointment.ts";
import { type Schedule, scheduleSchema } from "../../src/domain/connection.ts";
import type { IssuedPrompt } from "../../src/domain/prompt.ts";

/** The invented rep of most tests. */
export const DANA = { userId: "005000000000001AAA", email: "dana@example.com", name: "Dana Reed" };

/** Another invented rep. */
export const LEE = { userId: "005000000000002AAA", email: "lee@example.com", name: "Lee Park" };

/** Reads a time of the one day on which tests of plans take place. */
export function at(time: string): number {
  const [hours = "0", minutes = "0", seconds = "0"] = time.split(":");
  return Date.UTC(2026, 10, 23, Number(hours), Number(minutes), Number(seconds));
}

/** An appointment of that day; a test names what it is about. */
export function anAppointment(
  recordId: string,
  [from, until]: readonly [string, string],
  own: Partial<Appointment> = {},
): Appointment {
  return appointmentSchema.parse({
    recordType: "ServiceAppointment",
    recordId,
    status: "scheduled",
    startAtMs: at(from),
    endAtMs: at(until),
    title: `Visit ${recordId}`,
    crmObjects: [],
    reps: [DANA],
    ...own,
  });
}

/** The schedule with its defaults, but for what a test changes. */
export function aSchedule(own: Partial<Schedule> = {}): Schedule {
  return scheduleSchema.parse(own);
}

/** A prompt that was offered to Dana's devices. */
export function issued(
  action: IssuedPrompt["action"],
  appointment: Appointment,
  time: string,
): IssuedPrompt {
  const { recordId, startAtMs } = appointment;
  return { promptId: `${action}-${recordId}-${time}`, recordId, action, atMs: at(time), startAtMs };
}

/** A zone in which it is about noon: what begins within some hours is of the same day, whenever this runs. */
export function noonZone(): string {
  const ahead = 12 - new Date().getUTCHours();
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}
