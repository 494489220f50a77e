import { describe, expect, test } from "@jest/globals";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import { ask, connect, stubOrgs } from "./org-under-test.ts";

const start = stubOrgs();
const NOW = Date.parse("2026-03-04T15:00:00Z"); // a Wednesday

async function leads(records: readonly RecordInput[]): Promise<StubOrg> {
  const org = await start({
    nowMs: () => NOW,
    extraFields: {
      Lead: [
        { name: "Appointment_Start__c", type: "datetime" },
        { name: "Score__c", type: "double" },
        { name: "Rep__c", type: "reference", referenceTo: ["User"] },
      ],
    },
  });
  for (const record of records) {
    org.store.insert("Lead", { Company: "Example", ...record });
  }
  return org;
}

async function names(org: StubOrg, tail: string): Promise<string[]> {
  const { status, body } = await ask(org, `SELECT LastName FROM Lead ${tail}`);
  expect({ status, body: status === 200 ? "ok" : body }).toEqual({ status: 200, body: "ok" });
  return body.records.map((one: { LastName: string }) => one.LastName);
}

describe("WHERE", () => {
  const people: readonly RecordInput[] = [
    { LastName: "Ash", City: "Springfield", Score__c: 1, IsConverted: true },
    { LastName: "Birch", City: "springfield heights", Score__c: 2.5 },
    { LastName: "Cedar", City: null, Score__c: null },
    { LastName: "D'Oak 50%", City: "Shelby_ville", Score__c: 10 },
  ];

  test.each([
    ["LastName = 'ash'", ["Ash"]],
    ["LastName != 'Ash'", ["Birch", "Cedar", "D'Oak 50%"]],
    ["LastName = 'D\\'Oak 50%'", ["D'Oak 50%"]],
    ["City = null", ["Cedar"]],
    ["City != null", ["Ash", "Birch", "D'Oak 50%"]],
    ["City != 'Springfield'", ["Birch", "Cedar", "D'Oak 50%"]],
    ["Score__c > 1", ["Birch", "D'Oak 50%"]],
    ["Score__c >= 1 AND Score__c <= 2.5", ["Ash", "Birch"]],
    ["Score__c < 3", ["Ash", "Birch"]],
    ["IsConverted = TRUE", ["Ash"]],
    ["City LIKE 'spring%'", ["Ash", "Birch"]],
    ["City LIKE '%field'", ["Ash"]],
    ["LastName LIKE '_irch'", ["Birch"]],
    ["City LIKE 'Shelby\\_v%'", ["D'Oak 50%"]],
    ["City LIKE 'Spring\\_%'", []],
    ["LastName LIKE '%50\\%'", ["D'Oak 50%"]],
    ["LastName IN ('ASH', 'Cedar')", ["Ash", "Cedar"]],
    ["LastName NOT IN ('Ash', 'Cedar')", ["Birch", "D'Oak 50%"]],
    ["City NOT IN ('Springfield')", ["Birch", "Cedar", "D'Oak 50%"]],
    ["NOT (LastName = 'Ash' OR LastName = 'Birch')", ["Cedar", "D'Oak 50%"]],
    ["NOT LastName = 'Ash' AND City != null", ["Birch", "D'Oak 50%"]],
    ["(LastName = 'Ash' AND Score__c = 2) OR (City = null AND (NOT Score__c = 1))", ["Cedar"]],
    ["LastName = 'Cedar' OR (Score__c = 1 AND City LIKE 's%')", ["Ash", "Cedar"]],
    ["((LastName = 'Ash'))", ["Ash"]],
  ])("%s", async (where, expected) => {
    expect(await names(await leads(people), `WHERE ${where}`)).toEqual(expected);
  });

  test("does not mix AND and OR without parentheses", async () => {
    const { body } = await ask(
      await leads([]),
      "SELECT Id FROM Lead WHERE City = 'a' AND City = 'b' OR City = 'c'",
    );

    expect(body[0]).toEqual({ errorCode: "MALFORMED_QUERY", message: "unexpected token: 'OR'" });
  });

  test("compares ids with their case, whatever their length", async () => {
    const org = await leads([{ LastName: "Ash" }, { LastName: "Birch" }]);
    const [ash, birch] = org.store.all("Lead").map(idOf);

    expect(await names(org, `WHERE Id = '${ash?.slice(0, 15)}'`)).toEqual(["Ash"]);
    expect(await names(org, `WHERE Id > '${ash}'`)).toEqual(["Birch"]);
    expect(await names(org, `WHERE Id NOT IN ('${birch}')`)).toEqual(["Ash"]);
    expect(await names(org, `WHERE OwnerId = '${org.userId}' AND Rep__c = null`)).toHaveLength(2);
  });

  test("goes through parents and semi-joins", async () => {
    const org = await leads([{ LastName: "Ash" }]);
    org.store.insert("Lead", { LastName: "Birch", Company: "x", Rep__c: org.userId });

    expect(await names(org, "WHERE Rep__r.Email = 'siro.bridge@example.com'")).toEqual(["Birch"]);
    expect(await names(org, "WHERE Rep__r.Email = null")).toEqual(["Ash"]);
    expect(await names(org, "WHERE Rep__c IN (SELECT Id FROM User WHERE IsActive = true)")).toEqual(
      ["Birch"],
    );
  });
});

describe("times in WHERE", () => {
  const at = (LastName: string, Appointment_Start__c: string | null) => ({
    LastName,
    Appointment_Start__c,
  });
  const visits = [
    at("yesterday", "2026-03-03T23:59:59Z"),
    at("morning", "2026-03-04T00:00:00Z"),
    at("now", "2026-03-04T15:00:00Z"),
    at("tomorrow", "2026-03-05T09:00:00Z"),
    at("next week", "2026-03-08T00:00:00Z"),
    at("none", null),
  ];

  test.each([
    ["= 2026-03-04T15:00:00Z", ["now"]],
    ["= 2026-03-04T10:00:00-05:00", ["now"]],
    [">= 2026-03-04T15:00:00Z", ["now", "tomorrow", "next week"]],
    ["< 2026-03-04T00:00:00.000Z", ["yesterday"]],
    ["= TODAY", ["morning", "now"]],
    ["!= TODAY", ["yesterday", "tomorrow", "next week", "none"]],
    ["< TODAY", ["yesterday"]],
    ["<= TODAY", ["yesterday", "morning", "now"]],
    ["> TODAY", ["tomorrow", "next week"]],
    [">= TODAY", ["morning", "now", "tomorrow", "next week"]],
    ["= YESTERDAY", ["yesterday"]],
    ["= THIS_WEEK", ["yesterday", "morning", "now", "tomorrow"]],
    ["= NEXT_WEEK", ["next week"]],
    ["= NEXT_N_DAYS:2", ["tomorrow"]],
    ["= LAST_N_DAYS:1", ["yesterday", "morning", "now"]],
    ["= N_DAYS_AGO:1", ["yesterday"]],
    ["= THIS_MONTH", ["yesterday", "morning", "now", "tomorrow", "next week"]],
  ])("Appointment_Start__c %s", async (condition, expected) => {
    expect(await names(await leads(visits), `WHERE Appointment_Start__c ${condition}`)).toEqual(
      expected,
    );
  });

  test("page by stamp and id, as the change poll does", async () => {
    const org = await leads([{ LastName: "a" }, { LastName: "b" }, { LastName: "c" }]);
    const [first] = org.store.all("Lead");
    const stamp = "2026-03-04T15:00:00Z";

    const rest = await names(
      org,
      `WHERE SystemModstamp > ${stamp} OR (SystemModstamp = ${stamp} AND Id > '${first?.["Id"]}') ORDER BY SystemModstamp ASC, Id ASC LIMIT 2000`,
    );

    expect(rest).toEqual(["b", "c"]);
  });
});

describe("ORDER BY, LIMIT, OFFSET and COUNT()", () => {
  const people: readonly RecordInput[] = [
    { LastName: "birch", City: "B" },
    { LastName: "Ash", City: "A" },
    { LastName: "Cedar", City: null },
    { LastName: "Dogwood", City: "A" },
  ];

  test.each([
    ["ORDER BY LastName", ["Ash", "birch", "Cedar", "Dogwood"]],
    ["ORDER BY City ASC, LastName DESC", ["Cedar", "Dogwood", "Ash", "birch"]],
    ["ORDER BY City DESC NULLS LAST, LastName", ["birch", "Ash", "Dogwood", "Cedar"]],
    ["ORDER BY City NULLS LAST, LastName LIMIT 2", ["Ash", "Dogwood"]],
    ["ORDER BY LastName LIMIT 2 OFFSET 1", ["birch", "Cedar"]],
    ["LIMIT 0", []],
  ])("%s", async (tail, expected) => {
    expect(await names(await leads(people), tail)).toEqual(expected);
  });

  test("counts without rows", async () => {
    const { body } = await ask(await leads(people), "SELECT COUNT() FROM Lead WHERE City = 'A'");

    expect(body).toEqual({ totalSize: 2, done: true, records: [] });
  });
});

describe("long answers", () => {
  test("come in pages that jsforce puts together", async () => {
    const org = await start({ pageSize: 3 });
    for (let number = 1; number <= 8; number += 1) {
      org.store.insert("Account", { Name: `Account ${number}` });
    }
    const connection = connect(org);
    const soql = "SELECT Name FROM Account ORDER BY Name";

    const first = await connection.query(soql);
    const all = await connection.query(soql, { autoFetch: true, maxFetch: 100 });
    const second = await connection.queryMore(first.nextRecordsUrl ?? "");

    expect(first).toMatchObject({ totalSize: 8, done: false });
    expect(first.nextRecordsUrl).toMatch(/\/services\/data\/v66\.0\/query\/01g\w+-3$/);
    expect(second.records.map((one) => one["Name"])).toEqual([
      "Account 4",
      "Account 5",
      "Account 6",
    ]);
    expect(all.records.map((one) => one["Name"])).toEqual(
      Array.from({ length: 8 }, (_, at) => `Account ${at + 1}`),
    );
  });

  test("that fill their last page end with it", async () => {
    const org = await start({ pageSize: 3 });
    for (let number = 0; number < 6; number += 1) {
      org.store.insert("Account", { Name: "Account" });
    }
    const connection = connect(org);

    const first = await connection.query("SELECT Id FROM Account");
    const second = await connection.queryMore(first.nextRecordsUrl ?? "");

    expect([first.done, second.done, second.records.length]).toEqual([false, true, 3]);
    expect((await connection.query("SELECT Id FROM Account LIMIT 3")).done).toBe(true);
  });

  test("hold 2,000 rows unless asked for fewer, and a locator that is unknown is refused", async () => {
    const org = await start();
    for (let number = 0; number < 2100; number += 1) {
      org.store.insert("Account", { Name: "Account" });
    }
    const connection = connect(org);
    const headers = { "Sforce-Query-Options": "batchSize=500" };

    expect((await connection.query("SELECT Id FROM Account")).records).toHaveLength(2000);
    expect((await connection.query("SELECT Id FROM Account", { headers })).records).toHaveLength(
      500,
    );
    await expect(
      connection.queryMore("/services/data/v66.0/query/01gunknown-2000"),
    ).rejects.toMatchObject({
      errorCode: "INVALID_QUERY_LOCATOR",
    });
  });
});

describe("deleted records", () => {
  test("are for queryAll only, until they are restored", async () => {
    const org = await leads([{ LastName: "Ash" }]);
    const [ash] = org.store.all("Lead").map(idOf);
    org.store.delete(ash ?? "");
    const connection = connect(org);

    expect(await names(org, "")).toEqual([]);
    expect(
      (await connection.query("SELECT Id, IsDeleted FROM Lead", { scanAll: true })).records,
    ).toMatchObject([{ Id: ash, IsDeleted: true }]);
    org.store.undelete(ash ?? "");
    expect(await names(org, "")).toEqual(["Ash"]);
  });
});

describe("a query that Salesforce refuses", () => {
  test.each([
    [
      "an unknown field",
      "SELECT Id, Foo FROM Lead",
      "INVALID_FIELD",
      "No such column 'Foo' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.",
    ],
    [
      "an unknown field in WHERE",
      "SELECT Id FROM Lead WHERE Foo__c = 1",
      "INVALID_FIELD",
      "ERROR at Row:1:Column:27\nNo such column 'Foo__c'",
    ],
    [
      "an unknown field behind a parent",
      "SELECT Account.Foo FROM Contact",
      "INVALID_FIELD",
      "No such column 'Foo' on entity 'Account'",
    ],
    [
      "an unknown relationship",
      "SELECT Foo__r.Name FROM Lead",
      "INVALID_FIELD",
      "Didn't understand relationship 'Foo__r' in field path.",
    ],
    [
      "an unknown child list",
      "SELECT Id, (SELECT Id FROM AssignedResources) FROM ServiceAppointment",
      "INVALID_TYPE",
      "Didn't understand relationship 'AssignedResources' in FROM part of query call.",
    ],
    [
      "an unknown object",
      "SELECT Id FROM Foo__c",
      "INVALID_TYPE",
      "ERROR at Row:1:Column:16\nsObject type 'Foo__c' is not supported.",
    ],
    ["a misspelt word", "SELECT Id FORM Lead", "MALFORMED_QUERY", "unexpected token"],
    ["no query at all", "", "MALFORMED_QUERY", "A query string has to be specified"],
    [
      "an id that is none",
      "SELECT Id FROM Lead WHERE Id = 'abc'",
      "INVALID_QUERY_FILTER_OPERATOR",
      "invalid ID field: abc",
    ],
    [
      "a quoted time",
      "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
      "INVALID_FIELD",
      "must be of type dateTime and should not be enclosed in quotes",
    ],
    [
      "a field named twice",
      "SELECT Id, id FROM Lead",
      "MALFORMED_QUERY",
      "duplicate field selected: id",
    ],
    [
      "a person-account field without person accounts",
      "SELECT PersonContactId FROM Account",
      "INVALID_FIELD",
      "No such column 'PersonContactId' on entity 'Account'",
    ],
  ])("for %s", async (_what, soql, ...[errorCode, message]) => {
    const { status, body } = await ask(await start(), soql);

    expect(status).toBe(400);
    expect(body).toEqual([{ errorCode, message: expect.stringContaining(message) }]);
  });

  test("shows the place under a piece of the query", async () => {
    const { body } = await ask(await start(), "SELECT Id, Foo FROM Lead");

    expect(body[0].message.split("\n").slice(0, 4)).toEqual([
      "",
      "SELECT Id, Foo FROM Lead",
      "           ^",
      "ERROR at Row:1:Column:12",
    ]);
  });

  test("counts rows and columns in a query of several lines", async () => {
    const { body } = await ask(await start(), "SELECT Id,\n  Foo\nFROM Lead");

    expect(body[0].message).toContain("ERROR at Row:2:Column:3\n");
  });

  test("for more than 100,000 characters", async () => {
    const org = await start();
    const ids = Array.from({ length: 4800 }, () => "'00Q5f0000000001AAA'").join(",");
    const url = `/services/data/v66.0/query?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE Id IN (${ids})`)}`;

    const answer = await connect(org).requestPost("/composite", {
      compositeRequest: [{ method: "GET", url, referenceId: "all" }],
    });

    expect(answer).toMatchObject({
      compositeResponse: [{ httpStatusCode: 400, body: [{ errorCode: "MALFORMED_QUERY" }] }],
    });
  });
});

describe("what an org does not have or show", () => {
  test("is as if it were not there: objects, parents and lists", async () => {
    const org = await start({ hasFieldService: false });

    expect((await ask(org, "SELECT Id FROM ServiceAppointment")).body[0].errorCode).toBe(
      "INVALID_TYPE",
    );
    expect(
      (await ask(org, "SELECT (SELECT Id FROM WorkOrders) FROM Account")).body[0].errorCode,
    ).toBe("INVALID_TYPE");
    expect(
      (await ask(org, "SELECT TYPEOF What WHEN WorkOrder THEN Id END FROM Event")).body[0]
        .errorCode,
    ).toBe("INVALID_TYPE");
    expect((await ask(org, "SELECT Id, Subject FROM Event")).status).toBe(200);
  });

  test("can be hidden and shown again while the org runs", async () => {
    const org = await start({ hiddenFields: { AssignedResource: ["EventId"] } });
    const soql = "SELECT (SELECT EventId FROM ServiceResources) FROM ServiceAppointment";

    expect((await ask(org, soql)).body[0].message).toContain(
      "No such column 'EventId' on entity 'AssignedResource'",
    );
    org.schema.showField("AssignedResource", "EventId");
    expect((await ask(org, soql)).status).toBe(200);
    org.schema.switchOff("AssignedResource");
    expect((await ask(org, soql)).status).toBe(400);
  });

  test("has person accounts when it is told to", async () => {
    const org = await start({ hasPersonAccounts: true });
    const contact = org.store.insert("Contact", { LastName: "Ash" });
    org.store.insert("Account", {
      Name: "Ash",
      IsPersonAccount: true,
      PersonContactId: idOf(contact),
    });

    const { body } = await ask(org, "SELECT IsPersonAccount, PersonContact.Name FROM Account");

    expect(body.records[0]).toMatchObject({
      IsPersonAccount: true,
      PersonContact: { Name: "Ash" },
    });
  });
});
