import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { addCustomer } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import {
  aVisit,
  inMinutes,
  objectsOf,
  openPipelineStage,
  type PipelineStage,
  planOf,
  repIdsOf,
} from "../support/pipeline-stage.ts";

let stage: PipelineStage;
let org: StubOrg;

beforeAll(async () => {
  stage = await openPipelineStage({
    acme: { mapping: { lead: { startField: "Visit_Start__c", endField: "Visit_End__c" } } },
    stub: {
      extraFields: {
        Lead: [
          { name: "Visit_Start__c", type: "datetime" },
          { name: "Visit_End__c", type: "datetime" },
        ],
      },
    },
  });
  ({ org } = stage);
});

afterAll(async () => {
  await stage.close();
});

/** An Event in an hour about a customer of its own, unless a test says otherwise; returns its id. */
function anEvent(own: RecordInput = {}): string {
  const about = own["WhatId"] ?? own["WhoId"];
  const event = org.store.insert("Event", {
    Subject: "Site visit",
    StartDateTime: inMinutes(60),
    EndDateTime: inMinutes(120),
    ...(about === undefined ? { WhatId: aCustomer().accountId } : {}),
    ...own,
  });
  return idOf(event);
}

async function toldEvent(own: RecordInput = {}): Promise<string> {
  const eventId = anEvent(own);
  await stage.tell("Event", eventId);
  return eventId;
}

function aCustomer() {
  return addCustomer(org.store, ["Ada", "Example"]);
}

/** A Lead with a visit in an hour; returns its id. */
function aLead(own: RecordInput = {}): string {
  const lead = org.store.insert("Lead", {
    FirstName: "Ines",
    LastName: "Ortega",
    Company: "Ortega Homes",
    Visit_Start__c: inMinutes(60),
    Visit_End__c: inMinutes(120),
    ...own,
  });
  return idOf(lead);
}

describe("an Event", () => {
  test("23: an invitee's copy is ignored; the meeting's own Event decides", async () => {
    const [host, guest] = [await stage.aRep(), await stage.aRep()];
    const meetingId = anEvent({ OwnerId: host.userId, IsGroupEvent: true });
    const copyId = anEvent({ OwnerId: guest.userId, IsChild: true });
    await stage.tell("Event", [meetingId, copyId]);
    expect(await stage.dossier(copyId)).toBeUndefined();
    expect(await guest.waiting()).toEqual([]);
    expect(repIdsOf(await stage.appointment(meetingId))).toEqual([host.userId]);
    expect(planOf(await host.waiting())).toEqual(["start 58", "stop 120"]);
  });

  test("24: the master of a series is ignored; its occurrences are handled as own records", async () => {
    const rep = await stage.aRep();
    const masterId = anEvent({ OwnerId: rep.userId, IsRecurrence: true });
    const occurrenceId = anEvent({ OwnerId: rep.userId, RecurrenceActivityId: masterId });
    await stage.tell("Event", [masterId, occurrenceId]);
    expect(await stage.dossier(masterId)).toBeUndefined();
    expect((await stage.appointment(occurrenceId)).status).toBe("scheduled");
    expect(planOf(await rep.waiting())).toEqual(["start 58", "stop 120"]);
  });

  test("25: an all-day Event is held: nobody is prompted at midnight", async () => {
    const rep = await stage.aRep();
    const eventId = await toldEvent({ OwnerId: rep.userId, IsAllDayEvent: true });
    const { status, reps } = await stage.appointment(eventId);
    expect([status, reps]).toEqual(["scheduled", []]);
    expect(await rep.waiting()).toEqual([]);
    expect((await stage.timeline(eventId)).join()).toContain("no moment at which to prompt");
  });

  test("26: an Event of a visit's assignment is ignored, the visit is mapped", async () => {
    const rep = await stage.aRep();
    const eventId = anEvent({ OwnerId: rep.userId });
    const visitId = aVisit(org, { from: 60, until: 120 });
    assignWithEvent(visitId, rep.resourceId, eventId);
    await stage.tell("Event", eventId);
    expect(await stage.dossier(eventId)).toBeUndefined();
    await stage.tell("ServiceAppointment", visitId);
    expect(recordIdsOf(await rep.waiting())).toEqual([visitId, visitId]);
  });

  test("26: an Event that came first is canceled when its visit arrives", async () => {
    const rep = await stage.aRep();
    // Scheduler makes the Event after the visit that it stands for, so its stamp is the newer one.
    const eventId = await toldEvent({ OwnerId: rep.userId, SystemModstamp: inMinutes(1) });
    expect(recordIdsOf(await rep.waiting())).toEqual([eventId, eventId]);
    const visitId = aVisit(org, { from: 60, until: 120 });
    assignWithEvent(visitId, rep.resourceId, eventId);
    await stage.tell("ServiceAppointment", visitId);
    expect((await stage.appointment(eventId)).status).toBe("canceled");
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
    expect(recordIdsOf(await rep.waiting())).toEqual([visitId, visitId]);
  });

  test("27: where a public calendar owns the Event its accepted invitee is the rep", async () => {
    const rep = await stage.aRep();
    const calendar = org.store.insert("Calendar", { Name: "Showroom", Type: "Public" });
    const eventId = anEvent({ OwnerId: idOf(calendar) });
    const invited = { EventId: eventId, RelationId: rep.userId, Status: "Accepted" };
    org.store.insert("EventRelation", invited);
    await stage.tell("Event", eventId);
    expect(repIdsOf(await stage.appointment(eventId))).toEqual([rep.userId]);
    expect(await rep.waiting()).toHaveLength(2);
  });

  test("28: a private Event's link says Appointment and nothing else", async () => {
    const rep = await stage.aRep();
    await toldEvent({
      OwnerId: rep.userId,
      Subject: "Talk about the divorce",
      IsPrivate: true,
      StartDateTime: inMinutes(-10),
      EndDateTime: inMinutes(50),
    });
    await rep.untilSent(["start"]);
    const [link = ""] = rep.links();
    expect(new URL(link).searchParams.get("title")).toBe("Appointment");
  });

  test("29: the opportunity's account wins over that of the contact who is met", async () => {
    const [buyer, other] = [aCustomer(), aCustomer()];
    const opportunity = { Name: "New roof", AccountId: buyer.accountId };
    const opportunityId = idOf(org.store.insert("Opportunity", opportunity));
    const eventId = await toldEvent({ WhatId: opportunityId, WhoId: other.contactId });
    expect(objectsOf(await stage.appointment(eventId))).toEqual([
      `Event ${eventId}`,
      `Opportunity ${opportunityId}`,
      `Account ${buyer.accountId}`,
      `Contact ${other.contactId}`,
    ]);
  });

  test("30: a lead that was converted since is what it became", async () => {
    const { accountId, contactId } = aCustomer();
    const opportunity = { Name: "New roof", AccountId: accountId };
    const opportunityId = idOf(org.store.insert("Opportunity", opportunity));
    const leadId = aLead();
    const eventId = await toldEvent({ WhoId: leadId });
    expect(objectsOf(await stage.appointment(eventId))).toEqual([
      `Event ${eventId}`,
      `Lead ${leadId}`,
    ]);
    const became = {
      IsConverted: true,
      ConvertedAccountId: accountId,
      ConvertedContactId: contactId,
    };
    org.store.update(leadId, became);
    await stage.tell("Event", eventId);
    const customer = [`Account ${accountId}`, `Contact ${contactId}`];
    expect(objectsOf(await stage.appointment(eventId))).toEqual([`Event ${eventId}`, ...customer]);
    org.store.update(leadId, { ConvertedOpportunityId: opportunityId });
    await stage.tell("Event", eventId);
    expect(objectsOf(await stage.appointment(eventId))).toEqual([
      `Event ${eventId}`,
      `Opportunity ${opportunityId}`,
      ...customer,
    ]);
  });
});

describe("a Lead with the time of its visit", () => {
  test("32: a queue's lead is held; when a user takes it, it is scheduled", async () => {
    const rep = await stage.aRep();
    const queueId = idOf(org.store.insert("Group", { Name: "Web leads" }));
    const leadId = aLead({ OwnerId: queueId });
    await stage.tell("Lead", leadId);
    const { status, reps } = await stage.appointment(leadId);
    expect([status, reps]).toEqual(["scheduled", []]);
    expect((await stage.timeline(leadId)).join()).toContain("is a queue");
    org.store.update(leadId, { OwnerId: rep.userId });
    await stage.tell("Lead", leadId);
    expect(repIdsOf(await stage.appointment(leadId))).toEqual([rep.userId]);
    expect(planOf(await rep.waiting())).toEqual(["start 58", "stop 120"]);
  });

  test("33: a lead that is merged away is canceled and its master mapped, by message and by poll", async () => {
    for (const notice of ["message", "poll"] as const) {
      const rep = await stage.aRep();
      const loserId = aLead({ OwnerId: rep.userId });
      await stage.tell("Lead", loserId);
      expect(await rep.waiting()).toHaveLength(2);
      const masterId = aLead({ OwnerId: rep.userId, Visit_Start__c: inMinutes(90) });
      org.store.update(loserId, { MasterRecordId: masterId });
      org.store.delete(loserId);
      await (notice === "poll" ? stage.poll() : lateMessage("Lead", loserId));
      expect((await stage.appointment(loserId)).status).toBe("canceled");
      expect((await stage.appointment(masterId)).status).toBe("scheduled");
      expect(recordIdsOf(await rep.waiting())).toEqual([masterId, masterId]);
      expect(await stage.parked()).toEqual([]);
    }
  });
});

test("41: without ServiceAppointments their events are parked, and Events still work", async () => {
  const rep = await stage.aRep();
  const eventId = anEvent({ OwnerId: rep.userId });
  const visitId = aVisit(org, { from: 60, until: 120, reps: [rep] });
  const gone = ["ServiceAppointment", "AssignedResource", "ServiceResource"];
  gone.forEach(org.schema.switchOff);
  try {
    await stage.tell("Event", eventId);
    await lateMessage("ServiceAppointment", visitId);
  } finally {
    gone.forEach(org.schema.switchOn);
  }
  expect(recordIdsOf(await rep.waiting())).toEqual([eventId, eventId]);
  expect(await stage.dossier(visitId)).toBeUndefined();
  expect(await stage.parked()).toMatchObject([{ recordId: visitId, reason: "INVALID_TYPE" }]);
});

/** A message that was written before what has just happened to its record. */
async function lateMessage(objectType: string, recordId: string): Promise<void> {
  const notification = { id: `04l9z${recordId.slice(5)}`, objectType, fields: { Id: recordId } };
  expect(await stage.post({ notifications: [notification] })).toContain("<Ack>true</Ack>");
}

function recordIdsOf(prompts: readonly { readonly recordId: string }[]): readonly string[] {
  return prompts.map(({ recordId }) => recordId);
}

/** Scheduler's assignment: it makes a calendar Event for the resource. */
function assignWithEvent(visitId: string, resourceId: string, eventId: string): void {
  org.store.insert("AssignedResource", {
    ServiceAppointmentId: visitId,
    ServiceResourceId: resourceId,
    IsPrimaryResource: true,
    EventId: eventId,
  });
}
