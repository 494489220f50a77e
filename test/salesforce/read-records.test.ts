import { afterEach, describe, expect, test } from "@jest/globals";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { Org } from "../../src/salesforce/org.ts";
import { OrgUnavailableError } from "../../src/salesforce/org-errors.ts";
import type { RecordRef } from "../../src/salesforce/read-outcome.ts";
import { readRecords } from "../../src/salesforce/read-records.ts";
import type { RecordGraph } from "../../src/salesforce/record-graph.ts";
import {
  type AcmeOptions,
  type AcmeOrg,
  addRep,
  addVisit,
  assign,
  startAcmeOrg,
} from "./acme-org.ts";

const LEAD_DATES = {
  lead: { startField: "Start__c", endField: "End__c", repField: "Closer__c" },
};
const LEAD_FIELDS = {
  Lead: [
    { name: "Start__c", type: "datetime" },
    { name: "End__c", type: "datetime" },
    { name: "Closer__c", type: "reference", referenceTo: ["User"] },
  ],
} as const;

const started: StubOrg[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((stub) => stub.stop()));
});

describe("one ServiceAppointment", () => {
  test("comes with its customer and its reps in one call", async () => {
    const { stub, org, dataCalls } = await acme();
    const account = idOf(stub.store.insert("Account", { Name: "Miller Home" }));
    const { resourceId, userId } = addRep(stub, "dana@example.com");
    const id = addVisit(stub, { ParentRecordId: account });
    assign(stub, id, resourceId);
    const graph = await found(org, visit(id));
    expect(graph.record).toMatchObject({
      type: "ServiceAppointment",
      Id: id,
      ParentRecord: { type: "Account", Id: account, Name: "Miller Home" },
      SchedStartTime: Date.parse("2026-11-23T14:00:00Z"),
      StatusCategory: "Scheduled",
      ServiceResources: [
        {
          IsPrimaryResource: true,
          ServiceResource: {
            RelatedRecordId: userId,
            RelatedRecord: { Email: "dana@example.com", IsActive: true },
          },
        },
      ],
    });
    expect(dataCalls()).toBe(1);
    expect(org.shape.warnings()).toEqual([]);
  });

  test.each([
    ["WorkOrder", {}],
    ["Lead", { LastName: "Ames", Company: "Ames" }],
    ["Asset", { Name: "Roof" }],
    ["Case", {}],
  ])("walks to a parent %s in the same call", async (type, fields) => {
    const { stub, org, dataCalls } = await acme();
    const parent = idOf(stub.store.insert(type, fields));
    const graph = await found(org, visit(addVisit(stub, { ParentRecordId: parent })));
    expect(graph.record).toMatchObject({ ParentRecord: { type, Id: parent } });
    expect(dataCalls()).toBe(1);
  });

  test("has the contact role of its opportunity, for one more call", async () => {
    const { stub, org, dataCalls } = await acme();
    const [second, first] = [contact(stub, "Second"), contact(stub, "First")];
    const opportunity = anOpportunity(stub);
    addRole(stub, { opportunity, contactId: second, isPrimary: false });
    addRole(stub, { opportunity, contactId: first, isPrimary: true });
    const id = addVisit(stub, { ParentRecordId: opportunity });
    const graph = await found(org, visit(id));
    expect(graph.contactRoles.map(({ ContactId }) => ContactId)).toEqual([first, second]);
    expect(dataCalls()).toBe(2);
  });

  test("needs no contact role when it names a contact", async () => {
    const { stub, org, dataCalls } = await acme();
    const id = addVisit(stub, {
      ParentRecordId: anOpportunity(stub),
      ContactId: contact(stub, "Named"),
    });
    expect((await found(org, visit(id))).contactRoles).toEqual([]);
    expect(dataCalls()).toBe(1);
  });

  test.each([
    [true, 2, 1],
    [false, 1, 0],
  ])("with expandCrews %s has its crew's members", async (expandCrews, calls, members) => {
    const { stub, org, dataCalls } = await acme({ mapping: { expandCrews } });
    const crewId = "1WY000000000001AAA";
    const { resourceId } = addRep(stub, "dana@example.com");
    const crew = idOf(
      stub.store.insert("ServiceResource", {
        Name: "Crew",
        ResourceType: "C",
        ServiceCrewId: crewId,
      }),
    );
    stub.store.insert("ServiceCrewMember", {
      ServiceCrewId: crewId,
      ServiceResourceId: resourceId,
    });
    const id = addVisit(stub);
    assign(stub, id, crew);
    const graph = await found(org, visit(id));
    expect(graph.crewMembers).toHaveLength(members);
    expect(dataCalls()).toBe(calls);
  });

  test("finds the opportunity of a work order through the configured path", async () => {
    const { stub, org, dataCalls } = await acme({
      stub: {
        extraFields: {
          WorkOrder: [{ name: "Deal__c", type: "reference", referenceTo: ["Opportunity"] }],
        },
      },
      mapping: { workOrder: { opportunityPath: "Deal__c" } },
    });
    const opportunity = anOpportunity(stub);
    const order = idOf(stub.store.insert("WorkOrder", { Deal__c: opportunity }));
    const item = idOf(stub.store.insert("WorkOrderLineItem", { WorkOrderId: order }));
    const [ofOrder, ofItem] = [order, item].map((ParentRecordId) =>
      addVisit(stub, { ParentRecordId }),
    );
    const outcomes = await readRecords(org, [visit(ofOrder ?? ""), visit(ofItem ?? "")]);
    expect([...outcomes.values()]).toMatchObject([
      { record: { ParentRecord: { configuredOpportunityId: opportunity } } },
      { record: { ParentRecord: { WorkOrder: { configuredOpportunityId: opportunity } } } },
    ]);
    expect(dataCalls()).toBe(1);
  });

  test("is told from one that never was, and from one that is deleted", async () => {
    const { stub, org } = await acme();
    const deleted = addVisit(stub);
    stub.store.delete(deleted);
    const never = "08p000000000099AAA";
    const outcomes = await readRecords(org, [visit(deleted), visit(never)]);
    expect(outcomes.get(deleted)).toMatchObject({ kind: "found", record: { IsDeleted: true } });
    expect(outcomes.get(never)).toEqual({
      kind: "gone",
      recordType: "ServiceAppointment",
      recordId: never,
    });
  });

  test("has no rep whose assignment was deleted", async () => {
    const { stub, org } = await acme();
    const id = addVisit(stub);
    const [former, present] = [addRep(stub, "a@example.com"), addRep(stub, "b@example.com")];
    stub.store.delete(assign(stub, id, former.resourceId));
    assign(stub, id, present.resourceId);
    const { record } = await found(org, visit(id));
    expect(record).toMatchObject({
      ServiceResources: [{ ServiceResource: { RelatedRecordId: present.userId } }],
    });
  });

  test("knows when its work order is deleted", async () => {
    const { stub, org } = await acme();
    const order = idOf(stub.store.insert("WorkOrder", {}));
    const id = addVisit(stub, { ParentRecordId: order });
    expect((await found(org, visit(id))).isParentGone).toBe(false);
    stub.store.delete(order);
    expect((await found(org, visit(id))).isParentGone).toBe(true);
  });

  test("is found under the 15 characters it was asked for with, and asked for once", async () => {
    const { stub, org } = await acme();
    const id = addVisit(stub);
    const outcomes = await readRecords(org, [visit(id.slice(0, 15)), visit(id)]);
    expect(outcomes.get(id.slice(0, 15))).toBe(outcomes.get(id));
    expect(
      stub.calls.entries
        .flatMap(({ soql }) => soql)
        .join()
        .split(id),
    ).toHaveLength(2);
  });
});

describe("an Event", () => {
  test("comes with owner, customer, invitees and Scheduler's appointment in one call", async () => {
    const { stub, org, dataCalls } = await acme();
    const { store } = stub;
    const owner = addRep(stub, "owner@example.com");
    const guest = addRep(stub, "guest@example.com");
    const lead = idOf(store.insert("Lead", { LastName: "Ames", Company: "Ames" }));
    const id = anEvent(stub, { OwnerId: owner.userId, WhoId: lead });
    store.insert("EventRelation", { EventId: id, RelationId: guest.userId, Status: "Accepted" });
    const visitId = addVisit(stub);
    store.update(assign(stub, visitId, owner.resourceId), { EventId: id });
    const graph = await found(org, { recordType: "Event", recordId: id });
    expect(graph.record).toMatchObject({
      type: "Event",
      Owner: { Email: "owner@example.com" },
      Who: { type: "Lead", Id: lead },
    });
    expect(graph.invitees).toMatchObject([
      { RelationId: guest.userId, Status: "Accepted", Relation: { Email: "guest@example.com" } },
    ]);
    expect(graph.serviceAppointmentIds).toEqual([visitId]);
    expect(dataCalls()).toBe(1);
  });

  test("is read in an org without Field Service, which is said once", async () => {
    const { stub, org } = await acme({ stub: { hasFieldService: false } });
    const id = anEvent(stub);
    const visitId = "08p000000000001AAA";
    const outcomes = await readRecords(org, [
      { recordType: "Event", recordId: id },
      visit(visitId),
    ]);
    expect(outcomes.get(id)).toMatchObject({ kind: "found", serviceAppointmentIds: [] });
    expect(outcomes.get(visitId)).toMatchObject({
      kind: "unreadable",
      code: "INVALID_TYPE",
      retry: "never",
    });
    await readRecords(org, [visit(visitId)]);
    const warnings = org.shape.warnings();
    expect(warnings.filter((text) => text.startsWith("ServiceAppointment "))).toHaveLength(1);
  });
});

describe("Leads and Opportunities", () => {
  test("come with the configured dates and rep", async () => {
    const { stub, org, dataCalls } = await acme({
      stub: { extraFields: LEAD_FIELDS },
      mapping: LEAD_DATES,
    });
    const { userId } = addRep(stub, "closer@example.com");
    const id = idOf(
      stub.store.insert("Lead", {
        LastName: "Ames",
        Company: "Ames",
        Start__c: "2026-11-23T14:00:00.000Z",
        Closer__c: userId,
      }),
    );
    const { record } = await found(org, { recordType: "Lead", recordId: id });
    expect(record).toMatchObject({
      configured: {
        start: { kind: "instant", ms: Date.parse("2026-11-23T14:00:00Z") },
        end: null,
        repUserId: userId,
        rep: { Email: "closer@example.com" },
      },
    });
    expect(dataCalls()).toBe(1);
  });

  test("come with the owner and the primary contact role", async () => {
    const { stub, org } = await acme();
    const opportunity = anOpportunity(stub);
    const primary = contact(stub, "Primary");
    addRole(stub, { opportunity, contactId: contact(stub, "Other"), isPrimary: false });
    addRole(stub, { opportunity, contactId: primary, isPrimary: true });
    const { record } = await found(org, { recordType: "Opportunity", recordId: opportunity });
    expect(record).toMatchObject({
      Owner: { Email: stub.app.username },
      OpportunityContactRoles: [{ ContactId: primary, IsPrimary: true }],
    });
  });

  test("are unreadable, not unscheduled, when the configured start is hidden", async () => {
    const { stub, org } = await acme({
      stub: { extraFields: LEAD_FIELDS, hiddenFields: { Lead: ["Start__c"] } },
      mapping: LEAD_DATES,
    });
    const id = idOf(stub.store.insert("Lead", { LastName: "Ames", Company: "Ames" }));
    const outcomes = await readRecords(org, [{ recordType: "Lead", recordId: id }]);
    expect(outcomes.get(id)).toMatchObject({ kind: "unreadable", code: "UNEXPECTED_RECORD" });
    expect(org.shape.warnings()).toEqual([expect.stringContaining("Lead.Start__c")]);
  });
});

describe("an org that lacks something", () => {
  test("costs the field, not the appointment, and one warning", async () => {
    const { stub, org, dataCalls } = await acme({
      stub: { hiddenFields: { ServiceAppointment: ["AppointmentType", "Duration"] } },
    });
    const id = addVisit(stub);
    await found(org, visit(id));
    await found(org, visit(id));
    expect(org.shape.warnings()).toEqual([expect.stringContaining("ServiceAppointment.Duration")]);
    expect(dataCalls()).toBe(2);
  });

  test("costs one more call once when a field behind a lookup is hidden, then none", async () => {
    const { stub, org, dataCalls } = await acme({
      stub: { hiddenFields: { User: ["TimeZoneSidKey"] } },
    });
    const { resourceId } = addRep(stub, "dana@example.com");
    const id = addVisit(stub);
    assign(stub, id, resourceId);
    const { record } = await found(org, visit(id));
    expect(record).toMatchObject({
      ServiceResources: [{ ServiceResource: { RelatedRecord: { Email: "dana@example.com" } } }],
    });
    expect(dataCalls()).toBe(2);
    await found(org, visit(id));
    expect(dataCalls()).toBe(3);
    expect(org.shape.warnings()).toHaveLength(1);
  });

  test.each([
    ["in one call where it may be read", { hidden: {}, role: "Field Sales East", calls: 1 }],
    [
      "one more call once, and nothing but the team, where not",
      { hidden: { hiddenFields: { User: ["UserRoleId"] } }, role: null, calls: 2 },
    ],
  ])("has the role of a rep: %s", async (_what, { hidden, role, calls }) => {
    const { stub, org, dataCalls } = await acme({ stub: hidden });
    const { resourceId, userId } = addRep(stub, "dana@example.com");
    const roleId = idOf(stub.store.insert("UserRole", { Name: "Field Sales East" }));
    stub.store.update(userId, { UserRoleId: roleId });
    const id = addVisit(stub);
    assign(stub, id, resourceId);
    const owned = anEvent(stub, { OwnerId: userId });
    const outcomes = await readRecords(org, [visit(id), { recordType: "Event", recordId: owned }]);
    const user = { Name: "Dana Reed", Email: "dana@example.com", UserRole: role };
    expect(outcomes.get(id)).toMatchObject({
      record: { ServiceResources: [{ ServiceResource: { RelatedRecord: user } }] },
    });
    expect(outcomes.get(owned)).toMatchObject({ record: { Owner: user } });
    expect(dataCalls()).toBe(calls);
    await found(org, visit(id));
    expect(dataCalls()).toBe(calls + 1);
    expect(org.shape.warnings()).toEqual(
      role === null ? ["User.UserRole.Name cannot be read; what depends on it is left out"] : [],
    );
  });

  test("is described again when a field is taken away, once", async () => {
    const { stub, org, dataCalls } = await acme();
    const id = addVisit(stub);
    await found(org, visit(id));
    const described = stub.calls.count("describe");
    stub.schema.hideField("ServiceAppointment", "Subject");
    expect((await found(org, visit(id))).record).toMatchObject({ Subject: null });
    expect(dataCalls()).toBe(3);
    expect(stub.calls.count("describe")).toBe(described * 2);
    stub.schema.hideField("ServiceAppointment", "DurationType");
    expect((await found(org, visit(id))).record).toMatchObject({ DurationType: null });
    expect(stub.calls.count("describe")).toBe(described * 2);
  });

  test("is described again when an object is switched off", async () => {
    const { stub, org } = await acme();
    const [id, eventId] = [addVisit(stub), anEvent(stub)];
    await found(org, visit(id));
    stub.schema.switchOff("ServiceAppointment");
    const outcomes = await readRecords(org, [
      visit(id),
      { recordType: "Event", recordId: eventId },
    ]);
    expect(outcomes.get(id)).toMatchObject({ kind: "unreadable", code: "INVALID_TYPE" });
    expect(outcomes.get(eventId)).toMatchObject({ kind: "found" });
  });

  test.each([
    "Deal__c",
    "Project__r.Deal__c",
  ])("reads a visit without the work order's %s", async (opportunityPath) => {
    const { stub, org } = await acme({ mapping: { workOrder: { opportunityPath } } });
    const order = idOf(stub.store.insert("WorkOrder", {}));
    const { record } = await found(org, visit(addVisit(stub, { ParentRecordId: order })));
    expect(record).toMatchObject({ ParentRecord: { configuredOpportunityId: null } });
    expect(org.shape.warnings()).not.toEqual([]);
  });

  test("gets no SOQL from the configuration but names of fields", async () => {
    const opportunityPath = "Id FROM Account) OR (Id";
    const { stub, org } = await acme({ mapping: { workOrder: { opportunityPath } } });
    await found(org, visit(addVisit(stub)));
    expect(stub.calls.entries.flatMap(({ soql }) => soql).join()).not.toContain("FROM Account");
  });

  test("sinks only the type that it refuses", async () => {
    const { stub, org } = await acme();
    const [visitId, leadId] = [addVisit(stub), aLead(stub)];
    stub.faults.inject(
      { kind: "sub-request-error", status: 400, errorCode: "QUERY_TIMEOUT" },
      { path: "FROM Lead" },
    );
    const refs: RecordRef[] = [visit(visitId), { recordType: "Lead", recordId: leadId }];
    const outcomes = await readRecords(org, refs);
    expect(outcomes.get(visitId)).toMatchObject({ kind: "found" });
    expect(outcomes.get(leadId)).toMatchObject({
      kind: "unreadable",
      code: "QUERY_TIMEOUT",
      retry: "later",
    });
  });

  test("does not make an Event ours while its invitees are only late", async () => {
    const { stub, org } = await acme();
    const id = anEvent(stub);
    stub.faults.inject(
      { kind: "sub-request-error", status: 400, errorCode: "QUERY_TIMEOUT" },
      { path: "FROM EventRelation" },
    );
    const outcomes = await readRecords(org, [{ recordType: "Event", recordId: id }]);
    expect(outcomes.get(id)).toMatchObject({ kind: "unreadable", retry: "later" });
  });

  test("gives up on a query that it refuses for reasons it does not name", async () => {
    const { stub, org, dataCalls } = await acme();
    stub.faults.inject(
      { kind: "sub-request-error", status: 400, errorCode: "INVALID_FIELD", message: "no" },
      { path: "FROM ServiceAppointment", times: "forever" },
    );
    const id = addVisit(stub);
    const outcomes = await readRecords(org, [visit(id)]);
    expect(outcomes.get(id)).toMatchObject({
      kind: "unreadable",
      code: "INVALID_FIELD",
      retry: "never",
    });
    expect(dataCalls()).toBe(1);
  });
});

describe("the budget", () => {
  test("is one call for a mix of three types, two for all four with second hops", async () => {
    const { stub, org, dataCalls } = await acme({
      mapping: LEAD_DATES,
      stub: { extraFields: LEAD_FIELDS },
    });
    const refs: RecordRef[] = [
      visit(addVisit(stub)),
      { recordType: "Event", recordId: anEvent(stub) },
      { recordType: "Lead", recordId: aLead(stub) },
    ];
    await readRecords(org, refs);
    expect(dataCalls()).toBe(1);
    const opportunity = anOpportunity(stub);
    refs.push({ recordType: "Opportunity", recordId: opportunity });
    refs.push(visit(addVisit(stub, { ParentRecordId: opportunity })));
    const outcomes = await readRecords(org, refs);
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(refs.map(() => "found"));
    expect(dataCalls()).toBe(3);
  });

  test("is two calls for the hundred of one message, with second hops", async () => {
    const { stub, org, dataCalls } = await acme();
    const refs = Array.from({ length: 100 }, () =>
      visit(addVisit(stub, { ParentRecordId: anOpportunity(stub) })),
    );
    refs.push(visit("not an id"));
    const outcomes = await readRecords(org, refs);
    expect([...outcomes.values()].filter(({ kind }) => kind === "found")).toHaveLength(100);
    expect(outcomes.get("not an id")).toMatchObject({ kind: "unreadable", code: "MALFORMED_ID" });
    expect(dataCalls()).toBe(2);
  });

  test("is four calls for a thousand at once, with second hops", async () => {
    const { stub, org, dataCalls } = await acme();
    const refs = Array.from({ length: 1000 }, () =>
      visit(addVisit(stub, { ParentRecordId: anOpportunity(stub) })),
    );
    const outcomes = await readRecords(org, refs);
    expect([...outcomes.values()].every(({ kind }) => kind === "found")).toBe(true);
    expect(dataCalls()).toBe(4);
  });

  test("grows by one call for each further page of the org's", async () => {
    const { stub, org, dataCalls } = await acme({ stub: { pageSize: 200 } });
    const refs = Array.from({ length: 450 }, () => visit(addVisit(stub)));
    const outcomes = await readRecords(org, refs);
    expect([...outcomes.values()].every(({ kind }) => kind === "found")).toBe(true);
    expect(dataCalls()).toBe(3);
  });

  test("is no call at all for nothing", async () => {
    const { org, dataCalls } = await acme();
    expect((await readRecords(org, [])).size).toBe(0);
    expect(dataCalls()).toBe(0);
  });
});

test("an org that is down fails the whole read, for later", async () => {
  const { stub, org } = await acme();
  const id = addVisit(stub);
  await found(org, visit(id));
  stub.faults.inject({ kind: "unavailable-html" });
  await expect(readRecords(org, [visit(id)])).rejects.toBeInstanceOf(OrgUnavailableError);
});

async function acme(options: AcmeOptions = {}): Promise<AcmeOrg> {
  const one = await startAcmeOrg(options);
  started.push(one.stub);
  return one;
}

function visit(recordId: string): RecordRef {
  return { recordType: "ServiceAppointment", recordId };
}

async function found(org: Org, ref: RecordRef): Promise<RecordGraph> {
  const outcome = (await readRecords(org, [ref])).get(ref.recordId);
  if (outcome?.kind !== "found") {
    throw new Error(`expected to find ${ref.recordId}: ${JSON.stringify(outcome)}`);
  }
  return outcome;
}

function contact({ store }: StubOrg, LastName: string): string {
  return idOf(store.insert("Contact", { LastName }));
}

function anOpportunity({ store }: StubOrg): string {
  return idOf(
    store.insert("Opportunity", {
      Name: "Solar roof",
      StageName: "Prospecting",
      CloseDate: "2026-12-31",
    }),
  );
}

function aLead({ store }: StubOrg): string {
  return idOf(store.insert("Lead", { LastName: "Ames", Company: "Ames" }));
}

function anEvent({ store }: StubOrg, own: Readonly<Record<string, string>> = {}): string {
  return idOf(
    store.insert("Event", {
      Subject: "Consultation",
      StartDateTime: "2026-11-23T14:00:00.000Z",
      EndDateTime: "2026-11-23T15:00:00.000Z",
      ...own,
    }),
  );
}

interface Role {
  readonly opportunity: string;
  readonly contactId: string;
  readonly isPrimary: boolean;
}

function addRole({ store }: StubOrg, { opportunity, contactId, isPrimary }: Role): void {
  store.insert("OpportunityContactRole", {
    OpportunityId: opportunity,
    ContactId: contactId,
    IsPrimary: isPrimary,
  });
}
