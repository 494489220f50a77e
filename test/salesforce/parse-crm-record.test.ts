import { describe, expect, test } from "@jest/globals";
import { parseCrmRecord } from "../../src/salesforce/crm-record.ts";
import {
  ACCOUNT,
  aConnection,
  aLead,
  anAssignedResource,
  anEvent,
  anOpportunity,
  aRelated,
  aServiceAppointment,
  CONTACT,
  DATED,
  graphOf,
  mapRaw,
  objectsOf,
  parentOf,
  type RawRecord,
  rows,
  SA,
} from "./records.ts";

function problemsOf(raw: unknown, mapping: RawRecord = {}): readonly string[] {
  const reading = parseCrmRecord(raw, aConnection({ mapping }).mapping);
  return reading.kind === "unreadable" ? reading.problems : [];
}

describe("parseCrmRecord", () => {
  test("1: an id of 15 characters and the same of 18 are one key", () => {
    for (const Id of ["08pxx0000005Ip6", "08pxx0000005Ip6AAE"]) {
      const mapped = mapRaw(aServiceAppointment({ Id }));

      expect(mapped.recordId).toBe("08pxx0000005Ip6AAE");
      expect(objectsOf(mapped)).toEqual(["ServiceAppointment 08pxx0000005Ip6AAE"]);
      expect(mapped.warnings).toEqual([]);
    }
  });

  test("2: an upper-cased id is repaired, with a warning", () => {
    const mapped = mapRaw(aServiceAppointment({ Id: "08PXX0000005IP6AAE" }));

    expect(mapped.recordId).toBe("08pxx0000005Ip6AAE");
    expect(mapped.warnings).toEqual([
      "The id 08PXX0000005IP6AAE in Id was repaired to 08pxx0000005Ip6AAE",
    ]);
  });

  test("2: so is a wrong suffix anywhere in the answer", () => {
    const parent = aRelated("Account", { Id: `${ACCOUNT.slice(0, 15)}ZZZ`, Name: "a".repeat(18) });
    const resource = anAssignedResource({ ServiceResourceId: `${CONTACT.slice(0, 15)}ZZZ` });
    const mapped = mapRaw(
      aServiceAppointment({ ...parentOf(parent), ServiceResources: rows(resource) }),
    );

    expect(objectsOf(mapped)).toContain(`Account ${ACCOUNT}`);
    expect(mapped.warnings).toHaveLength(3);
  });

  test("reads a record with nothing but what it cannot do without", () => {
    const bare = { Id: SA, SystemModstamp: "2026-03-01T12:00:00.000Z" };

    expect(mapRaw(aRelated("ServiceAppointment", { ...bare, SchedStartTime: null })).kind).toBe(
      "cancel",
    );
    expect(mapRaw(aRelated("Event", { ...bare, StartDateTime: null })).kind).toBe("ignore");
    expect(mapRaw(aRelated("Lead", bare)).kind).toBe("ignore");
    expect(mapRaw(aRelated("Opportunity", bare)).kind).toBe("ignore");
  });

  test("keeps out what the mapping does not use", () => {
    const { record } = graphOf(aServiceAppointment({ Secret__c: "x" }));

    expect(JSON.stringify(record)).not.toMatch(/Secret__c|MobilePhone|ArrivalWindow|attributes/);
  });

  test.each([
    [
      "a start hidden from the integration user",
      aServiceAppointment({ SchedStartTime: undefined }),
    ],
    ["a start that is no instant", aServiceAppointment({ SchedStartTime: "tomorrow" })],
    ["an Event's start hidden", anEvent({ StartDateTime: undefined })],
    ["no version", aServiceAppointment({ SystemModstamp: undefined })],
    ["an id that is none", aServiceAppointment({ Id: "08p" })],
    ["a related id that is none", aServiceAppointment({ ContactId: "Ada" })],
    ["another object", aRelated("Task", { Id: SA })],
    ["no attributes", { Id: SA }],
    ["no object", null],
    ["a page", "<html>"],
  ])("cannot read %s, and says why without its values", (_what, raw) => {
    const problems = problemsOf(raw);

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toMatch(/tomorrow|Ada|html/);
  });

  test.each([
    ["Visit_Start__c", aLead({ Visit_Start__c: undefined }), { lead: DATED.lead }],
    ["Closer__c", aLead(), { lead: { ...DATED.lead, repField: "Closer__c" } }],
    [
      "Visit_Start__c",
      anOpportunity({ Visit_Start__c: undefined }),
      { opportunity: DATED.opportunity },
    ],
  ])("names the configured field %s that the answer lacks", (field, raw, mapping) => {
    expect(problemsOf(raw, mapping)).toEqual([
      `The configured field ${field} is not in the answer: check its name and its field security`,
    ]);
  });

  test("a standard lookup may hold the rep", () => {
    const mapping = { lead: { ...DATED.lead, repField: "OwnerId" } };

    expect(mapRaw(aLead(), { mapping })).toMatchObject({
      kind: "schedule",
      appointment: { reps: [{ email: "dana@example.com" }] },
    });
  });

  test("an empty lookup on the way to a field is an empty field", () => {
    const mapping = { lead: { startField: "Visit__r.Start__c" } };

    expect(mapRaw(aLead({ Visit__r: null }), { mapping })).toMatchObject({ reason: "unscheduled" });
    expect(problemsOf(aLead({ Visit__r: {} }), mapping)).toHaveLength(1);
    expect(problemsOf(aLead({ Visit__r: "x" }), mapping)).toHaveLength(1);
  });
});
