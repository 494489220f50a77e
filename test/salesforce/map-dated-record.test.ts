import { describe, expect, test } from "@jest/globals";
import {
  ACCOUNT,
  aLead,
  anId,
  anOpportunity,
  aRelated,
  aUser,
  CONTACT,
  DANA_ID,
  DATED,
  LEAD,
  LEE_ID,
  LEE_USER,
  mapRaw,
  OPPORTUNITY,
  objectsOf,
  QUEUE,
  type RawRecord,
  repIdsOf,
  rows,
  timesOf,
  visitOf,
} from "./records.ts";

const ON = { mapping: DATED };
const WITH_REP_FIELD = ruled((dated) => ({ ...dated, repField: "Closer__c" }));
const WITHOUT_END_FIELD = ruled(({ startField }) => ({ startField }));

/** The settings of every object, each changed in the same way. */
function ruled(change: (dated: (typeof DATED)["lead"]) => object) {
  const changed = Object.entries(DATED).map(([key, dated]) => [key, change(dated)]);
  return { mapping: Object.fromEntries(changed) };
}

const KINDS: readonly [string, (own?: RawRecord) => RawRecord][] = [
  ["Lead", aLead],
  ["Opportunity", anOpportunity],
];

describe.each(KINDS)("a %s with its visit in a field of the org's own", (type, build) => {
  test("is never scheduled where no field is configured", () => {
    expect(mapRaw(build())).toMatchObject({ kind: "ignore", reason: "filtered", recordType: type });
  });

  test("lasts the default length where no end is set or configured", () => {
    const schedule = { defaultDurationMinutes: 45 };

    for (const { mapping } of [ON, WITHOUT_END_FIELD]) {
      expect(timesOf(mapRaw(build(), { mapping, schedule }))).toEqual([
        "2026-03-08T09:30:00.000Z",
        "2026-03-08T10:15:00.000Z",
      ]);
    }
  });

  test("ends when its end field says", () => {
    const mapped = mapRaw(build({ Visit_End__c: "2026-03-08T11:30:00.000+0000" }), ON);

    expect(timesOf(mapped)[1]).toBe("2026-03-08T11:30:00.000Z");
  });

  test("an emptied start cancels", () => {
    const mapped = mapRaw(build({ Visit_Start__c: null }), ON);

    expect(mapped).toMatchObject({ kind: "cancel", reason: "unscheduled", status: "canceled" });
    expect(mapped.why).toEqual(["Visit_Start__c is empty"]);
  });

  test("a start that is a day has no moment: the visit is held", () => {
    const mapped = mapRaw(build({ Visit_Start__c: "2026-03-08" }), ON);

    expect(mapped).toMatchObject({ kind: "hold", reason: "all_day" });
    expect(timesOf(mapped)).toEqual(["2026-03-08T00:00:00.000Z", "2026-03-09T00:00:00.000Z"]);
  });

  test("deleted: canceled", () => {
    expect(mapRaw(build({ IsDeleted: true }), ON)).toMatchObject({
      kind: "cancel",
      reason: "deleted",
    });
  });

  test("the owner is the rep", () => {
    const mapped = mapRaw(build(), ON);

    expect(repIdsOf(mapped)).toEqual([DANA_ID]);
    expect(mapped.why).toContain(`Rep ${DANA_ID}: the ${type}'s owner`);
  });

  test("the user in the configured field is the rep, the owner stands in while it is empty", () => {
    const named = build({ Closer__c: LEE_ID, Closer__r: LEE_USER });
    const unnamed = build({ Closer__c: null, Closer__r: null });

    expect(visitOf(mapRaw(named, WITH_REP_FIELD)).appointment.reps).toMatchObject([
      { userId: LEE_ID, email: "lee@example.com" },
    ]);
    expect(repIdsOf(mapRaw(unnamed, WITH_REP_FIELD))).toEqual([DANA_ID]);
  });

  test("an inactive rep is not replaced by the owner", () => {
    const Closer__r = aUser({ IsActive: false });
    const mapped = mapRaw(build({ Closer__c: LEE_ID, Closer__r }), WITH_REP_FIELD);

    expect(mapped).toMatchObject({ kind: "hold", reason: "no_rep" });
  });

  test("32: a queue's visit is held until a user takes it", () => {
    const queue = { OwnerId: QUEUE, Owner: aRelated("Group", { Name: "Inbound" }) };

    expect(mapRaw(build(queue), ON)).toMatchObject({
      kind: "hold",
      reason: "queue_owned",
      appointment: { reps: [], startAtMs: Date.parse("2026-03-08T09:30:00Z") },
    });
    expect(mapRaw(build(), ON).kind).toBe("schedule");
  });
});

describe("a Lead", () => {
  const CONVERTED = {
    IsConverted: true,
    ConvertedAccountId: ACCOUNT,
    ConvertedContactId: CONTACT,
    ConvertedOpportunityId: OPPORTUNITY,
  };

  test("open: the lead itself, named with its company", () => {
    const mapped = mapRaw(aLead(), ON);

    expect(objectsOf(mapped)).toEqual([`Lead ${LEAD}`]);
    expect(visitOf(mapped).appointment).toMatchObject({
      recordType: "Lead",
      recordId: LEAD,
      title: "Ines Ortega – Ortega Homes",
    });
  });

  test.each([null, "", "Ines Ortega"])("company %p is not told twice", (Company) => {
    expect(visitOf(mapRaw(aLead({ Company }), ON)).appointment.title).toBe("Ines Ortega");
  });

  test("converted: what it became, still scheduled", () => {
    const mapped = mapRaw(aLead(CONVERTED), ON);

    expect(mapped.kind).toBe("schedule");
    expect(objectsOf(mapped)).toEqual([
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
  });

  test("33: merged away cancels, and names the master to map instead", () => {
    const master = anId("00Q", 2);
    const loser = mapRaw(aLead({ IsDeleted: true, MasterRecordId: master }), ON);
    const winner = mapRaw(aLead({ Id: master }), ON);

    expect(loser).toMatchObject({
      kind: "cancel",
      reason: "merged",
      status: "canceled",
      recordId: LEAD,
      replacedByRecordId: master,
    });
    expect(objectsOf(winner)).toEqual([`Lead ${master}`]);
  });
});

describe("an Opportunity", () => {
  test("its account and the primary contact role", () => {
    const mapped = mapRaw(
      anOpportunity({
        AccountId: ACCOUNT,
        Account: { Name: "Marsh Ltd" },
        OpportunityContactRoles: rows(
          aRelated("OpportunityContactRole", {
            ContactId: CONTACT,
            IsPrimary: true,
            Contact: { Name: "Ada Marsh" },
          }),
        ),
      }),
      ON,
    );

    expect(objectsOf(mapped)).toEqual([
      `Opportunity ${OPPORTUNITY}`,
      `Account ${ACCOUNT}`,
      `Contact ${CONTACT}`,
    ]);
    expect(visitOf(mapped).appointment.title).toBe("New roof");
  });

  test("a role that is not the primary one does not say who is met", () => {
    const role = aRelated("OpportunityContactRole", { ContactId: CONTACT, IsPrimary: false });

    expect(objectsOf(mapRaw(anOpportunity({ OpportunityContactRoles: rows(role) }), ON))).toEqual([
      `Opportunity ${OPPORTUNITY}`,
    ]);
  });

  test("closed: canceled", () => {
    expect(mapRaw(anOpportunity({ IsClosed: true }), ON)).toMatchObject({
      kind: "cancel",
      reason: "closed",
      status: "canceled",
    });
    expect(mapRaw(anOpportunity({ IsClosed: true })).kind).toBe("ignore");
  });
});
