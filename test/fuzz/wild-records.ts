import fc from "fast-check";
import {
  aLead,
  anEvent,
  anOpportunity,
  aServiceAppointment,
  DATED,
} from "../salesforce/records.ts";
import { wildText } from "./wild-text.ts";

/** Rules under which all four types are visits, and fields of the connection's own are read. */
export const MAPPING = {
  lead: { ...DATED.lead, repField: "Closer__c" },
  opportunity: DATED.opportunity,
  workOrder: { opportunityPath: "Project__r.Opportunity__c" },
  includeInvitees: true,
  expandCrews: true,
};

const moment = fc.oneof(
  fc.constantFrom(
    "2026-03-08T09:30:00.000+0000",
    "9999-12-31T23:59:59.000+0000",
    "0000-01-01T00:00:00Z",
    "2026-03-08",
  ),
  wildText,
);
const times = fc.record(
  {
    SchedStartTime: moment,
    SchedEndTime: moment,
    StartDateTime: moment,
    EndDateTime: moment,
    Visit_Start__c: moment,
    Visit_End__c: moment,
  },
  { requiredKeys: [] },
);
const texts = fc.record(
  {
    Subject: wildText,
    Name: wildText,
    Status: wildText,
    Duration: fc.oneof(fc.double(), fc.constantFrom(1e308, -1, 0)),
    DurationType: fc.constantFrom("Hours", "Minutes"),
    Closer__c: fc.oneof(fc.constant("0055f0000000001AAA"), wildText),
    Closer__r: fc.record({ Name: wildText, Email: wildText, TimeZoneSidKey: wildText }),
  },
  { requiredKeys: [] },
);

/** Records as a query answers them, with any texts and times. */
export const goodRecord: fc.Arbitrary<unknown> = fc
  .tuple(fc.constantFrom(aServiceAppointment, anEvent, aLead, anOpportunity), times, texts)
  .map(([record, ...own]) => ({ ...record(), ...own[0], ...own[1] }));
