import { describe, expect, test } from "@jest/globals";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { seedDemoDay } from "../../src/local-mode/stub-org/seed/seed-demo-day.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { RecordChange } from "../../src/local-mode/stub-org/store/record-store.ts";
import { connect, stubOrgs } from "./org-under-test.ts";

const start = stubOrgs();

describe("the store", () => {
  test("gives ascending ids with the type's prefix and a right checksum", async () => {
    const { store } = await start();

    const ids = Array.from({ length: 70 }, () => idOf(store.insert("Account", { Name: "Acme" })));

    expect(ids.every((id) => /^001\w{15}$/.test(id) && canonicalRecordId(id) === id)).toBe(true);
    expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(70);
    expect(ids.toSorted()).toEqual(ids);
  });

  test("refuses what the org does not have, and an id twice", async () => {
    const { store, userId } = await start();

    expect(() => store.insert("Campaign", {})).toThrow("no object Campaign");
    expect(() => store.insert("Account", { Foo: 1 })).toThrow("Account has no field Foo");
    expect(() => store.insert("User", { Id: userId })).toThrow("already a record");
    expect(() => store.update("001000000000000AAA", {})).toThrow("no record");
  });

  test("stamps whole seconds and never goes back, whatever the clock does", async () => {
    let now = Date.parse("2026-03-08T09:30:00.900Z");
    const { store } = await start({ nowMs: () => now });
    const account = idOf(store.insert("Account", { Name: "Acme" }));

    now -= 3_600_000;
    expect(store.update(account, { Phone: "1" })["SystemModstamp"]).toBe(
      "2026-03-08T09:30:00.000Z",
    );
    now += 7_200_000;
    expect(store.update(account, { Phone: "2" })).toMatchObject({
      CreatedDate: "2026-03-08T09:30:00.000Z",
      SystemModstamp: "2026-03-08T10:30:00.000Z",
    });
    expect(
      store.update(account, { SystemModstamp: "2026-01-01T00:00:00Z" })["SystemModstamp"],
    ).toBe("2026-01-01T00:00:00.000Z");
  });

  test("fills in what follows from other fields, unless it is given", async () => {
    const { store } = await start();
    const visit = idOf(
      store.insert("ServiceAppointment", {
        Status: "Scheduled",
        Duration: 2,
        DurationType: "Hours",
      }),
    );

    expect(store.get(visit)).toMatchObject({
      AppointmentNumber: "SA-0001",
      StatusCategory: "Scheduled",
      DurationInMinutes: 120,
    });
    expect(store.update(visit, { Status: "In Progress" })["StatusCategory"]).toBe("InProgress");
    const noShow = store.update(visit, { Status: "No Show", StatusCategory: "Canceled" });
    expect(noShow["StatusCategory"]).toBe("Canceled");
    expect(store.update(visit, { Subject: "x" })["StatusCategory"]).toBe("Canceled");
  });

  test("fills in the day, the length and the account of an event", async () => {
    const { store } = await start();
    const account = idOf(store.insert("Account", { Name: "Acme" }));
    const contact = idOf(store.insert("Contact", { LastName: "Ash", AccountId: account }));

    const event = store.insert("Event", {
      WhoId: contact,
      StartDateTime: new Date("2026-03-08T09:30:00Z"),
      EndDateTime: "2026-03-08T05:00:00-05:00",
    });

    expect(event).toMatchObject({
      ActivityDate: "2026-03-08",
      EndDateTime: "2026-03-08T10:00:00.000Z",
      DurationInMinutes: 30,
      AccountId: account,
    });
  });

  test("takes dependants into the bin and back, and tells every change", async () => {
    const { store } = await start();
    const visit = idOf(store.insert("ServiceAppointment", {}));
    const assigned = idOf(store.insert("AssignedResource", { ServiceAppointmentId: visit }));
    const changes: RecordChange[] = [];
    const stopListening = store.onChange((change) => changes.push(change));

    store.delete(visit);
    expect([store.get(visit)?.["IsDeleted"], store.get(assigned)?.["IsDeleted"]]).toEqual([
      true,
      true,
    ]);
    store.undelete(visit);
    expect([store.get(visit)?.["IsDeleted"], store.get(assigned)?.["IsDeleted"]]).toEqual([
      false,
      false,
    ]);
    stopListening();
    store.purge(visit);

    expect(store.get(visit)).toBeUndefined();
    expect(changes.map(({ kind, recordId }) => [kind, recordId])).toEqual([
      ["deleted", visit],
      ["deleted", assigned],
      ["undeleted", visit],
      ["undeleted", assigned],
    ]);
  });

  test("does not move an appointment's stamp when a resource is assigned", async () => {
    let now = Date.parse("2026-03-08T09:30:00Z");
    const { store } = await start({ nowMs: () => now });
    const visit = idOf(store.insert("ServiceAppointment", {}));
    now += 60_000;

    store.insert("AssignedResource", { ServiceAppointmentId: visit });

    expect(store.get(visit)?.["SystemModstamp"]).toBe("2026-03-08T09:30:00.000Z");
  });
});

describe("the demo day", () => {
  test("gives two reps visits before, at and after now, on parents of every usual kind", async () => {
    const org = await start();
    const now = new Date("2026-03-08T15:00:20Z");

    const day = seedDemoDay(org, { now });

    const { records } = await connect(org).query(
      "SELECT Id, StatusCategory, SchedStartTime, ParentRecordType, (SELECT ServiceResource.RelatedRecord.Email FROM ServiceResources) FROM ServiceAppointment ORDER BY SchedStartTime",
    );
    expect(records.map(({ Id }) => Id)).toEqual(day.appointmentIds);
    expect(records.map(({ StatusCategory }) => StatusCategory)).toEqual([
      "Completed",
      "InProgress",
      "Scheduled",
      "Scheduled",
      "Scheduled",
      "Scheduled",
    ]);
    expect(new Set(records.map((one) => one["ParentRecordType"]))).toEqual(
      new Set(["Account", "WorkOrder", "Opportunity", "Lead"]),
    );
    expect(records[2]).toMatchObject({
      SchedStartTime: "2026-03-08T15:15:00.000+0000",
      ServiceResources: {
        records: [{ ServiceResource: { RelatedRecord: { Email: "dana@example.com" } } }],
      },
    });
    expect(day.reps.map(({ email }) => email)).toEqual(["dana@example.com", "milo@example.com"]);
    expect(org.store.get(day.eventIds[0] ?? null)).toMatchObject({ Subject: "Contract signing" });
  });

  test("names nobody outside the example domain", async () => {
    const org = await start();
    seedDemoDay(org, { now: new Date() });

    const mails = ["User", "Contact", "Lead"].flatMap((type) =>
      org.store.all(type).map((record) => record["Email"]),
    );

    expect(mails.length).toBeGreaterThan(5);
    expect(mails.filter((mail) => !String(mail).endsWith("@example.com"))).toEqual([]);
  });
});
