import { idOf, type RecordInput } from "../store/record.ts";
import type { RecordStore } from "../store/record-store.ts";
import { addCustomer, addRep, type DemoRep } from "./demo-people.ts";

const MINUTE_MS = 60_000;

/** The day as it was put into the org. */
export interface DemoDay {
  readonly reps: readonly DemoRep[];
  /** The service appointments, earliest first. */
  readonly appointmentIds: readonly string[];
  readonly eventIds: readonly string[];
}

interface DemoVisit {
  readonly rep: DemoRep;
  /** Minutes from now; negative ones are past. */
  readonly span: readonly [number, number];
  readonly parentId: string;
  readonly subject: string;
  readonly status?: string;
  readonly contactId?: string;
}

/**
 * Fills an org with a realistic day of two invented reps around `now`: one visit is over, one is on, the others
 * are to come, on parents of every usual kind, and there is one plain meeting in the calendar.
 */
export function seedDemoDay(
  org: { readonly store: RecordStore },
  { now }: { readonly now: Date },
): DemoDay {
  const { store } = org;
  store.insert("CustomNotificationType", {
    DeveloperName: "Siro_Prompt",
    MasterLabel: "Siro Prompt",
    CustomNotifTypeName: "Siro_Prompt",
    Mobile: true,
  });
  const dana = addRep(store, "Dana", "Reed");
  const milo = addRep(store, "Milo", "Hart");
  joinTeam(store, dana, "Field Sales East");
  joinTeam(store, milo, "Field Sales West");
  const opportunity = addOpportunity(store, dana, now);
  const home = addCustomer(store, ["Ines", "Calder"], { BillingCity: "Springfield" });
  const lead = store.insert("Lead", {
    FirstName: "Theo",
    LastName: "Winslow",
    Company: "Winslow residence",
    Email: "theo.winslow@example.com",
    OwnerId: milo.userId,
  });
  const workOrder = addWorkOrder(store);
  const visits: readonly DemoVisit[] = [
    {
      ...{ rep: dana, span: [-180, -120], subject: "Roof inspection", status: "Completed" },
      ...{ parentId: home.accountId, contactId: home.contactId },
    },
    {
      ...{ rep: milo, span: [-20, 40], subject: "Gutter quote", status: "In Progress" },
      parentId: workOrder,
    },
    { rep: dana, span: [15, 75], subject: "Solar consultation", parentId: opportunity },
    { rep: milo, span: [60, 120], subject: "First visit", parentId: idOf(lead) },
    {
      ...{ rep: dana, span: [90, 150], subject: "Window measuring" },
      ...{ parentId: home.accountId, contactId: home.contactId },
    },
    { rep: milo, span: [180, 240], subject: "Follow-up visit", parentId: opportunity },
  ];
  return {
    reps: [dana, milo],
    appointmentIds: visits.map((visit) => addVisit(store, visit, now)),
    eventIds: [addMeeting(store, dana, { opportunity, now })],
  };
}

/** Gives the moment some minutes from now, as ISO text in whole minutes. */
function minutesFrom(now: Date, minutes: number): string {
  const ms = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS;
  return new Date(ms).toISOString();
}

function addVisit(store: RecordStore, visit: DemoVisit, now: Date): string {
  const [from, until] = visit.span;
  const status = visit.status ?? "Scheduled";
  const appointment = store.insert("ServiceAppointment", {
    ParentRecordId: visit.parentId,
    Subject: visit.subject,
    Status: status,
    SchedStartTime: minutesFrom(now, from),
    SchedEndTime: minutesFrom(now, until),
    EarliestStartTime: minutesFrom(now, from - 60),
    DueDate: minutesFrom(now, until + 60),
    Duration: until - from,
    ...actualTimes(visit, status, now),
    ...(visit.contactId === undefined ? {} : { ContactId: visit.contactId }),
  });
  store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(appointment),
    ServiceResourceId: visit.rep.resourceId,
    IsPrimaryResource: true,
    IsRequiredResource: true,
  });
  return idOf(appointment);
}

function actualTimes(visit: DemoVisit, status: string, now: Date): RecordInput {
  const [from, until] = visit.span;
  return {
    ...(status === "Scheduled" ? {} : { ActualStartTime: minutesFrom(now, from) }),
    ...(status === "Completed" ? { ActualEndTime: minutesFrom(now, until) } : {}),
  };
}

function addOpportunity(store: RecordStore, rep: DemoRep, now: Date): string {
  const { accountId, contactId } = addCustomer(store, ["Priya", "Lang"]);
  const opportunity = store.insert("Opportunity", {
    Name: "Lang rooftop solar",
    AccountId: accountId,
    OwnerId: rep.userId,
    StageName: "Needs Analysis",
    CloseDate: minutesFrom(now, 30 * 24 * 60),
    Amount: 24_000,
  });
  store.insert("OpportunityContactRole", {
    OpportunityId: idOf(opportunity),
    ContactId: contactId,
    IsPrimary: true,
  });
  return idOf(opportunity);
}

function addWorkOrder(store: RecordStore): string {
  const { accountId, contactId } = addCustomer(store, ["Omar", "Field"]);
  const workOrder = store.insert("WorkOrder", {
    AccountId: accountId,
    ContactId: contactId,
    Subject: "Gutter replacement",
  });
  return idOf(workOrder);
}

function addMeeting(
  store: RecordStore,
  rep: DemoRep,
  { opportunity, now }: { readonly opportunity: string; readonly now: Date },
): string {
  const meeting = store.insert("Event", {
    Subject: "Contract signing",
    WhatId: opportunity,
    OwnerId: rep.userId,
    StartDateTime: minutesFrom(now, 270),
    EndDateTime: minutesFrom(now, 300),
  });
  return idOf(meeting);
}

/** A rep's team is the role of the user. */
function joinTeam(store: RecordStore, { userId }: DemoRep, name: string): void {
  const role = store.insert("UserRole", { Name: name });
  store.update(userId, { UserRoleId: idOf(role) });
}
