import { z } from "zod";

/** The invented rep of local mode. */
export const DEMO_REP = {
  userId: "005000000000001AAA",
  email: "dana@example.com",
  name: "Dana Reed",
} as const;

/** What the page asks for when a visit is booked. */
export const bookingSchema = z.object({
  customer: z.string().trim().min(1).max(80),
  startsInSeconds: z.int().min(1).max(3600),
  lastsSeconds: z.int().min(2).max(7200),
});
export type Booking = Readonly<z.infer<typeof bookingSchema>>;

/** What can happen to a booked visit. */
export const changeSchema = z.object({
  recordId: z.string().max(30),
  change: z.enum(["later", "complete", "cancel"]),
});
export type DemoChange = z.infer<typeof changeSchema>["change"];

/** A visit as the page booked it. */
export interface DemoVisit {
  readonly recordId: string;
  readonly customer: string;
  readonly status: "scheduled" | "completed" | "canceled";
  readonly startAtMs: number;
  readonly endAtMs: number;
}

const LATER_MS = 15_000;

/** A new visit, starting some seconds from now. */
export function bookedVisit(booking: Booking, sequence: number, nowMs: number): DemoVisit {
  const startAtMs = nowMs + booking.startsInSeconds * 1000;
  return {
    recordId: demoRecordId(sequence),
    customer: booking.customer,
    status: "scheduled",
    startAtMs,
    endAtMs: startAtMs + booking.lastsSeconds * 1000,
  };
}

/** The visit after a change. */
export function changedVisit(visit: DemoVisit, change: DemoChange): DemoVisit {
  switch (change) {
    case "later":
      return {
        ...visit,
        startAtMs: visit.startAtMs + LATER_MS,
        endAtMs: visit.endAtMs + LATER_MS,
      };
    case "complete":
      return { ...visit, status: "completed" };
    case "cancel":
      return { ...visit, status: "canceled" };
  }
}

/** The JSON event that tells the bridge about a visit. */
export function demoEvent(visit: DemoVisit, eventId: string, nowMs: number): object {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    eventId,
    recordType: "ServiceAppointment",
    recordId: visit.recordId,
    occurredAt: iso(nowMs),
    appointment: {
      status: visit.status,
      startAt: iso(visit.startAtMs),
      endAt: iso(visit.endAtMs),
      title: `Roof inspection – ${visit.customer}`,
      crmObjects: [{ objectType: "ServiceAppointment", objectId: visit.recordId }],
      reps: [DEMO_REP],
    },
  };
}

/** An invented ServiceAppointment id: prefix 08p, then a running number. */
function demoRecordId(sequence: number): string {
  return `08p${String(sequence).padStart(12, "0")}AAA`;
}
