import { describe, expect, test } from "@jest/globals";
import {
  A_CREW,
  ACCOUNT,
  ASSET,
  anAssignedResource,
  anId,
  aRelated,
  aServiceAppointment,
  aServiceResource,
  aUser,
  CASE,
  CONTACT,
  CREW,
  DANA,
  DANA_ID,
  EVENT,
  KIM_ID,
  LEAD,
  LEE_ID,
  LEE_USER,
  LINE_ITEM,
  mapRaw,
  OPPORTUNITY,
  objectsOf,
  parentOf,
  type RawRecord,
  repIdsOf,
  rows,
  SA,
  timesOf,
  visitOf,
  WORK_ORDER,
} from "./records.ts";

const OWN = `ServiceAppointment ${SA}`;
const ACCOUNT_PARENT = parentOf(aRelated("Account", { Id: ACCOUNT, Name: "Ada Marsh" }));
const CONVERTED = {
  Id: LEAD,
  Name: "Ines Ortega",
  IsConverted: true,
  ConvertedAccountId: ACCOUNT,
  ConvertedContactId: CONTACT,
  ConvertedOpportunityId: OPPORTUNITY,
};

function opportunityParent(own: RawRecord = {}): RawRecord {
  return parentOf(aRelated("Opportunity", { Id: OPPORTUNITY, Name: "New roof", ...own }));
}

function workOrderParent(own: RawRecord = {}): RawRecord {
  return parentOf(aRelated("WorkOrder", { Id: WORK_ORDER, WorkOrderNumber: "0007", ...own }));
}

function resource(userId: string, own: RawRecord = {}, user: RawRecord = LEE_USER): RawRecord {
  return anAssignedResource(own, { RelatedRecordId: userId, RelatedRecord: user });
}

describe("the crmObjects of a ServiceAppointment, by its parent", () => {
  test("Account: the parent and the appointment's contact", () => {
    const mapped = mapRaw(aServiceAppointment({ ...ACCOUNT_PARENT, ContactId: CONTACT }));

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
    expect(mapped.why).toEqual([
      `ServiceAppointment ${SA}: the appointment itself`,
      `Account ${ACCOUNT}: the parent Account`,
      `Contact ${CONTACT}: the appointment's ContactId`,
      `Reps ${DANA_ID}: the resources flagged primary (mapping.repPolicy primary)`,
    ]);
  });

  test("Opportunity: its account and the primary contact role", () => {
    const mapped = mapRaw(
      aServiceAppointment(opportunityParent({ AccountId: ACCOUNT })),
      {},
      {
        contactRoles: [
          { ContactId: anId("003", 8), IsPrimary: false, Contact: { Name: "Someone Else" } },
          { ContactId: CONTACT, IsPrimary: true, Contact: { Name: "Ada Marsh" } },
        ],
      },
    );

    expect(objectsOf(mapped)).toEqual([
      OWN,
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
    expect(visitOf(mapped).appointment.title).toBe("Roof inspection – Ada Marsh");
  });

  test("Opportunity: the appointment's own contact wins over the contact role", () => {
    const mapped = mapRaw(
      aServiceAppointment({ ...opportunityParent(), ContactId: CONTACT }),
      {},
      { contactRoles: [{ ContactId: anId("003", 8), IsPrimary: true, Contact: null }] },
    );

    expect(objectsOf(mapped)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`, `Contact ${CONTACT}`]);
  });

  test("Opportunity: a closed one does not cancel the visit", () => {
    const mapped = mapRaw(aServiceAppointment(opportunityParent({ IsClosed: true })));

    expect(mapped.kind).toBe("schedule");
  });

  test("4: an opportunity's account counts where the appointment's own is empty", () => {
    const mapped = mapRaw(aServiceAppointment(opportunityParent({ AccountId: ACCOUNT })));

    expect(objectsOf(mapped)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`, `Account ${ACCOUNT}`]);
  });

  test("5: an opportunity without an account comes alone", () => {
    const mapped = mapRaw(aServiceAppointment(opportunityParent({ AccountId: null })));

    expect(objectsOf(mapped)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`]);
  });

  test("open Lead: the lead alone", () => {
    const lead = aRelated("Lead", { Id: LEAD, Name: "Ines Ortega", IsConverted: false });
    const mapped = mapRaw(aServiceAppointment({ ...parentOf(lead), ContactId: CONTACT }));

    expect(objectsOf(mapped)).toEqual([OWN, `Lead ${LEAD}`]);
    expect(visitOf(mapped).appointment.title).toBe("Roof inspection – Ines Ortega");
  });

  test("converted Lead: what it became, and no lead", () => {
    const mapped = mapRaw(aServiceAppointment(parentOf(aRelated("Lead", CONVERTED))));

    expect(objectsOf(mapped)).toEqual([
      OWN,
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
    expect(visitOf(mapped).appointment.title).toBe("Roof inspection – Ines Ortega");
  });

  test("6: a lead converted without an opportunity gives account and contact", () => {
    const lead = aRelated("Lead", { ...CONVERTED, ConvertedOpportunityId: null });
    const mapped = mapRaw(aServiceAppointment(parentOf(lead)));

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
  });

  test("WorkOrder: the appointment's account and contact win over the work order's", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ...workOrderParent({ AccountId: anId("001", 8), ContactId: anId("003", 8) }),
        AccountId: ACCOUNT,
        ContactId: CONTACT,
      }),
    );

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
  });

  test("WorkOrder: its own account and contact stand in, the opportunity comes by the path", () => {
    const mapped = mapRaw(
      aServiceAppointment(
        workOrderParent({ AccountId: ACCOUNT, ContactId: CONTACT, Opportunity__c: OPPORTUNITY }),
      ),
      { mapping: { workOrder: { opportunityPath: "Opportunity__c" } } },
    );

    expect(objectsOf(mapped)).toEqual([
      OWN,
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
  });

  test("WorkOrder: a path that ends at another object gives no opportunity", () => {
    const mapped = mapRaw(aServiceAppointment(workOrderParent({ Payer__c: ACCOUNT })), {
      mapping: { workOrder: { opportunityPath: "Payer__c" } },
    });

    expect(objectsOf(mapped)).toEqual([OWN]);
  });

  test("WorkOrder: a path over several lookups is followed in the answer", () => {
    const mapped = mapRaw(
      aServiceAppointment(workOrderParent({ Project__r: { Opportunity__c: OPPORTUNITY } })),
      { mapping: { workOrder: { opportunityPath: "Project__r.Opportunity__c" } } },
    );

    expect(objectsOf(mapped)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`]);
  });

  test.each([
    ["WorkOrder", workOrderParent()],
    [
      "WorkOrderLineItem",
      parentOf(aRelated("WorkOrderLineItem", { Id: LINE_ITEM, WorkOrder: null })),
    ],
  ])("%s: an opportunity found by a second request counts", (_type, parent) => {
    const mapped = mapRaw(aServiceAppointment(parent), {}, { workOrderOpportunityId: OPPORTUNITY });

    expect(objectsOf(mapped)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`]);
  });

  test("WorkOrder: one that is gone cancels the visit", () => {
    const mapped = mapRaw(aServiceAppointment(workOrderParent()), {}, { isParentGone: true });

    expect(mapped).toMatchObject({ kind: "cancel", reason: "parent_gone", status: "canceled" });
  });

  test("7: a line item is walked through to its work order, and neither is emitted", () => {
    const lineItem = aRelated("WorkOrderLineItem", {
      Id: LINE_ITEM,
      WorkOrderId: WORK_ORDER,
      WorkOrder: { AccountId: ACCOUNT, ContactId: CONTACT, Opportunity__c: OPPORTUNITY },
    });
    const appointment = aServiceAppointment({ ...parentOf(lineItem), AccountId: ACCOUNT });

    expect(objectsOf(mapRaw(appointment))).toEqual([
      OWN,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
    const mapping = { workOrder: { opportunityPath: "Opportunity__c" } };
    expect(objectsOf(mapRaw(appointment, { mapping }))).toContain(`Opportunity ${OPPORTUNITY}`);
  });

  test.each([
    ["Asset", ASSET],
    ["Case", CASE],
  ])("%s: its account and contact", (type, id) => {
    const parent = aRelated(type, { Id: id, AccountId: ACCOUNT, ContactId: CONTACT });
    const mapped = mapRaw(aServiceAppointment(parentOf(parent)));

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
    expect(mapped.warnings).toEqual([]);
  });

  test("none: the appointment's own account and contact, without a warning", () => {
    const mapped = mapRaw(aServiceAppointment({ AccountId: ACCOUNT, ContactId: CONTACT }));

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
    expect(mapped.warnings).toEqual([]);
  });

  test("8: a parent type nobody foresaw keeps the visit, with a warning", () => {
    const parent = parentOf(aRelated("Inspection__c", { Id: anId("a0X", 1) }));
    const mapped = mapRaw(aServiceAppointment({ ...parent, ContactId: CONTACT }));

    expect(mapped.kind).toBe("schedule");
    expect(objectsOf(mapped)).toEqual([OWN, `Contact ${CONTACT}`]);
    expect(mapped.warnings).toEqual([
      `The parent ${anId("a0X", 1)} (Inspection__c) is of no type that leads to a customer`,
    ]);
  });

  test("8: nor does a parent that the query left out", () => {
    const mapped = mapRaw(
      aServiceAppointment({ ParentRecordId: anId("a0X", 1), ParentRecordType: "Inspection__c" }),
    );

    expect(objectsOf(mapped)).toEqual([OWN]);
    expect(mapped.warnings).toHaveLength(1);
  });

  test("a parent whose fields are hidden is known by its id", () => {
    const hidden = mapRaw(aServiceAppointment({ ParentRecordId: OPPORTUNITY }));
    const nameOnly = mapRaw(
      aServiceAppointment({ ...ACCOUNT_PARENT, ParentRecord: aRelated("Name", { Name: "Ada" }) }),
    );

    expect(objectsOf(hidden)).toEqual([OWN, `Opportunity ${OPPORTUNITY}`]);
    expect(objectsOf(nameOnly)).toEqual([OWN, `Account ${ACCOUNT}`]);
    expect(visitOf(nameOnly).appointment.title).toBe("Roof inspection – Ada");
  });

  test("31: a person account gives account and contact, and its name once", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ...ACCOUNT_PARENT,
        Subject: "Visit Ada Marsh",
        ContactId: CONTACT,
        Contact: { Name: "Ada Marsh" },
      }),
    );

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`, `Contact ${CONTACT}`]);
    expect(visitOf(mapped).appointment.title).toBe("Visit Ada Marsh");
  });

  test("40: without the custom field of the path the rest is mapped", () => {
    const mapped = mapRaw(aServiceAppointment(workOrderParent({ AccountId: ACCOUNT })), {
      mapping: { workOrder: { opportunityPath: "Opportunity__c" } },
    });

    expect(objectsOf(mapped)).toEqual([OWN, `Account ${ACCOUNT}`]);
  });
});

describe("the reps of a ServiceAppointment", () => {
  const off = { mapping: {} };

  test("the primary resource alone, whoever owns the record", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(
          resource(LEE_ID, { IsPrimaryResource: false }),
          anAssignedResource(),
        ),
      }),
    );

    expect(visitOf(mapped).appointment.reps).toEqual([DANA]);
    expect(repIdsOf(mapped)).not.toContain(KIM_ID);
  });

  test("policy all: everybody, the primary first", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(
          resource(LEE_ID, { IsPrimaryResource: false }),
          anAssignedResource(),
        ),
      }),
      { mapping: { repPolicy: "all" } },
    );

    expect(repIdsOf(mapped)).toEqual([DANA_ID, LEE_ID]);
  });

  test("policy required: those flagged as required", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(
          anAssignedResource(),
          resource(LEE_ID, { IsRequiredResource: true }),
        ),
      }),
      { mapping: { repPolicy: "required" } },
    );

    expect(repIdsOf(mapped)).toEqual([LEE_ID]);
  });

  test("a helper stands in for a primary who cannot be prompted", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(
          anAssignedResource({}, { IsActive: false }),
          resource(LEE_ID, { IsPrimaryResource: false }),
        ),
      }),
    );

    expect(repIdsOf(mapped)).toEqual([LEE_ID]);
  });

  test.each([
    ["inactive", aServiceResource({ IsActive: false }), "is inactive"],
    ["of a dispatcher", aServiceResource({ ResourceType: "D" }), "is of type D"],
    [
      "of an asset",
      aServiceResource({ ResourceType: "S", RelatedRecordId: ASSET }),
      "is of type S",
    ],
    [
      "of a contractor",
      aServiceResource({ RelatedRecordId: null, RelatedRecord: null }),
      "no user",
    ],
    ["hidden", null, "cannot be read"],
  ])("a resource %s is nobody to prompt", (_what, ServiceResource, warning) => {
    const mapped = mapRaw(
      aServiceAppointment({ ServiceResources: rows(anAssignedResource({ ServiceResource })) }),
    );

    expect(mapped).toMatchObject({ kind: "hold", reason: "no_rep" });
    expect(mapped.warnings.join()).toContain(warning);
  });

  test("Scheduler staff are reps too", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(anAssignedResource({}, { ResourceType: "A" })),
      }),
    );

    expect(repIdsOf(mapped)).toEqual([DANA_ID]);
  });

  test("no resource at all holds the visit, with title and times for the operator", () => {
    const mapped = mapRaw(aServiceAppointment({ ServiceResources: null }));

    expect(mapped).toMatchObject({
      kind: "hold",
      reason: "no_rep",
      appointment: {
        recordId: SA,
        status: "scheduled",
        title: "Roof inspection",
        startAtMs: Date.parse("2026-03-08T09:30:00Z"),
        endAtMs: Date.parse("2026-03-08T10:30:00Z"),
        reps: [],
      },
      why: [
        `ServiceAppointment ${SA}: the appointment itself`,
        "Reps: no assigned resource can be prompted",
      ],
    });
  });

  test("9: a crew is held while crews are not expanded, and the owner is not asked", () => {
    const mapped = mapRaw(
      aServiceAppointment({ ServiceResources: rows(anAssignedResource({}, A_CREW)) }),
      off,
      { crewMembers: [aMember(DANA_ID)] },
    );

    expect(mapped).toMatchObject({ kind: "hold", reason: "crew_unexpanded" });
    expect(repIdsOf(mapped)).toEqual([]);
  });

  test("10: the same user twice is one rep", () => {
    const mapped = mapRaw(
      aServiceAppointment({ ServiceResources: rows(anAssignedResource(), anAssignedResource()) }),
    );

    expect(repIdsOf(mapped)).toEqual([DANA_ID]);
  });

  test("11: where nobody is flagged primary everybody is a rep", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(
          anAssignedResource({ IsPrimaryResource: false }),
          resource(LEE_ID, { IsPrimaryResource: false }),
        ),
      }),
    );

    expect(repIdsOf(mapped)).toEqual([DANA_ID, LEE_ID]);
    expect(mapped.why).toContain(
      `Reps ${DANA_ID}, ${LEE_ID}: all assigned resources, for none to prompt is flagged primary`,
    );
  });

  test("12: an inactive user is skipped and named; alone, the visit is held", () => {
    const inactive = anAssignedResource({}, { RelatedRecord: aUser({ IsActive: false }) });
    const alone = mapRaw(aServiceAppointment({ ServiceResources: rows(inactive) }));
    const withLee = mapRaw(
      aServiceAppointment({ ServiceResources: rows(inactive, resource(LEE_ID)) }),
    );

    expect(alone).toMatchObject({ kind: "hold", reason: "no_rep" });
    expect(alone.warnings).toEqual([`User ${DANA_ID} is inactive and is not prompted`]);
    expect(repIdsOf(withLee)).toEqual([LEE_ID]);
  });

  test("46: a sandbox address keeps the rep and warns that Siro cannot match it", () => {
    const user = aUser({ Email: "dana@example.com.invalid" });
    const mapped = mapRaw(
      aServiceAppointment({ ServiceResources: rows(resource(DANA_ID, {}, user)) }),
    );

    expect(visitOf(mapped).appointment.reps).toEqual([
      { ...DANA, email: "dana@example.com.invalid" },
    ]);
    expect(mapped.warnings.join()).toContain(".invalid");
  });

  test.each([
    ["hidden", aUser({ Email: undefined })],
    ["no address", aUser({ Email: "dana at home" })],
  ])("an e-mail that is %s keeps the rep, who is found by user id", (_what, user) => {
    const mapped = mapRaw(
      aServiceAppointment({ ServiceResources: rows(resource(DANA_ID, {}, user)) }),
    );

    const { email: _email, ...rest } = DANA;
    expect(visitOf(mapped).appointment.reps).toEqual([rest]);
    expect(mapped.warnings.join()).toContain("no readable e-mail");
  });

  test("the rep's team is the name of the user's role", () => {
    const user = aUser({ UserRole: { Name: " Field  Sales\nEast " } });
    const teamOf = (own: RawRecord) =>
      visitOf(mapRaw(aServiceAppointment({ ServiceResources: rows(resource(DANA_ID, {}, own)) })))
        .appointment.reps;

    expect(teamOf(user)).toEqual([{ ...DANA, team: "Field Sales East" }]);
    expect(teamOf(aUser({ UserRole: null }))).toEqual([DANA]);
  });

  test("a time zone nobody knows is left out", () => {
    const user = aUser({ TimeZoneSidKey: "Mars/Olympus" });
    const mapped = mapRaw(
      aServiceAppointment({ ServiceResources: rows(resource(DANA_ID, {}, user)) }),
    );

    expect(visitOf(mapped).appointment.reps[0]).not.toHaveProperty("timeZone");
  });
});

function aMember(userId: string, own: RawRecord = {}, user: RawRecord = aUser()): RawRecord {
  return {
    ServiceCrewId: CREW,
    ServiceResourceId: anId("0Hn", 9),
    StartDate: "2026-01-01",
    EndDate: null,
    IsLeader: false,
    ServiceResource: aServiceResource({ RelatedRecordId: userId, RelatedRecord: user }),
    ...own,
  };
}

describe("the members of a crew", () => {
  const crew = rows(anAssignedResource({}, A_CREW));
  const on = { mapping: { expandCrews: true } };
  const at = (SchedStartTime: string, crewMembers: readonly RawRecord[]) =>
    mapRaw(
      aServiceAppointment({ ServiceResources: crew, SchedStartTime, SchedEndTime: null }),
      on,
      { crewMembers },
    );

  test("are reps while crews are expanded", () => {
    const mapped = at("2026-03-08T09:30:00Z", [aMember(DANA_ID), aMember(LEE_ID)]);

    expect(repIdsOf(mapped)).toEqual([DANA_ID, LEE_ID]);
  });

  test("give way to their leader where one rep is wanted", () => {
    const mapped = at("2026-03-08T09:30:00Z", [
      aMember(DANA_ID),
      aMember(LEE_ID, { IsLeader: true }),
    ]);

    expect(repIdsOf(mapped)).toEqual([LEE_ID]);
  });

  test("count from their first to their last day, both included, in their own zone", () => {
    // 02:00 UTC on the 9th is still the 8th in New York.
    const evening = "2026-03-09T02:00:00Z";
    const mapped = at(evening, [
      aMember(DANA_ID, { EndDate: "2026-03-08" }),
      aMember(LEE_ID, { StartDate: "2026-03-09" }),
      aMember(KIM_ID, { EndDate: "2026-03-07" }),
      aMember(anId("005", 7), { StartDate: "2026-03-08" }),
    ]);

    expect(repIdsOf(mapped)).toEqual([DANA_ID, anId("005", 7)]);
  });

  test("count to the moment where the org keeps moments", () => {
    const mapped = at("2026-03-08T09:30:00Z", [
      aMember(DANA_ID, { EndDate: "2026-03-08T09:00:00.000+0000" }),
      aMember(LEE_ID, { StartDate: "2026-03-08T09:30:00.000+0000" }),
    ]);

    expect(repIdsOf(mapped)).toEqual([LEE_ID]);
  });

  test("of another crew do not count, and a crew without members holds the visit", () => {
    const mapped = at("2026-03-08T09:30:00Z", [
      aMember(DANA_ID, { ServiceCrewId: anId("1Rc", 2) }),
    ]);

    expect(mapped).toMatchObject({ kind: "hold", reason: "no_rep" });
    expect(mapped.warnings.join()).toContain("without a member");
  });
});

describe("the times of a ServiceAppointment", () => {
  const on = (own: RawRecord, schedule: RawRecord = {}) =>
    mapRaw(aServiceAppointment(own), { schedule });

  test("3: an offset without a colon is an instant, whatever the rep's zone makes of it", () => {
    const { appointment } = visitOf(on({ SchedStartTime: "2026-03-08T09:30:00.000+0000" }));

    expect(appointment.startAtMs).toBe(Date.parse("2026-03-08T09:30:00Z"));
    const timeZone = appointment.reps[0]?.timeZone;
    const text = new Intl.DateTimeFormat("en-US", { timeZone, timeStyle: "short" });
    expect(text.format(appointment.startAtMs).replace(/\s/u, " ")).toBe("5:30 AM");
  });

  test("never take the arrival window, the earliest start or the due date", () => {
    const mapped = on({
      EarliestStartTime: "2026-03-08T06:00:00.000+0000",
      DueDate: "2026-03-09T06:00:00.000+0000",
    });

    expect(timesOf(mapped)).toEqual(["2026-03-08T09:30:00.000Z", "2026-03-08T10:30:00.000Z"]);
  });

  test("47: without an end the duration counts, in hours or in minutes", () => {
    const hours = on({ SchedEndTime: null, Duration: 2, DurationType: "Hours" });
    const minutes = on({ SchedEndTime: null, Duration: 45, DurationType: "Minutes" });

    expect(timesOf(hours)[1]).toBe("2026-03-08T11:30:00.000Z");
    expect(timesOf(minutes)[1]).toBe("2026-03-08T10:15:00.000Z");
    expect(hours.warnings).toEqual([]);
  });

  test.each([
    null,
    0,
    -3,
    1e9,
  ])("47: a duration of %p is none: the default length counts", (Duration) => {
    const mapped = on({ SchedEndTime: null, Duration }, { defaultDurationMinutes: 90 });

    expect(timesOf(mapped)[1]).toBe("2026-03-08T11:00:00.000Z");
  });

  test.each([
    "2026-03-08T09:00:00.000+0000",
    "2026-03-08T09:30:00.000+0000",
  ])("48: an end at %s, not after the start, falls back to the duration and warns", (SchedEndTime) => {
    const mapped = on({ SchedEndTime, Duration: 2 });

    expect(timesOf(mapped)[1]).toBe("2026-03-08T11:30:00.000Z");
    expect(mapped.warnings.join()).toContain("end is not after the start");
  });
});

describe("the state of a ServiceAppointment", () => {
  const statusOf = (own: RawRecord) => visitOf(mapRaw(aServiceAppointment(own))).appointment.status;

  test.each([
    ["Canceled", "canceled", "canceled"],
    ["CannotComplete", "cannot_complete", "canceled"],
    ["Completed", "completed", "completed"],
  ])("category %s cancels", (StatusCategory, reason, status) => {
    const mapped = mapRaw(aServiceAppointment({ StatusCategory }));

    expect(mapped).toEqual({
      kind: "cancel",
      recordType: "ServiceAppointment",
      recordId: SA,
      versionMs: Date.parse("2026-03-01T12:00:00Z"),
      reason,
      status,
      why: [`StatusCategory is ${StatusCategory}`],
      warnings: [],
    });
  });

  test("15: a status of the org's own cancels by its category", () => {
    const mapped = mapRaw(aServiceAppointment({ Status: "No Show", StatusCategory: "Canceled" }));

    expect(mapped).toMatchObject({ kind: "cancel", reason: "canceled" });
  });

  test("16: a localised label is scheduled by its category", () => {
    const mapped = mapRaw(aServiceAppointment({ Status: "Geplant", StatusCategory: "Scheduled" }));

    expect(mapped).toMatchObject({ kind: "schedule", warnings: [] });
  });

  test("17: a cleared start cancels as unscheduled, a new one schedules again", () => {
    const cleared = mapRaw(aServiceAppointment({ SchedStartTime: null, SchedEndTime: null }));
    const again = mapRaw(aServiceAppointment({ SchedStartTime: "2026-03-09T09:30:00.000+0000" }));

    expect(cleared).toMatchObject({ kind: "cancel", reason: "unscheduled", status: "canceled" });
    expect(again.kind).toBe("schedule");
  });

  test("a deleted record cancels, whatever its category", () => {
    const mapped = mapRaw(aServiceAppointment({ IsDeleted: true, StatusCategory: "Completed" }));

    expect(mapped).toMatchObject({ kind: "cancel", reason: "deleted", status: "canceled" });
  });

  test.each([
    "None",
    "Scheduled",
    "Dispatched",
    "CheckedIn",
  ])("category %s stands", (StatusCategory) => {
    expect(statusOf({ StatusCategory })).toBe("scheduled");
  });

  test.each([
    ["unknown", "Snoozed"],
    ["hidden", undefined],
  ])("an %s category stands, with a warning", (_what, StatusCategory) => {
    const mapped = mapRaw(aServiceAppointment({ StatusCategory }));

    expect(mapped.kind).toBe("schedule");
    expect(mapped.warnings.join()).toContain("taken to stand");
  });

  test("49: category InProgress is in progress before the planned start", () => {
    expect(statusOf({ StatusCategory: "InProgress" })).toBe("in-progress");
  });

  test("49: so is a visit that has begun and not ended", () => {
    const ActualStartTime = "2026-03-08T09:10:00.000+0000";

    expect(statusOf({ ActualStartTime })).toBe("in-progress");
    expect(statusOf({ ActualStartTime, ActualEndTime: "2026-03-08T09:20:00.000+0000" })).toBe(
      "scheduled",
    );
  });

  test("a beginning of an earlier try does not begin the new one", () => {
    expect(statusOf({ ActualStartTime: "2026-03-06T09:10:00.000+0000" })).toBe("scheduled");
  });

  test("44: a member of a bundle is left to the bundle", () => {
    const mapped = mapRaw(aServiceAppointment({ IsBundleMember: true }));

    expect(mapped).toMatchObject({ kind: "ignore", reason: "filtered", recordId: SA });
  });

  test("45: a video visit is ignored only where the connection wants visits in person", () => {
    const video = aServiceAppointment({ AppointmentType: "Video" });
    const inPersonOnly = { mapping: { inPersonOnly: true } };

    expect(mapRaw(video).kind).toBe("schedule");
    expect(mapRaw(video, inPersonOnly)).toMatchObject({ kind: "ignore", reason: "filtered" });
    for (const AppointmentType of ["In-Person", "In-home sales", null]) {
      expect(mapRaw(aServiceAppointment({ AppointmentType }), inPersonOnly).kind).toBe("schedule");
    }
  });

  test("26: the calendar Events of the same visit are named once each", () => {
    const mapped = mapRaw(
      aServiceAppointment({
        ServiceResources: rows(
          anAssignedResource({ EventId: EVENT }),
          resource(LEE_ID, { EventId: EVENT }),
          resource(KIM_ID),
        ),
      }),
    );

    expect(visitOf(mapped).duplicateEventIds).toEqual([EVENT]);
  });
});

describe("the title of a ServiceAppointment", () => {
  const title = (own: RawRecord) => visitOf(mapRaw(aServiceAppointment(own))).appointment.title;

  test("is the subject and the contact, else the account", () => {
    const Account = { Name: "Marsh Ltd" };

    expect(
      title({ AccountId: ACCOUNT, Account, ContactId: CONTACT, Contact: { Name: "Ada" } }),
    ).toBe("Roof inspection – Ada");
    expect(title({ AccountId: ACCOUNT, Account })).toBe("Roof inspection – Marsh Ltd");
  });

  test.each([null, "", "  "])("takes the number where the subject is %p", (Subject) => {
    expect(title({ Subject })).toBe("SA-0042");
    expect(title({ Subject, AppointmentNumber: null })).toBe("Appointment");
  });

  test("43: is one line and keeps emoji, quotes, & and %", () => {
    expect(title({ Subject: ' "Roof" 🏠\n& gutter\t100% \u0007' })).toBe('"Roof" 🏠 & gutter 100%');
  });

  test("is cut to 120 characters between graphemes", () => {
    const long = title({ Subject: `${"a".repeat(119)}👩‍🌾b` });

    expect(long).toBe("a".repeat(119));
    expect(title({ Subject: `${"a".repeat(119)}\ud83d` })).toBe(`${"a".repeat(119)}\ufffd`);
  });
});
