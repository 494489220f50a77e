import { z } from "zod";
import { addCustomer, type DemoRep } from "./stub-org/seed/demo-people.ts";
import { idOf, type StubRecord } from "./stub-org/store/record.ts";
import type { RecordStore } from "./stub-org/store/record-store.ts";

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

/** A visit as the stub org has it. */
export interface DemoVisit {
  readonly recordId: string;
  readonly customer: string;
  readonly status: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
}

const LATER_MS = 15_000;

/** Books a visit in the stub org the way a dispatcher would: customer, appointment, assigned rep. */
export function bookVisit(store: RecordStore, rep: DemoRep, booking: Booking): string {
  const customer = addCustomer(store, ["", booking.customer]);
  const startAtMs = Date.now() + booking.startsInSeconds * 1000;
  const visit = store.insert("ServiceAppointment", {
    ParentRecordId: customer.accountId,
    ContactId: customer.contactId,
    Subject: "Roof inspection",
    Status: "Scheduled",
    SchedStartTime: new Date(startAtMs).toISOString(),
    SchedEndTime: new Date(startAtMs + booking.lastsSeconds * 1000).toISOString(),
  });
  store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: rep.resourceId,
    IsPrimaryResource: true,
  });
  return idOf(visit);
}

/** Changes a visit in the stub org. */
export function changeVisit(store: RecordStore, visit: DemoVisit, change: DemoChange): void {
  const shifted = (ms: number) => new Date(ms + LATER_MS).toISOString();
  switch (change) {
    case "later":
      store.update(visit.recordId, {
        SchedStartTime: shifted(visit.startAtMs),
        SchedEndTime: shifted(visit.endAtMs),
      });
      return;
    case "complete":
      store.update(visit.recordId, { Status: "Completed" });
      return;
    case "cancel":
      store.update(visit.recordId, { Status: "Canceled" });
  }
}

/** Shows a visit of the stub org; undefined for any other record. */
export function visitOf(store: RecordStore, recordId: string): DemoVisit | undefined {
  const record = store.get(recordId);
  if (record === undefined || store.typeOf(recordId) !== "ServiceAppointment") {
    return undefined;
  }
  const contact = store.get(textOf(record, "ContactId"));
  return {
    recordId,
    customer: contact === undefined ? textOf(record, "Subject") : textOf(contact, "Name"),
    status: textOf(record, "Status").toLowerCase(),
    startAtMs: Date.parse(textOf(record, "SchedStartTime")),
    endAtMs: Date.parse(textOf(record, "SchedEndTime")),
  };
}

function textOf(record: StubRecord, field: string): string {
  const value = record[field];
  return typeof value === "string" ? value : "";
}
