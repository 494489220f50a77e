import { describe, expect, test } from "@jest/globals";
import type { RecordType } from "../../src/domain/appointment.ts";
import { type MessageFields, messageChange } from "../../src/salesforce/message-change.ts";
import { aConnection } from "./records.ts";

const MINIMAL = {
  Id: "08p5f0000000001AAA",
  CreatedDate: "2026-11-01T08:00:00.000Z",
  LastModifiedDate: "2026-11-23T08:00:00.000Z",
  SystemModstamp: "2026-11-23T08:00:00.000Z",
};
const DATED = {
  lead: { startField: "Visit__c", endField: "Until__c" },
  opportunity: { startField: "Visit__c" },
};
const START = "2026-11-23T14:00:00.000Z";
const END = "2026-11-23T15:00:00.000Z";
const MOVED = { kind: "moved", startAtMs: Date.parse(START), endAtMs: Date.parse(END) };

function changeOf(
  recordType: RecordType,
  fields: MessageFields,
  mapping: Readonly<Record<string, unknown>> = {},
) {
  return messageChange(recordType, { ...MINIMAL, ...fields }, aConnection({ mapping }).mapping);
}

describe("what a message alone says", () => {
  test.each<RecordType>([
    "ServiceAppointment",
    "Event",
    "Lead",
    "Opportunity",
  ])("with an id and stamps it is nothing: %s", (recordType) => {
    expect(changeOf(recordType, {}, DATED)).toBeUndefined();
  });

  test.each([
    ["Canceled", "canceled"],
    ["CannotComplete", "canceled"],
    ["Completed", "completed"],
  ])("the status category %s ends a service appointment, whatever its times", (category, status) => {
    const fields = { StatusCategory: category, SchedStartTime: START, SchedEndTime: END };
    expect(changeOf("ServiceAppointment", fields)).toEqual({
      kind: "off",
      status,
      why: `StatusCategory is ${category}`,
    });
  });

  test.each([
    "None",
    "Scheduled",
    "Dispatched",
    "InProgress",
    "CheckedIn",
  ])("the status category %s leaves its times to decide", (StatusCategory) => {
    expect(changeOf("ServiceAppointment", { StatusCategory })).toBeUndefined();
    const fields = { StatusCategory, SchedStartTime: START, SchedEndTime: END };
    expect(changeOf("ServiceAppointment", fields)).toEqual(MOVED);
  });

  test("a status label alone is the org's own word and decides nothing", () => {
    expect(changeOf("ServiceAppointment", { Status: "Canceled" })).toBeUndefined();
  });

  test("a start or an end alone is said alone; the permitted and the promised window are no visit", () => {
    expect(changeOf("ServiceAppointment", { SchedStartTime: START })).toEqual({
      kind: "moved",
      startAtMs: Date.parse(START),
    });
    expect(changeOf("ServiceAppointment", { SchedEndTime: END })).toEqual({
      kind: "moved",
      endAtMs: Date.parse(END),
    });
    const windows = { EarliestStartTime: START, DueDate: END, ArrivalWindowStartTime: START };
    expect(changeOf("ServiceAppointment", windows)).toBeUndefined();
  });

  test("a start that was emptied takes the visit off; one that is absent says nothing", () => {
    expect(changeOf("ServiceAppointment", { SchedStartTime: null, SchedEndTime: END })).toEqual({
      kind: "off",
      status: "canceled",
      why: "SchedStartTime is empty",
    });
  });

  test("an Event moves by its own fields, an all-day one only by its record", () => {
    const fields = { StartDateTime: START, EndDateTime: END };
    expect(changeOf("Event", fields)).toEqual(MOVED);
    expect(changeOf("Event", { ...fields, IsAllDayEvent: "false" })).toEqual(MOVED);
    expect(changeOf("Event", { ...fields, IsAllDayEvent: "true" })).toBeUndefined();
    expect(changeOf("Event", { StatusCategory: "Canceled" })).toBeUndefined();
  });

  test("leads and opportunities move by the fields of the mapping, and only by those", () => {
    expect(changeOf("Lead", { Visit__c: START, Until__c: END }, DATED)).toEqual(MOVED);
    expect(changeOf("Lead", { Visit__c: START, Until__c: END })).toBeUndefined();
    expect(changeOf("Opportunity", { Visit__c: "2026-11-23" }, DATED)).toBeUndefined();
    expect(changeOf("Opportunity", { Visit__c: START, IsClosed: "true" }, DATED)).toMatchObject({
      kind: "off",
      status: "canceled",
    });
    expect(changeOf("Opportunity", { IsClosed: "true" })).toBeUndefined();
  });

  test("a time that cannot be read is not said", () => {
    const fields = { SchedStartTime: "tomorrow", SchedEndTime: END };
    expect(changeOf("ServiceAppointment", fields)).toEqual({
      kind: "moved",
      endAtMs: Date.parse(END),
    });
  });
});
