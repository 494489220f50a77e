import { describe, expect, test } from "@jest/globals";
import {
  ACCOUNT,
  ASSET,
  anEvent,
  anId,
  aRelated,
  aUser,
  CALENDAR,
  CASE,
  CONTACT,
  DANA,
  DANA_ID,
  EVENT,
  KIM_ID,
  LEAD,
  LEE_ID,
  LEE_USER,
  mapRaw,
  OPPORTUNITY,
  objectsOf,
  type RawRecord,
  repIdsOf,
  SA,
  timesOf,
  visitOf,
  WORK_ORDER,
} from "./records.ts";

const OWN = `Event ${EVENT}`;
const ACCOUNT_B = anId("001", 2);
const CONVERTED_LEAD = aRelated("Lead", {
  Id: LEAD,
  Name: "Ines Ortega",
  IsConverted: true,
  ConvertedAccountId: ACCOUNT,
  ConvertedContactId: CONTACT,
  ConvertedOpportunityId: OPPORTUNITY,
});

function about(type: string, Id: string, own: RawRecord = {}): RawRecord {
  return { WhatId: Id, What: aRelated(type, { Id, ...own }) };
}

function withContact(own: RawRecord = {}): RawRecord {
  return { WhoId: CONTACT, Who: aRelated("Contact", { Id: CONTACT, Name: "Ada Marsh", ...own }) };
}

const RELATED = about("Account", ACCOUNT, { Name: "Marsh Ltd" });

describe("the crmObjects of an Event", () => {
  test("What is an Opportunity: its account, and the contact who is met", () => {
    const mapped = mapRaw(
      anEvent({ ...about("Opportunity", OPPORTUNITY, { AccountId: ACCOUNT }), ...withContact() }),
    );

    expect(objectsOf(mapped)).toEqual([
      OWN,
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
    expect(visitOf(mapped).appointment.title).toBe("Site visit – Ada Marsh");
    expect(mapped.why).toEqual([
      `Event ${EVENT}: the appointment itself`,
      `Opportunity ${OPPORTUNITY}: the Event's What`,
      `Account ${ACCOUNT}: the account of the Event's What`,
      `Contact ${CONTACT}: the Event's Who`,
      `Rep ${DANA_ID}: the Event's owner`,
    ]);
  });

  test("What is an Opportunity without an account: the Event's AccountId stands in", () => {
    const mapped = mapRaw(anEvent({ ...about("Opportunity", OPPORTUNITY), AccountId: ACCOUNT }));

    expect(objectsOf(mapped)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`, `Account ${ACCOUNT}`]);
  });

  test("What is an Account", () => {
    const mapped = mapRaw(anEvent({ ...RELATED, ...withContact() }));

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
  });

  test("Who is an open Lead", () => {
    const Who = aRelated("Lead", { Id: LEAD, Name: "Ines Ortega", IsConverted: false });
    const mapped = mapRaw(anEvent({ WhoId: LEAD, Who }));

    expect(objectsOf(mapped)).toEqual([OWN, `Lead ${LEAD}`]);
    expect(visitOf(mapped).appointment.title).toBe("Site visit – Ines Ortega");
  });

  test("What may be a Lead as well", () => {
    expect(objectsOf(mapRaw(anEvent(about("Lead", LEAD, { IsConverted: false }))))).toEqual([
      OWN,
      `Lead ${LEAD}`,
    ]);
  });

  test("Who is a Contact and nothing else: the Event's account wins over the contact's", () => {
    const contact = withContact({ AccountId: ACCOUNT_B });

    expect(objectsOf(mapRaw(anEvent({ ...contact, AccountId: ACCOUNT })))).toEqual([
      OWN,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
    expect(objectsOf(mapRaw(anEvent(contact)))).toEqual([
      OWN,
      `Account ${ACCOUNT_B}`,
      `Contact ${CONTACT}`,
    ]);
  });

  test.each([
    ["WorkOrder", WORK_ORDER],
    ["Case", CASE],
    ["Asset", ASSET],
  ])("What is a %s: its account and contact, unless another contact is met", (type, id) => {
    const what = about(type, id, { AccountId: ACCOUNT, ContactId: anId("003", 9) });

    expect(objectsOf(mapRaw(anEvent(what)))).toEqual([
      OWN,
      `Account ${ACCOUNT}`,
      `Contact ${anId("003", 9)}`,
    ]);
    expect(objectsOf(mapRaw(anEvent({ ...what, ...withContact() })))).toContain(
      `Contact ${CONTACT}`,
    );
  });

  test("What is a WorkOrder: the opportunity comes by the path or by a second request", () => {
    const what = about("WorkOrder", WORK_ORDER, { Opportunity__c: OPPORTUNITY });
    const mapping = { workOrder: { opportunityPath: "Opportunity__c" } };

    expect(objectsOf(mapRaw(anEvent(what), { mapping }))).toContain(`Opportunity ${OPPORTUNITY}`);
    expect(objectsOf(mapRaw(anEvent(what), {}, { workOrderOpportunityId: OPPORTUNITY }))).toContain(
      `Opportunity ${OPPORTUNITY}`,
    );
  });

  test("What is of the org's own kind: the Event stands, with a warning", () => {
    const mapped = mapRaw(anEvent(about("Inspection__c", anId("a0X", 1))));

    expect(objectsOf(mapped)).toEqual([OWN]);
    expect(mapped.warnings).toEqual([
      `The related record ${anId("a0X", 1)} is of no type that leads to a customer`,
    ]);
  });

  test("29: the opportunity's account wins over the account of the contact who is met", () => {
    const mapped = mapRaw(
      anEvent({
        ...about("Opportunity", OPPORTUNITY, { AccountId: ACCOUNT }),
        ...withContact({ AccountId: ACCOUNT_B }),
      }),
    );

    expect(objectsOf(mapped)).toEqual([
      OWN,
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
  });

  test("29: an account that is not added lends no name to the title either", () => {
    const mapped = mapRaw(
      anEvent({
        ...about("Opportunity", OPPORTUNITY, { AccountId: ACCOUNT }),
        AccountId: ACCOUNT_B,
        Account: { Name: "Other Ltd" },
      }),
    );

    expect(visitOf(mapped).appointment.title).toBe("Site visit");
  });

  test("30: a lead converted since is followed to what it became", () => {
    const mapped = mapRaw(anEvent({ WhoId: LEAD, Who: CONVERTED_LEAD }));

    expect(objectsOf(mapped)).toEqual([
      OWN,
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
  });

  test("30: without an opportunity of its own none is invented", () => {
    const Who = { ...CONVERTED_LEAD, ConvertedOpportunityId: null };

    expect(objectsOf(mapRaw(anEvent({ WhoId: LEAD, Who })))).toEqual([
      OWN,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
  });
});

describe("an Event that is no appointment", () => {
  test("23: an invitee's copy is ignored, deleted or not", () => {
    expect(mapRaw(anEvent({ ...RELATED, IsChild: true }))).toMatchObject({
      kind: "ignore",
      reason: "child_event",
      recordId: EVENT,
    });
    expect(mapRaw(anEvent({ ...RELATED, IsChild: true, IsDeleted: true })).kind).toBe("ignore");
  });

  test("24: the master of a series is ignored", () => {
    expect(mapRaw(anEvent({ ...RELATED, IsRecurrence: true }))).toMatchObject({
      kind: "ignore",
      reason: "series_master",
    });
  });

  test("26: an Event that stands for a ServiceAppointment is ignored", () => {
    const mapped = mapRaw(anEvent(RELATED), {}, { serviceAppointmentIds: [SA] });

    expect(mapped).toMatchObject({ kind: "ignore", reason: "duplicate_of_sa" });
    expect(mapped.why).toEqual([`ServiceAppointment ${SA} is the same visit`]);
  });

  test("nothing is related: ignored, unless the connection wants it", () => {
    expect(mapRaw(anEvent())).toMatchObject({ kind: "ignore", reason: "filtered" });
    expect(objectsOf(mapRaw(anEvent(), { mapping: { requireRelated: false } }))).toEqual([OWN]);
  });

  test("a whole day off is ignored, not held", () => {
    expect(mapRaw(anEvent({ IsAllDayEvent: true })).kind).toBe("ignore");
  });

  test("deleted: canceled", () => {
    expect(mapRaw(anEvent({ ...RELATED, IsDeleted: true }))).toMatchObject({
      kind: "cancel",
      reason: "deleted",
      status: "canceled",
    });
  });

  test("without a start: canceled as unscheduled", () => {
    expect(mapRaw(anEvent({ ...RELATED, StartDateTime: null }))).toMatchObject({
      kind: "cancel",
      reason: "unscheduled",
    });
  });
});

describe("the time and the title of an Event", () => {
  test("25: an all-day Event is held, and nobody is prompted at midnight", () => {
    const mapped = mapRaw(
      anEvent({
        ...RELATED,
        IsAllDayEvent: true,
        StartDateTime: "2026-03-08T00:00:00.000+0000",
        EndDateTime: "2026-03-08T00:00:00.000+0000",
      }),
    );

    expect(mapped).toMatchObject({ kind: "hold", reason: "all_day", warnings: [] });
    expect(repIdsOf(mapped)).toEqual([]);
    expect(timesOf(mapped)).toEqual(["2026-03-08T00:00:00.000Z", "2026-03-09T00:00:00.000Z"]);
  });

  test("free or busy makes no difference", () => {
    expect(mapRaw(anEvent({ ...RELATED, ShowAs: "Free" })).kind).toBe("schedule");
  });

  test("without an end the duration counts", () => {
    const mapped = mapRaw(anEvent({ ...RELATED, EndDateTime: undefined, DurationInMinutes: 20 }));

    expect(timesOf(mapped)[1]).toBe("2026-03-08T09:50:00.000Z");
  });

  test("28: a private Event tells nothing but that it is an appointment", () => {
    const mapped = mapRaw(
      anEvent({ ...RELATED, ...withContact(), IsPrivate: true, Subject: "Secret talk" }),
    );

    expect(visitOf(mapped).appointment.title).toBe("Appointment");
    expect(JSON.stringify(mapped)).not.toContain("Secret");
  });

  test("without a subject the customer alone is told", () => {
    expect(visitOf(mapRaw(anEvent({ ...RELATED, Subject: null }))).appointment.title).toBe(
      "Appointment – Marsh Ltd",
    );
  });
});

describe("the reps of an Event", () => {
  const LEE = { RelationId: LEE_ID, Status: "Accepted", Relation: LEE_USER };
  const others = [
    LEE,
    { RelationId: KIM_ID, Status: "Declined", Relation: aUser({ Name: "Kim" }) },
    { RelationId: CONTACT, Status: "New", Relation: aRelated("Contact") },
    { RelationId: DANA_ID, Status: "New", Relation: aUser() },
  ];

  test("the owner alone, whoever is invited", () => {
    const mapped = mapRaw(anEvent(RELATED), {}, { invitees: others });

    expect(visitOf(mapped).appointment.reps).toEqual([DANA]);
  });

  test("users who did not decline join where the connection wants them", () => {
    const mapped = mapRaw(
      anEvent(RELATED),
      { mapping: { includeInvitees: true } },
      { invitees: others },
    );

    expect(repIdsOf(mapped)).toEqual([DANA_ID, LEE_ID]);
  });

  test("27: where a public calendar owns it the invitee is the rep", () => {
    const mapped = mapRaw(
      anEvent({ ...RELATED, OwnerId: CALENDAR, Owner: null }),
      {},
      { invitees: [LEE] },
    );

    expect(repIdsOf(mapped)).toEqual([LEE_ID]);
    expect(mapped.why).toContain(`Rep ${LEE_ID}: an invitation that was not declined`);
  });

  test("27: a public calendar without invitees holds the visit", () => {
    const Owner = aRelated("Calendar", { Name: "Room" });

    expect(mapRaw(anEvent({ ...RELATED, OwnerId: CALENDAR, Owner }))).toMatchObject({
      kind: "hold",
      reason: "no_rep",
    });
  });

  test("an inactive owner holds the visit", () => {
    const mapped = mapRaw(anEvent({ ...RELATED, Owner: aUser({ IsActive: false }) }));

    expect(mapped).toMatchObject({ kind: "hold", reason: "no_rep" });
    expect(mapped.warnings).toEqual([`User ${DANA_ID} is inactive and is not prompted`]);
  });

  test("an owner whose fields are hidden is prompted by user id", () => {
    const mapped = mapRaw(anEvent({ ...RELATED, Owner: undefined }));

    expect(visitOf(mapped).appointment.reps).toEqual([{ userId: DANA_ID }]);
  });
});
