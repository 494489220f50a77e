import { z } from "zod";
import { addCustomer, type DemoRep } from "./stub-org/seed/demo-people.ts";
import { idOf, type StubRecord, textOf } from "./stub-org/store/record.ts";
import type { RecordStore } from "./stub-org/store/record-store.ts";

/** What the page asks for when a visit is booked. */
export const bookingSchema = z.object({
  /** The user id of the rep who goes there. */
  userId: z.string().max(30),
  customer: z.string().trim().min(1).max(80),
  startsInSeconds: z.int().min(1).max(3600),
  lastsSeconds: z.int().min(2).max(7200),
});
export type Booking = Readonly<z.infer<typeof bookingSchema>>;

/** What can happen to a visit. */
export const changeSchema = z.object({
  recordId: z.string().max(30),
  change: z.enum(["later", "hand-over", "complete", "cancel"]),
});
export type DemoChange = z.infer<typeof changeSchema>["change"];

/** A visit as the stub org has it. */
export interface DemoVisit {
  readonly recordId: string;
  readonly customer: string;
  readonly subject: string;
  /** The user id of the rep who goes there; null when nobody does. */
  readonly userId: string | null;
  readonly status: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
}

const LATER_MS = 15_000;

/** The org and its reps: where a dispatcher's deeds are done. */
export interface DemoOffice {
  readonly store: RecordStore;
  readonly reps: readonly DemoRep[];
}

/** Books a visit the way a dispatcher would: customer, appointment, assigned rep. Undefined for a rep unknown. */
export function bookVisit({ store, reps }: DemoOffice, booking: Booking): string | undefined {
  const rep = reps.find(({ userId }) => userId === booking.userId);
  if (rep === undefined) {
    return undefined;
  }
  const customer = addCustomer(store, ["", booking.customer]);
  const startAtMs = Date.now() + booking.startsInSeconds * 1000;
  const visit = store.insert("ServiceAppointment", {
    ParentRecordId: customer.accountId,
    ContactId: customer.contactId,
    Subject: "Roof inspection",
    Status: "Scheduled",
    ...span(startAtMs, startAtMs + booking.lastsSeconds * 1000),
  });
  store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: rep.resourceId,
    IsPrimaryResource: true,
  });
  return idOf(visit);
}

/** Changes a visit in the stub org. */
export function changeVisit(office: DemoOffice, visit: DemoVisit, change: DemoChange): void {
  const { store } = office;
  switch (change) {
    case "later":
      store.update(visit.recordId, span(visit.startAtMs + LATER_MS, visit.endAtMs + LATER_MS));
      return;
    case "hand-over":
      handOver(office, visit);
      return;
    case "complete":
      store.update(visit.recordId, { Status: "Completed" });
      return;
    case "cancel":
      store.update(visit.recordId, { Status: "Canceled" });
  }
}

/** Every visit of the org, the earliest first. */
export function allVisits(office: DemoOffice): readonly DemoVisit[] {
  const visits = office.store
    .all("ServiceAppointment")
    .flatMap((record) => visitOf(office, idOf(record)) ?? []);
  return visits.toSorted((one, other) => one.startAtMs - other.startAtMs);
}

/** Shows a visit of the stub org; undefined for any other record. */
export function visitOf(office: DemoOffice, recordId: string): DemoVisit | undefined {
  const { store } = office;
  const record = store.get(recordId);
  if (record === undefined || store.typeOf(recordId) !== "ServiceAppointment") {
    return undefined;
  }
  const contact = store.get(textOf(record, "ContactId"));
  const parent = store.get(textOf(record, "ParentRecordId"));
  const account = parent && store.get(textOf(parent, "AccountId"));
  const subject = textOf(record, "Subject") ?? "";
  return {
    recordId,
    customer: nameOf(contact) ?? nameOf(parent) ?? nameOf(account) ?? subject,
    subject,
    userId: repOf(office, recordId)?.userId ?? null,
    status: (textOf(record, "Status") ?? "").toLowerCase(),
    startAtMs: Date.parse(textOf(record, "SchedStartTime") ?? ""),
    endAtMs: Date.parse(textOf(record, "SchedEndTime") ?? ""),
  };
}

/** The times of an appointment as the org keeps them. */
export function span(startAtMs: number, endAtMs: number) {
  return {
    SchedStartTime: new Date(startAtMs).toISOString(),
    SchedEndTime: new Date(endAtMs).toISOString(),
  };
}

/** The other rep goes there. */
function handOver(office: DemoOffice, { recordId }: DemoVisit): void {
  const now = repOf(office, recordId);
  const next = office.reps.find((rep) => rep !== now);
  for (const row of assignmentsOf(office, recordId)) {
    office.store.update(idOf(row), { ServiceResourceId: next?.resourceId ?? null });
  }
}

function repOf(office: DemoOffice, recordId: string): DemoRep | undefined {
  const resourceIds = assignmentsOf(office, recordId).map((row) =>
    textOf(row, "ServiceResourceId"),
  );
  return office.reps.find(({ resourceId }) => resourceIds.includes(resourceId));
}

function assignmentsOf({ store }: DemoOffice, recordId: string): readonly StubRecord[] {
  return store
    .all("AssignedResource")
    .filter((row) => textOf(row, "ServiceAppointmentId") === recordId && row["IsDeleted"] !== true);
}

function nameOf(record: StubRecord | undefined): string | undefined {
  return record && (textOf(record, "Name")?.trim() || undefined);
}
