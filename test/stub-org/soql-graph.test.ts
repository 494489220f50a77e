import { describe, expect, test } from "@jest/globals";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import { ask, connect, stubOrgs } from "./org-under-test.ts";

const start = stubOrgs();

/** The query that reads an appointment, its parent of any kind, and its reps. */
const APPOINTMENT = (ids: readonly string[]) => `
SELECT Id, AppointmentNumber, Subject, Status, StatusCategory, ParentRecordId, ParentRecordType,
  AccountId, Account.Name, ContactId, Contact.Name, SchedStartTime, SchedEndTime,
  ArrivalWindowStartTime, ArrivalWindowEndTime, ActualStartTime, ActualEndTime, Duration, DurationType,
  OwnerId, IsDeleted, LastModifiedDate, SystemModstamp,
  TYPEOF ParentRecord
    WHEN Account THEN Id, Name
    WHEN Opportunity THEN Id, Name, AccountId, Account.Name, IsClosed
    WHEN Lead THEN Id, Name, Company, IsConverted, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId
    WHEN WorkOrder THEN Id, WorkOrderNumber, AccountId, ContactId, CaseId
    WHEN WorkOrderLineItem THEN Id, WorkOrderId, WorkOrder.AccountId, WorkOrder.ContactId
    WHEN Asset THEN Id, AccountId, ContactId
    WHEN Case THEN Id, AccountId, ContactId
  END,
  (SELECT Id, ServiceResourceId, IsPrimaryResource, IsRequiredResource, EventId, SystemModstamp,
     ServiceResource.IsActive, ServiceResource.ResourceType, ServiceResource.ServiceCrewId,
     ServiceResource.RelatedRecordId, ServiceResource.RelatedRecord.Name, ServiceResource.RelatedRecord.Email,
     ServiceResource.RelatedRecord.MobilePhone, ServiceResource.RelatedRecord.TimeZoneSidKey,
     ServiceResource.RelatedRecord.IsActive
   FROM ServiceResources ORDER BY IsPrimaryResource DESC, CreatedDate ASC, Id ASC)
FROM ServiceAppointment WHERE Id IN (${ids.map((id) => `'${id}'`).join(",")})`;

interface Family {
  readonly account: string;
  readonly contact: string;
  readonly opportunity: string;
  readonly lead: string;
  readonly workOrder: string;
  readonly lineItem: string;
}

function insert(org: StubOrg, type: string, fields: RecordInput): string {
  return idOf(org.store.insert(type, fields));
}

function aFamily(org: StubOrg): Family {
  const account = insert(org, "Account", { Name: "Calder household" });
  const contact = insert(org, "Contact", {
    FirstName: "Ines",
    LastName: "Calder",
    AccountId: account,
  });
  const workOrder = insert(org, "WorkOrder", { AccountId: account, ContactId: contact });
  return {
    account,
    contact,
    workOrder,
    opportunity: insert(org, "Opportunity", {
      Name: "Calder solar",
      AccountId: account,
      CloseDate: "2026-04-01",
    }),
    lead: insert(org, "Lead", {
      FirstName: "Theo",
      LastName: "Winslow",
      Company: "Winslow residence",
    }),
    lineItem: insert(org, "WorkOrderLineItem", { WorkOrderId: workOrder }),
  };
}

function anAppointment(org: StubOrg, parent: string, fields: RecordInput = {}): string {
  return insert(org, "ServiceAppointment", {
    ParentRecordId: parent,
    Subject: "Roof inspection",
    Status: "Scheduled",
    SchedStartTime: "2026-03-08T09:30:00Z",
    SchedEndTime: "2026-03-08T10:30:00Z",
    ...fields,
  });
}

function aRep(org: StubOrg, name: string): { user: string; resource: string } {
  const user = insert(org, "User", {
    LastName: name,
    Email: `${name.toLowerCase()}@example.com`,
    MobilePhone: "+1 202 555 0100",
    TimeZoneSidKey: "America/Denver",
  });
  return { user, resource: insert(org, "ServiceResource", { Name: name, RelatedRecordId: user }) };
}

describe("the query of one appointment", () => {
  test("brings it, its parent and its reps in one call", async () => {
    const org = await start();
    const { account, opportunity } = aFamily(org);
    const appointment = anAppointment(org, opportunity);
    const [dana, milo] = [aRep(org, "Dana"), aRep(org, "Milo")];
    for (const [resource, isPrimary] of [
      [milo.resource, false],
      [dana.resource, true],
    ] as const) {
      insert(org, "AssignedResource", {
        ServiceAppointmentId: appointment,
        ServiceResourceId: resource,
        IsPrimaryResource: isPrimary,
      });
    }
    org.calls.reset();

    const { records } = await connect(org).query(APPOINTMENT([appointment]));

    expect(org.calls.count("query")).toBe(2); // without a token, jsforce asks once in vain
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      attributes: {
        type: "ServiceAppointment",
        url: `/services/data/v66.0/sobjects/ServiceAppointment/${appointment}`,
      },
      Id: appointment,
      AppointmentNumber: "SA-0001",
      StatusCategory: "Scheduled",
      ParentRecordType: "Opportunity",
      AccountId: null,
      Account: null,
      Contact: null,
      SchedStartTime: "2026-03-08T09:30:00.000+0000",
      ActualStartTime: null,
      IsDeleted: false,
      ParentRecord: {
        attributes: {
          type: "Opportunity",
          url: `/services/data/v66.0/sobjects/Opportunity/${opportunity}`,
        },
        Id: opportunity,
        Name: "Calder solar",
        AccountId: account,
        Account: { attributes: { type: "Account" }, Name: "Calder household" },
        IsClosed: false,
      },
      ServiceResources: {
        totalSize: 2,
        done: true,
        records: [
          {
            attributes: { type: "AssignedResource" },
            IsPrimaryResource: true,
            EventId: null,
            ServiceResource: {
              attributes: { type: "ServiceResource" },
              IsActive: true,
              ResourceType: "T",
              RelatedRecordId: dana.user,
              RelatedRecord: {
                attributes: { type: "User" },
                Name: "Dana",
                Email: "dana@example.com",
                MobilePhone: "+1 202 555 0100",
                TimeZoneSidKey: "America/Denver",
                IsActive: true,
              },
            },
          },
          { ServiceResource: { RelatedRecord: { Name: "Milo" } } },
        ],
      },
    });
  });

  test("gives each parent the fields of its own type, and null for an empty list", async () => {
    const org = await start();
    const family = aFamily(org);
    const { account, contact, lead, workOrder, lineItem } = family;
    const other = insert(org, "Asset", { Name: "Roof", AccountId: account });
    const crmCase = insert(org, "Case", { ContactId: contact });
    const parents = [account, lead, workOrder, lineItem, other, crmCase];
    const ids = parents.map((parent) => anAppointment(org, parent));

    const { records } = await connect(org).query(APPOINTMENT(ids));

    expect(records.map(({ ParentRecord }) => ParentRecord)).toMatchObject([
      { attributes: { type: "Account" }, Name: "Calder household" },
      {
        attributes: { type: "Lead" },
        Name: "Theo Winslow",
        IsConverted: false,
        ConvertedAccountId: null,
      },
      { attributes: { type: "WorkOrder" }, WorkOrderNumber: "00000001", AccountId: account },
      {
        attributes: { type: "WorkOrderLineItem" },
        WorkOrder: { AccountId: account, ContactId: contact },
      },
      { attributes: { type: "Asset" }, AccountId: account, ContactId: null },
      { attributes: { type: "Case" }, ContactId: contact },
    ]);
    expect(Object.keys(records[0]?.["ParentRecord"] ?? {})).toEqual(["attributes", "Id", "Name"]);
    expect(records.map(({ ServiceResources }) => ServiceResources)).toEqual(ids.map(() => null));
  });

  test("fills in the account for work orders and their items only", async () => {
    const org = await start();
    const { account, opportunity, workOrder, lineItem } = aFamily(org);
    const ids = [account, opportunity, workOrder, lineItem].map((parent) =>
      anAppointment(org, parent),
    );

    const { records } = await connect(org).query(APPOINTMENT(ids));

    expect(records.map(({ AccountId }) => AccountId)).toEqual([null, null, account, account]);
  });

  test("with an id of 15 characters is the same query", async () => {
    const org = await start();
    const appointment = anAppointment(org, aFamily(org).account);

    const { body } = await ask(org, APPOINTMENT([appointment.slice(0, 15)]));

    expect(body.records[0].Id).toBe(appointment);
  });
});

describe("TYPEOF", () => {
  const event = (selection: string) => `SELECT ${selection} FROM Event`;

  test("is null without a match, unless ELSE names fields of Name", async () => {
    const org = await start();
    const { account } = aFamily(org);
    insert(org, "Event", { Subject: "Talk", WhatId: account });

    const bare = await ask(org, event("TYPEOF What WHEN Opportunity THEN StageName END"));
    const withElse = await ask(
      org,
      event("TYPEOF What WHEN Opportunity THEN StageName ELSE Name, Type END"),
    );

    expect(bare.body.records[0].What).toBeNull();
    expect(withElse.body.records[0].What).toMatchObject({
      attributes: { type: "Account" },
      Name: "Calder household",
      Type: "Account",
    });
  });

  test.each([
    [
      "a relationship selected another way, too",
      "What.Name, TYPEOF What WHEN Account THEN Id END",
      "MALFORMED_QUERY",
    ],
    [
      "a relationship selected twice",
      "TYPEOF What WHEN Account THEN Id END, TYPEOF What WHEN Lead THEN Id END",
      "MALFORMED_QUERY",
    ],
    ["a type the relationship cannot have", "TYPEOF Who WHEN Account THEN Id END", "INVALID_FIELD"],
    ["a type that is not in the org", "TYPEOF What WHEN Campaign THEN Id END", "INVALID_TYPE"],
    [
      "a field the type does not have",
      "TYPEOF What WHEN Account THEN StageName END",
      "INVALID_FIELD",
    ],
    ["a relationship to one type", "TYPEOF Account WHEN Account THEN Id END", "MALFORMED_QUERY"],
  ])("refuses %s", async (_what, selection, errorCode) => {
    const { status, body } = await ask(await start(), event(selection));

    expect([status, body[0].errorCode]).toEqual([400, errorCode]);
  });

  test("is unknown before API 46", async () => {
    const { status } = await ask(
      await start(),
      event("TYPEOF What WHEN Account THEN Id END"),
      "45.0",
    );

    expect(status).toBe(400);
  });

  test("takes the relationship's id and other relationships beside it", async () => {
    const org = await start();
    const { account, lead } = aFamily(org);
    insert(org, "Event", { WhatId: account, WhoId: lead });

    const { body } = await ask(
      org,
      event(
        "WhatId, TYPEOF What WHEN Account THEN Id END, TYPEOF Who WHEN Lead THEN Company END, TYPEOF Owner WHEN User THEN TimeZoneSidKey END",
      ),
    );

    expect(body.records[0]).toMatchObject({
      WhatId: account,
      What: { Id: account },
      Who: { Company: "Winslow residence" },
      Owner: { attributes: { type: "User" }, TimeZoneSidKey: "America/New_York" },
    });
  });
});

describe("a polymorphic parent reached with dots", () => {
  test("shows the Name object, and its own type in `attributes`", async () => {
    const org = await start();
    const { lead } = aFamily(org);

    const { body } = await ask(
      org,
      `SELECT Owner.Name, Owner.Email, Owner.Type, Owner.IsActive FROM Lead WHERE Id = '${lead}'`,
    );

    expect(body.records[0].Owner).toEqual({
      attributes: { type: "Name", url: `/services/data/v66.0/sobjects/User/${org.userId}` },
      Name: "Siro Bridge",
      Email: "siro.bridge@example.com",
      Type: "User",
      IsActive: true,
    });
  });

  test("has no fields of the real type", async () => {
    const { status, body } = await ask(await start(), "SELECT Owner.TimeZoneSidKey FROM Lead");

    expect(status).toBe(400);
    expect(body[0].message).toContain("No such column 'TimeZoneSidKey' on entity 'Name'");
  });

  test("filters by its type", async () => {
    const org = await start();
    const { account, lead } = aFamily(org);
    for (const parent of [account, lead]) {
      anAppointment(org, parent);
    }

    const { body } = await ask(
      org,
      "SELECT ParentRecord.Type FROM ServiceAppointment WHERE ParentRecord.Type IN ('Lead', 'Case')",
    );

    expect(
      body.records.map((one: { ParentRecord: { Type: string } }) => one.ParentRecord.Type),
    ).toEqual(["Lead"]);
  });
});

describe("a child sub-query", () => {
  test("filters, orders and cuts its own rows", async () => {
    const org = await start();
    const { opportunity, account } = aFamily(org);
    for (const [LastName, IsPrimary] of [
      ["Ash", false],
      ["Birch", true],
      ["Cedar", false],
    ] as const) {
      const contact = insert(org, "Contact", { LastName, AccountId: account });
      insert(org, "OpportunityContactRole", {
        OpportunityId: opportunity,
        ContactId: contact,
        IsPrimary,
      });
    }
    const roles = async (tail: string) => {
      const soql = `SELECT Id, (SELECT Contact.Name FROM OpportunityContactRoles ${tail}) FROM Opportunity`;
      const { body } = await ask(org, soql);
      const list = body.records[0].OpportunityContactRoles;
      return list?.records.map((one: { Contact: { Name: string } }) => one.Contact.Name) ?? null;
    };

    expect(await roles("ORDER BY IsPrimary DESC, CreatedDate ASC LIMIT 1")).toEqual(["Birch"]);
    expect(await roles("WHERE IsPrimary = false ORDER BY Contact.Name DESC")).toEqual([
      "Cedar",
      "Ash",
    ]);
    expect(await roles("WHERE Contact.Name = 'Oak'")).toBeNull();
  });

  test("leaves deleted rows out, except in queryAll", async () => {
    const org = await start();
    const appointment = anAppointment(org, aFamily(org).account);
    const assigned = insert(org, "AssignedResource", {
      ServiceAppointmentId: appointment,
      ServiceResourceId: aRep(org, "Dana").resource,
    });
    org.store.delete(assigned);
    const soql = `SELECT (SELECT Id, IsDeleted FROM ServiceResources) FROM ServiceAppointment`;
    const connection = connect(org);

    expect((await connection.query(soql)).records[0]).toMatchObject({ ServiceResources: null });
    expect((await connection.query(soql, { scanAll: true })).records[0]).toMatchObject({
      ServiceResources: { totalSize: 1, records: [{ Id: assigned, IsDeleted: true }] },
    });
  });
});
