import { describe, expect, test } from "@jest/globals";
import type { ChangePayload } from "../../src/salesforce/change-events/change-payload.ts";
import { parseChangePayload } from "../../src/salesforce/change-events/change-payload.ts";
import { WIRE } from "../../src/salesforce/change-events/pubsub-interface.ts";
import { recordsOfChange } from "../../src/salesforce/change-events/records-of-change.ts";
import { aConnection } from "../support/bridge-state.ts";
import { CHANGED_AT_MS } from "./change-bus.ts";

const VISIT = "08p000000000001AAA";
const MEETING = "00U000000000001EAA";
const DATED = { lead: { startField: "Visit__c" }, opportunity: { startField: "Visit__c" } };

function aPayload(header: object, fields: object = {}): ChangePayload {
  return parseChangePayload({
    ChangeEventHeader: {
      entityName: "ServiceAppointment",
      recordIds: [VISIT],
      changeType: "UPDATE",
      commitTimestamp: BigInt(CHANGED_AT_MS),
      commitNumber: 2n ** 61n,
      ...header,
    },
    ...fields,
  });
}

function meaningOf(payload: ChangePayload, own: Record<string, unknown> = {}) {
  return recordsOfChange(payload, { connection: aConnection(own), ownUserId: undefined });
}

describe("what a change means", () => {
  test.each([
    "CREATE",
    "UPDATE",
    "DELETE",
    "UNDELETE",
    "GAP_CREATE",
    "GAP_UNDELETE",
  ])("%s: the record is read", (changeType) => {
    expect(meaningOf(aPayload({ changeType }))).toEqual({
      occurredAtMs: CHANGED_AT_MS,
      records: [{ recordType: "ServiceAppointment", recordId: VISIT }],
      wantsLook: false,
    });
  });

  test("many records of one change are all read, each once, in 18 characters", () => {
    const recordIds = ["08p000000000001", VISIT, "08p000000000002AAA"];
    expect(meaningOf(aPayload({ recordIds })).records.map(({ recordId }) => recordId)).toEqual([
      VISIT,
      "08p000000000002AAA",
    ]);
  });

  test.each([
    ["an overflow", { changeType: "GAP_OVERFLOW", recordIds: ["000000000000000AAA"] }],
    [
      "an overflow of an object that is none of ours",
      { changeType: "GAP_OVERFLOW", entityName: "Account" },
    ],
    ["a pattern instead of ids", { recordIds: ["08p*"] }],
    ["an empty id", { recordIds: ["000000000000000AAA"] }],
  ])("%s: a look at all that changed", (_, header) => {
    expect(meaningOf(aPayload(header))).toMatchObject({ records: [], wantsLook: true });
  });

  test("an assignment means its appointment, an invitation its Event", () => {
    const assignment = aPayload(
      { entityName: "AssignedResource", recordIds: ["03r000000000001AAA"], changeType: "CREATE" },
      { ServiceAppointmentId: VISIT },
    );
    const invitation = aPayload(
      { entityName: "EventRelation", recordIds: ["0RE000000000001AAA"], changeType: "CREATE" },
      { EventId: MEETING },
    );
    expect(meaningOf(assignment).records).toEqual([
      { recordType: "ServiceAppointment", recordId: VISIT },
    ]);
    expect(meaningOf(invitation).records).toEqual([{ recordType: "Event", recordId: MEETING }]);
  });

  test.each([
    "AssignedResource",
    "EventRelation",
  ])("%s that does not name what it hangs on is left to the poll; without one a look is asked for", (entityName) => {
    const payload = aPayload({ entityName }, { ServiceAppointmentId: null, EventId: null });
    expect(meaningOf(payload)).toMatchObject({ records: [], wantsLook: false });
    const off = { reconcile: { everySeconds: 0 } };
    expect(meaningOf(payload, off)).toMatchObject({ records: [], wantsLook: true });
  });

  test("an Event is read; an invitee's copy of it is not", () => {
    const header = { entityName: "Event", recordIds: [MEETING] };
    expect(meaningOf(aPayload(header, { IsChild: null })).records).toHaveLength(1);
    expect(meaningOf(aPayload(header, { IsChild: false })).records).toHaveLength(1);
    expect(meaningOf(aPayload(header, { IsChild: true }))).toMatchObject({
      records: [],
      wantsLook: false,
    });
  });

  test.each([
    ["Lead", "00Q000000000001EAA"],
    ["Opportunity", "006000000000001AAA"],
  ])("%s: only where its dates are configured", (entityName, id) => {
    const payload = aPayload({ entityName, recordIds: [id] });
    expect(meaningOf(payload)).toMatchObject({ records: [], wantsLook: false });
    expect(meaningOf(payload, { mapping: DATED }).records).toEqual([
      { recordType: entityName, recordId: id },
    ]);
  });

  test("other objects mean nothing", () => {
    expect(meaningOf(aPayload({ entityName: "Account" }))).toMatchObject({
      records: [],
      wantsLook: false,
    });
  });

  test("nothing of it is a BigInt: it goes through JSON", () => {
    expect(() => JSON.stringify(aPayload({}))).not.toThrow();
    expect(() => JSON.stringify(meaningOf(aPayload({})))).not.toThrow();
  });
});

describe("a payload that is neither a change nor a platform event", () => {
  test.each([
    ["nothing", null],
    ["without a moment", { ServiceAppointmentId: VISIT }],
    ["a header without ids", { ChangeEventHeader: { entityName: "Event" } }],
  ])("%s is refused", (_, payload) => {
    expect(() => parseChangePayload(payload)).toThrow();
  });
});

test("platform events are searched for their appointments, each named once", () => {
  const nested = { ServiceApptSchduleEvent: [{ ServiceAppointmentId: "08p000000000001" }] };
  const payload = parseChangePayload({
    CreatedDate: BigInt(CHANGED_AT_MS),
    ...nested,
    AsgnRsrcApptSchdDtlEvent: [{ ServiceAppointmentId: VISIT, ServiceResourceId: "0Hn" }],
  });
  expect(meaningOf(payload)).toEqual({
    occurredAtMs: CHANGED_AT_MS,
    records: [{ recordType: "ServiceAppointment", recordId: VISIT }],
    wantsLook: false,
  });
});

describe("the wire", () => {
  test("has the field numbers of the published interface", () => {
    const request = {
      topicName: "/a",
      replayPreset: "CUSTOM",
      replayId: Buffer.of(7),
      numRequested: 5,
    };
    expect(WIRE.fetchRequest.encode(request).toString("hex")).toBe("0a022f6110021a01072005");
    // One event (id, schema, payload in field 1, replay id in field 2), then the fields beside the events.
    const event = "0a0e0a090a01691201731a0101120109";
    const answer = Buffer.from(`${event}12010a1a01722003`, "hex");
    expect(WIRE.fetchResponse.decode(answer)).toEqual({
      events: [
        { event: { id: "i", schemaId: "s", payload: Buffer.of(1) }, replayId: Buffer.of(9) },
      ],
      latestReplayId: Buffer.of(10),
      rpcId: "r",
      pendingNumRequested: 3,
    });
    expect(WIRE.schemaRequest.encode({ schemaId: "s" }).toString("hex")).toBe("0a0173");
    expect(WIRE.schemaInfo.decode(Buffer.from("0a027b7d", "hex"))).toMatchObject({
      schemaJson: "{}",
    });
  });
});
