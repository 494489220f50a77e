import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { addCustomer } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import { notificationId } from "../support/outbound-message.ts";
import {
  aVisit,
  inMinutes,
  objectsOf,
  openPipelineStage,
  type PipelineStage,
  planOf,
  repIdsOf,
  type StageRep,
} from "../support/pipeline-stage.ts";

const IN_PERSON = "in-person";
const PATHED = "pathed";

let stage: PipelineStage;
let org: StubOrg;
/** Above the numbers that the org itself counts from. */
let lastNotification = 900_000;

beforeAll(async () => {
  stage = await openPipelineStage({
    connections: {
      [IN_PERSON]: { mapping: { inPersonOnly: true } },
      [PATHED]: { mapping: { workOrder: { opportunityPath: "Opportunity__c" } } },
    },
    stub: { hasPersonAccounts: true },
  });
  ({ org } = stage);
});

afterAll(async () => {
  await stage.close();
});

/** Posts a message about an id, written as it is. */
function postId(id: string): Promise<string> {
  lastNotification += 1;
  const notification = { id: notificationId(lastNotification), fields: { Id: id } };
  return stage.post({ notifications: [notification] });
}

/** Books a visit in an hour and tells of it; returns its id. */
async function told(own: RecordInput = {}, reps: readonly Pick<StageRep, "resourceId">[] = []) {
  const visitId = aVisit(org, { from: 60, until: 120, reps, own });
  await stage.tell("ServiceAppointment", visitId);
  return visitId;
}

/** The objects of a visit without the visit itself, which always comes first. */
async function customerOf(visitId: string, connection?: string): Promise<readonly string[]> {
  const [own, ...others] = objectsOf(await stage.appointment(visitId, connection));
  expect(own).toBe(`ServiceAppointment ${visitId}`);
  return others;
}

function anOpportunity(own: RecordInput = {}): string {
  return idOf(org.store.insert("Opportunity", { Name: "New roof", ...own }));
}

/** Makes all of a visit's assigned resources the primary one, or none. */
function flagAll(visitId: string, IsPrimaryResource: boolean): void {
  const rows = org.store.all("AssignedResource");
  for (const row of rows.filter((one) => one["ServiceAppointmentId"] === visitId)) {
    org.store.update(idOf(row), { IsPrimaryResource });
  }
}

describe("the id of a visit", () => {
  test("1: 15 characters are the record of 18: one key, and 18 in the objects", async () => {
    const rep = await stage.aRep();
    const Id = "08pxx0000005Ip6AAE";
    aVisit(org, { from: 60, until: 120, reps: [rep], own: { Id } });
    expect(await postId("08pxx0000005Ip6")).toContain("<Ack>true</Ack>");
    expect(objectsOf(await stage.appointment(Id))).toEqual([`ServiceAppointment ${Id}`]);
    await postId(Id);
    expect(await stage.dossier("08pxx0000005Ip6")).toBeUndefined();
    expect((await stage.timeline(Id)).filter((line) => line.startsWith("event."))).toEqual([
      expect.stringContaining("event.applied"),
      expect.stringContaining("event.unchanged"),
    ]);
    expect(planOf(await rep.waiting())).toEqual(["start 58", "stop 120"]);
  });

  test("2: an id that was upper-cased on its way is repaired", async () => {
    const rep = await stage.aRep();
    const Id = "08pxx0000005Ip7AAE";
    aVisit(org, { from: 60, until: 120, reps: [rep], own: { Id } });
    await postId("08PXX0000005IP7AAE");
    expect(objectsOf(await stage.appointment(Id))).toEqual([`ServiceAppointment ${Id}`]);
    expect(await rep.waiting()).toHaveLength(2);
  });
});

describe("the times of a visit", () => {
  test("3: an offset without a colon is UTC; on the day the clocks change it is 5:30 AM in New York", async () => {
    const rep = await stage.aRep();
    const SchedStartTime = "2026-03-08T09:30:00.000+0000";
    const visitId = await told({ SchedStartTime, SchedEndTime: null }, [rep]);
    const { startAtMs, reps } = await stage.appointment(visitId);
    expect(new Date(startAtMs).toISOString()).toBe("2026-03-08T09:30:00.000Z");
    const [{ timeZone } = {}] = reps;
    const clock = new Intl.DateTimeFormat("en-US", { timeStyle: "short", timeZone });
    expect(clock.format(startAtMs)).toMatch(/^5:30\sAM$/);
  });

  test("17: a cleared start cancels, and a new time schedules again", async () => {
    const rep = await stage.aRep();
    const visitId = await told({}, [rep]);
    org.store.update(visitId, { SchedStartTime: null, SchedEndTime: null });
    await stage.tell("ServiceAppointment", visitId);
    expect((await stage.appointment(visitId)).status).toBe("canceled");
    expect(await rep.waiting()).toEqual([]);
    org.store.update(visitId, { SchedStartTime: inMinutes(180), SchedEndTime: inMinutes(200) });
    await stage.tell("ServiceAppointment", visitId);
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
    expect(planOf(await rep.waiting())).toEqual(["start 178", "stop 200"]);
  });

  test("47: two hours and no end end two hours after the start", async () => {
    const rep = await stage.aRep();
    await told({ SchedEndTime: null, Duration: 2, DurationType: "Hours" }, [rep]);
    expect(planOf(await rep.waiting())).toEqual(["start 58", "stop 180"]);
  });

  test("48: an end before the start gives way to the usual length, with a warning", async () => {
    const rep = await stage.aRep();
    const visitId = await told({ SchedEndTime: inMinutes(30) }, [rep]);
    expect(planOf(await rep.waiting())).toEqual(["start 58", "stop 120"]);
    expect((await stage.timeline(visitId)).join()).toContain("The end is not after the start");
  });
});

describe("the status of a visit", () => {
  test("15: a status of the org's own whose category is Canceled cancels", async () => {
    const rep = await stage.aRep();
    const visitId = await told({}, [rep]);
    org.store.update(visitId, { Status: "No Show", StatusCategory: "Canceled" });
    await stage.tell("ServiceAppointment", visitId);
    expect((await stage.appointment(visitId)).status).toBe("canceled");
    expect(await rep.waiting()).toEqual([]);
  });

  test("16: a status in another language whose category is Scheduled schedules", async () => {
    const rep = await stage.aRep();
    const visitId = await told({ Status: "Geplant", StatusCategory: "Scheduled" }, [rep]);
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
    expect(await rep.waiting()).toHaveLength(2);
  });

  test("44: a member of a bundle is ignored, the bundle is mapped", async () => {
    const rep = await stage.aRep();
    const bundleId = await told({ IsBundle: true }, [rep]);
    const memberId = await told({ IsBundleMember: true, RelatedBundleId: bundleId }, [rep]);
    expect(await stage.dossier(memberId)).toBeUndefined();
    expect((await stage.appointment(bundleId)).status).toBe("scheduled");
    expect(await rep.waiting()).toHaveLength(2);
  });

  test("45: a video visit is ignored where only visits in person count, and nowhere else", async () => {
    const rep = await stage.aRep({}, IN_PERSON);
    const visitId = await told({ AppointmentType: "Video" }, [rep]);
    await stage.tell("ServiceAppointment", visitId, IN_PERSON);
    expect(await stage.dossier(visitId, IN_PERSON)).toBeUndefined();
    expect(await rep.waiting()).toEqual([]);
    expect((await stage.appointment(visitId)).status).toBe("scheduled");
  });
});

describe("the customer of a visit", () => {
  test("4: an opportunity brings its account where the visit has none", async () => {
    const { accountId } = addCustomer(org.store, ["Ada", "Four"]);
    const opportunityId = anOpportunity({ AccountId: accountId });
    const visitId = await told({ ParentRecordId: opportunityId });
    expect(org.store.get(visitId)?.["AccountId"]).toBeNull();
    expect(await customerOf(visitId)).toEqual([
      `Opportunity ${opportunityId}`,
      `Account ${accountId}`,
    ]);
  });

  test("5: an opportunity without an account comes alone", async () => {
    const opportunityId = anOpportunity();
    const visitId = await told({ ParentRecordId: opportunityId });
    expect(await customerOf(visitId)).toEqual([`Opportunity ${opportunityId}`]);
  });

  test("6: a converted lead without an opportunity is account and contact, and no lead", async () => {
    const { accountId, contactId } = addCustomer(org.store, ["Ada", "Six"]);
    const lead = org.store.insert("Lead", {
      LastName: "Six",
      Company: "Six",
      IsConverted: true,
      ConvertedAccountId: accountId,
      ConvertedContactId: contactId,
    });
    const visitId = await told({ ParentRecordId: idOf(lead) });
    expect(await customerOf(visitId)).toEqual([`Account ${accountId}`, `Contact ${contactId}`]);
  });

  test("7: a line item leads to the work order's contact; neither of the two is named", async () => {
    const { accountId, contactId } = addCustomer(org.store, ["Ada", "Seven"]);
    const order = org.store.insert("WorkOrder", { AccountId: accountId, ContactId: contactId });
    const item = org.store.insert("WorkOrderLineItem", { WorkOrderId: idOf(order) });
    const visitId = await told({ ParentRecordId: idOf(item) });
    expect(org.store.get(visitId)).toMatchObject({ AccountId: accountId, ContactId: null });
    expect(await customerOf(visitId)).toEqual([`Account ${accountId}`, `Contact ${contactId}`]);
  });

  test("8: a parent of a type nobody foresaw costs a warning, not the visit", async () => {
    const { accountId, contactId } = addCustomer(org.store, ["Ada", "Eight"]);
    const visitId = await told({
      ParentRecordId: "a0x5f0000000001AAA",
      ParentRecordType: "Installation__c",
      AccountId: accountId,
      ContactId: contactId,
    });
    expect(await customerOf(visitId)).toEqual([`Account ${accountId}`, `Contact ${contactId}`]);
    expect((await stage.timeline(visitId)).join()).toContain("(Installation__c) is of no type");
    const bareId = await told({
      ParentRecordId: "a0x5f0000000002AAA",
      ParentRecordType: "Installation__c",
    });
    expect(await customerOf(bareId)).toEqual([]);
    expect(await stage.parked()).toEqual([]);
  });

  test("31: a person account is account and contact, and its name stands once in the title", async () => {
    const contact = org.store.insert("Contact", { FirstName: "Ines", LastName: "Ortega" });
    const account = org.store.insert("Account", {
      Name: "Ines Ortega",
      IsPersonAccount: true,
      PersonContactId: idOf(contact),
    });
    const visitId = await told({ ParentRecordId: idOf(account), ContactId: idOf(contact) });
    expect(await customerOf(visitId)).toEqual([
      `Account ${idOf(account)}`,
      `Contact ${idOf(contact)}`,
    ]);
    expect((await stage.appointment(visitId)).title).toBe("Roof inspection – Ines Ortega");
  });

  test("40: without the configured field the rest is mapped; the org is asked again and warned of once", async () => {
    const { accountId, contactId } = addCustomer(org.store, ["Ada", "Forty"]);
    const order = org.store.insert("WorkOrder", { AccountId: accountId, ContactId: contactId });
    const [firstId = "", secondId = ""] = [1, 2].map(() =>
      aVisit(org, { from: 60, until: 120, own: { ParentRecordId: idOf(order) } }),
    );
    const warnings = () => stage.kit.orgs.get(PATHED)?.org.shape.warnings() ?? [];
    org.calls.reset();
    await stage.tell("ServiceAppointment", firstId, PATHED);
    expect(await customerOf(firstId, PATHED)).toEqual([
      `Account ${accountId}`,
      `Contact ${contactId}`,
    ]);
    expect(org.calls.count("composite")).toBe(2);
    const afterFirst = warnings();
    expect(afterFirst.filter((text) => text.startsWith("WorkOrder.Opportunity__c"))).toHaveLength(
      1,
    );
    await stage.tell("ServiceAppointment", secondId, PATHED);
    expect(org.calls.count("composite")).toBe(3);
    expect(warnings()).toEqual(afterFirst);
    expect(await customerOf(secondId, PATHED)).toHaveLength(2);
  });
});

describe("the reps of a visit", () => {
  test("9: a crew that is not expanded holds the visit; its owner is not prompted", async () => {
    const owner = await stage.aRep();
    const crew = { Name: "Crew", ResourceType: "C", ServiceCrewId: "1Rc5f0000000001AAA" };
    const resourceId = idOf(org.store.insert("ServiceResource", crew));
    const visitId = await told({ OwnerId: owner.userId }, [{ resourceId }]);
    const { status, reps } = await stage.appointment(visitId);
    expect([status, reps]).toEqual(["scheduled", []]);
    expect(await owner.waiting()).toEqual([]);
    expect((await stage.timeline(visitId)).join()).toContain("mapping.expandCrews is off");
  });

  test("10: the same user twice is one rep", async () => {
    const rep = await stage.aRep();
    const visitId = aVisit(org, { from: 60, until: 120, reps: [rep, rep] });
    flagAll(visitId, true);
    await stage.tell("ServiceAppointment", visitId);
    expect(repIdsOf(await stage.appointment(visitId))).toEqual([rep.userId]);
    expect(await rep.waiting()).toHaveLength(2);
  });

  test("11: of two resources none of which is the primary one both are reps", async () => {
    const reps = [await stage.aRep(), await stage.aRep()];
    const visitId = aVisit(org, { from: 60, until: 120, reps });
    flagAll(visitId, false);
    await stage.tell("ServiceAppointment", visitId);
    expect(repIdsOf(await stage.appointment(visitId))).toEqual(reps.map(({ userId }) => userId));
    for (const rep of reps) {
      expect(await rep.waiting()).toHaveLength(2);
    }
  });

  test("12: an inactive user is skipped; alone it holds the visit, and the warning names the user", async () => {
    const inactive = await stage.aRep({ IsActive: false });
    const active = await stage.aRep();
    const visitId = await told({}, [inactive, active]);
    expect(repIdsOf(await stage.appointment(visitId))).toEqual([active.userId]);
    const heldId = await told({}, [inactive]);
    const { status, reps } = await stage.appointment(heldId);
    expect([status, reps]).toEqual(["scheduled", []]);
    expect(await inactive.waiting()).toEqual([]);
    const warning = `User ${inactive.userId} is inactive`;
    expect((await stage.timeline(heldId)).join()).toContain(warning);
  });

  test("46: a sandbox address leaves the rep promptable by user id, and warns of Siro's matching", async () => {
    const rep = await stage.aRep({ Email: "dana@example.com.invalid" });
    const visitId = aVisit(org, { from: -10, until: 50, reps: [rep] });
    await stage.tell("ServiceAppointment", visitId);
    await rep.untilSent(["start"]);
    expect((await stage.timeline(visitId)).join()).toContain(
      `User ${rep.userId} has a sandbox e-mail address (.invalid): Siro cannot match the rep`,
    );
  });
});
