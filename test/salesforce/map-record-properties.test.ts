import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { appointmentSchema } from "../../src/domain/appointment.ts";
import { parseCrmRecord } from "../../src/salesforce/crm-record.ts";
import { mapRecord } from "../../src/salesforce/map-record.ts";
import type { Mapped } from "../../src/salesforce/mapped.ts";
import { recordGraph } from "../../src/salesforce/record-graph.ts";
import {
  contactRoleSchema,
  crewMemberSchema,
  eventRelationSchema,
} from "../../src/salesforce/record-rows.ts";
import { aConnection, DATED, NOW_MS, type RawRecord } from "./records.ts";

/** The six types Siro takes, in the order of the mapping. */
const ORDER = ["ServiceAppointment", "Event", "Opportunity", "Lead", "Account", "Contact"];
const PREFIXES = [
  "001",
  "003",
  "005",
  "006",
  "00Q",
  "00G",
  "023",
  "0WO",
  "1WL",
  "02i",
  "500",
  "a0X",
];
const RELATED_TYPES = [
  ...["Account", "Contact", "Opportunity", "Lead", "WorkOrder", "WorkOrderLineItem"],
  ...["Asset", "Case", "Campaign", "Name", "Inspection__c"],
];

/** Mostly what a query answers, now and then nothing, now and then no field at all. */
function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> {
  return fc.oneof({ weight: 5, arbitrary }, fc.constant(null), fc.constant(undefined));
}

// Few bodies, so that the same record is often met twice.
const body = fc.oneof(
  fc.constantFrom("5f0000000001", "5f0000000002", "5F000000000A"),
  fc.stringMatching(/^[A-Za-z0-9]{12}$/),
);
const suffix = fc.oneof(fc.constant(""), fc.stringMatching(/^[A-Z0-5]{3}$/));
function id(...prefixes: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...prefixes), body, suffix)
    .map(([prefix, rest, end]) => `${prefix}${rest}${end}`);
}

const anyId = maybe(id(...PREFIXES));
const moment = fc
  .date({
    min: new Date("2026-03-01T00:00:00Z"),
    max: new Date("2026-04-01T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().replace("Z", "+0000"));
const day = moment.map((text) => text.slice(0, 10));
const text = maybe(fc.string({ unit: "binary", maxLength: 200 }));
const flag = maybe(fc.boolean());
const user = maybe(
  fc.record({
    Name: text,
    Email: maybe(fc.constantFrom("dana@example.com", "dana", "lee@example.com.invalid")),
    TimeZoneSidKey: maybe(fc.constantFrom("America/Denver", "Nowhere")),
    IsActive: flag,
  }),
);

const related = maybe(
  fc
    .record({
      type: fc.constantFrom(...RELATED_TYPES),
      Id: anyId,
      Name: text,
      AccountId: maybe(id("001")),
      ContactId: maybe(id("003")),
      IsConverted: flag,
      ConvertedAccountId: maybe(id("001")),
      ConvertedContactId: maybe(id("003")),
      ConvertedOpportunityId: maybe(id("006")),
      WorkOrder: maybe(
        fc.record({ AccountId: maybe(id("001")), Opportunity__c: maybe(id("006")) }),
      ),
      Opportunity__c: maybe(id("006")),
    })
    .map(({ type, ...fields }) => ({ attributes: { type }, ...fields })),
);

const serviceResource = maybe(
  fc.record({
    IsActive: flag,
    ResourceType: maybe(fc.constantFrom("T", "A", "C", "D", "S")),
    ServiceCrewId: anyId,
    RelatedRecordId: anyId,
    RelatedRecord: user,
  }),
);
const contactRole = fc.record({
  ContactId: anyId,
  IsPrimary: flag,
  Contact: maybe(fc.record({ Name: text })),
});
const childRows = (row: fc.Arbitrary<unknown>) =>
  maybe(fc.record({ records: fc.array(row, { maxLength: 4 }) }));

const system = {
  SystemModstamp: moment,
  IsDeleted: maybe(fc.constantFrom(false, false, false, true)),
  OwnerId: anyId,
  Owner: user,
};

const serviceAppointment = fc.record({
  attributes: fc.constant({ type: "ServiceAppointment" }),
  Id: id("08p"),
  ...system,
  Subject: text,
  AppointmentNumber: text,
  StatusCategory: maybe(fc.constantFrom("Scheduled", "InProgress", "Canceled", "Odd")),
  ParentRecordId: anyId,
  ParentRecord: related,
  AccountId: anyId,
  ContactId: anyId,
  SchedStartTime: fc.oneof(moment, moment, fc.constant(null)),
  SchedEndTime: maybe(moment),
  ActualStartTime: maybe(moment),
  ActualEndTime: maybe(moment),
  Duration: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
  DurationType: maybe(fc.constantFrom("Hours", "Minutes", "Weeks")),
  ServiceResources: childRows(
    fc.record({
      ServiceResourceId: anyId,
      IsPrimaryResource: flag,
      IsRequiredResource: flag,
      EventId: anyId,
      ServiceResource: serviceResource,
    }),
  ),
});

const event = fc.record({
  attributes: fc.constant({ type: "Event" }),
  Id: id("00U"),
  ...system,
  Subject: text,
  WhoId: anyId,
  Who: related,
  WhatId: anyId,
  What: related,
  AccountId: anyId,
  IsAllDayEvent: flag,
  StartDateTime: moment,
  EndDateTime: maybe(moment),
  DurationInMinutes: maybe(fc.integer()),
  IsPrivate: flag,
});

const dated = {
  ...system,
  Name: text,
  Visit_Start__c: fc.oneof(moment, day, fc.constant(null)),
  Visit_End__c: maybe(fc.oneof(moment, day)),
};
const lead = fc.record({
  attributes: fc.constant({ type: "Lead" }),
  Id: id("00Q"),
  ...dated,
  IsConverted: flag,
  ConvertedAccountId: anyId,
  ConvertedContactId: anyId,
  ConvertedOpportunityId: anyId,
  MasterRecordId: anyId,
});
const opportunity = fc.record({
  attributes: fc.constant({ type: "Opportunity" }),
  Id: id("006"),
  ...dated,
  AccountId: anyId,
  OpportunityContactRoles: childRows(contactRole),
});

const raw = fc.oneof(serviceAppointment, event, lead, opportunity);
const hop = fc.record({
  contactRoles: fc.array(contactRole, { maxLength: 2 }),
  crewMembers: fc.array(
    fc.record({
      ServiceCrewId: id("1Rc"),
      StartDate: maybe(fc.oneof(day, moment)),
      EndDate: maybe(day),
      IsLeader: flag,
      ServiceResource: serviceResource,
    }),
    { maxLength: 2 },
  ),
  invitees: fc.array(fc.record({ RelationId: anyId, Status: text, Relation: user }), {
    maxLength: 3,
  }),
});
const settings = fc.record({
  ...Object.fromEntries(
    ["requireRelated", "includeInvitees", "inPersonOnly", "expandCrews"].map((name) => [
      name,
      fc.boolean(),
    ]),
  ),
  repPolicy: fc.constantFrom("primary", "all", "required"),
  workOrder: fc.constantFrom({}, { opportunityPath: "Opportunity__c" }),
  lead: fc.constant(DATED.lead),
  opportunity: fc.constant(DATED.opportunity),
});

interface Sample {
  readonly raw: RawRecord;
  readonly hop: {
    readonly contactRoles: readonly unknown[];
    readonly crewMembers: readonly unknown[];
    readonly invitees: readonly unknown[];
  };
  readonly mapping: RawRecord;
}

function mapSample({ raw: record, hop: found, mapping }: Sample): Mapped {
  const connection = aConnection({ mapping });
  const reading = parseCrmRecord(record, connection.mapping);
  if (reading.kind === "unreadable") {
    throw new Error(reading.problems.join("; "));
  }
  const graph = recordGraph(reading.record, {
    contactRoles: found.contactRoles.map((row) => contactRoleSchema.parse(row)),
    crewMembers: found.crewMembers.map((row) => crewMemberSchema.parse(row)),
    invitees: found.invitees.map((row) => eventRelationSchema.parse(row)),
  });
  return mapRecord(graph, { connection, nowMs: NOW_MS });
}

function holdsOfAll(check: (mapped: Mapped) => void): void {
  fc.assert(
    fc.property(fc.record({ raw, hop, mapping: settings }), (sample) => check(mapSample(sample))),
    { numRuns: 600 },
  );
}

function objectsOf(mapped: Mapped) {
  return "appointment" in mapped ? mapped.appointment.crmObjects : [];
}

describe("whatever Salesforce returns", () => {
  test("a record that can be read is mapped without a throw, to an appointment that is one", () => {
    const kinds = new Set<string>();
    holdsOfAll((mapped) => {
      kinds.add(mapped.kind);
      if ("appointment" in mapped) {
        expect(appointmentSchema.parse(mapped.appointment)).toEqual(mapped.appointment);
        expect(mapped.appointment.endAtMs).toBeGreaterThan(mapped.appointment.startAtMs);
        expect(mapped.appointment.title.length).toBeLessThanOrEqual(120);
        expect(mapped.appointment.title.isWellFormed()).toBe(true);
      }
    });

    // Which records are drawn is chance; these three are drawn all the time.
    expect([...kinds]).toEqual(expect.arrayContaining(["cancel", "hold", "schedule"]));
  });

  test("no type but the six, in their order, none twice", () => {
    holdsOfAll((mapped) => {
      const places = objectsOf(mapped).map(({ objectType }) => ORDER.indexOf(objectType));

      expect(places).not.toContain(-1);
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    });
  });

  test("ids have 18 characters and are one rep, one object each", () => {
    holdsOfAll((mapped) => {
      const objectIds = objectsOf(mapped).map(({ objectId }) => objectId);
      const userIds =
        "appointment" in mapped ? mapped.appointment.reps.map((rep) => rep.userId) : [];

      expect(
        [mapped.recordId, ...objectIds, ...userIds].filter((one) => one.length !== 18),
      ).toEqual([]);
      expect(new Set(userIds).size).toBe(userIds.length);
    });
  });

  test("a visit is held just when it has no rep, and says why it came out so", () => {
    holdsOfAll((mapped) => {
      const reps = "appointment" in mapped ? mapped.appointment.reps.length : 0;

      expect(mapped.kind === "schedule").toBe(reps > 0);
      expect(mapped.why.length).toBeGreaterThan(0);
    });
  });
});
