import { describe, expect, test } from "@jest/globals";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { callApi, connect, stubOrgs } from "./org-under-test.ts";

const start = stubOrgs();
const BASE = "/services/data/v66.0";
const queryUrl = (soql: string) => `${BASE}/query?q=${encodeURIComponent(soql)}`;

describe("POST /composite", () => {
  test("answers every sub-request with its own status, as one call", async () => {
    const org = await start();
    const account = idOf(org.store.insert("Account", { Name: "Acme" }));
    const connection = connect(org);
    await connection.query("SELECT Id FROM User");
    org.calls.reset();
    const used = org.usage.used;

    const answer = await connection.requestPost("/composite", {
      allOrNone: false,
      compositeRequest: [
        { method: "GET", url: queryUrl("SELECT Name FROM Account"), referenceId: "found" },
        { method: "GET", url: queryUrl("SELECT Foo FROM Account"), referenceId: "refused" },
        {
          method: "PATCH",
          url: `${BASE}/sobjects/Account/${account}`,
          body: { Website: "https://example.com" },
          referenceId: "written",
        },
        { method: "GET", url: `${BASE}/sobjects/Account/001000000000000AAA`, referenceId: "gone" },
      ],
    });

    expect(answer).toEqual({
      compositeResponse: [
        {
          referenceId: "found",
          httpStatusCode: 200,
          httpHeaders: {},
          body: {
            totalSize: 1,
            done: true,
            records: [
              {
                attributes: { type: "Account", url: `${BASE}/sobjects/Account/${account}` },
                Name: "Acme",
              },
            ],
          },
        },
        {
          referenceId: "refused",
          httpStatusCode: 400,
          httpHeaders: {},
          body: [{ errorCode: "INVALID_FIELD", message: expect.stringContaining("'Foo'") }],
        },
        { referenceId: "written", httpStatusCode: 204, httpHeaders: {}, body: null },
        {
          referenceId: "gone",
          httpStatusCode: 404,
          httpHeaders: {},
          body: [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }],
        },
      ],
    });
    expect(org.calls.dataCalls).toBe(1);
    expect(org.calls.entries[0]?.soql).toEqual([
      "SELECT Name FROM Account",
      "SELECT Foo FROM Account",
    ]);
    expect(org.usage.used).toBe(used + 1);
    expect(connection.limitInfo.apiUsage).toEqual({ used: used + 1, limit: 15_000 });
  });

  test("takes 2,000 ids in one query", async () => {
    const org = await start();
    const ids = Array.from({ length: 2000 }, (_, at) =>
      idOf(org.store.insert("Account", { Name: `Account ${at}` })),
    );
    const soql = `SELECT Id FROM Account WHERE Id IN (${ids.map((id) => `'${id}'`).join(",")})`;

    const answer = await connect(org).requestPost<{
      compositeResponse: { body: { totalSize: number } }[];
    }>("/composite", {
      compositeRequest: [{ method: "GET", url: queryUrl(soql), referenceId: "all" }],
    });

    expect(answer.compositeResponse[0]?.body.totalSize).toBe(2000);
  });

  test("undoes everything when all must succeed and one does not", async () => {
    const org = await start();
    const account = idOf(org.store.insert("Account", { Name: "Acme" }));
    const write = (body: object, referenceId: string) => ({
      method: "PATCH",
      url: `${BASE}/sobjects/Account/${account}`,
      ...{ body, referenceId },
    });

    const { status, body } = await callApi(org, "/composite", {
      method: "POST",
      body: {
        allOrNone: true,
        compositeRequest: [write({ Name: "Other" }, "fine"), write({ Foo: 1 }, "wrong")],
      },
    });

    expect(status).toBe(200);
    expect(
      body.compositeResponse.map((one: { body: [{ errorCode: string }] }) => one.body[0].errorCode),
    ).toEqual(["PROCESSING_HALTED", "INVALID_FIELD"]);
    expect(org.store.get(account)?.["Name"]).toBe("Acme");
  });

  test.each([
    [26, `${BASE}/limits`, 25],
    [6, queryUrl("SELECT Id FROM Lead"), 5],
  ])("refuses %d sub-requests to %s", async (count, url, limit) => {
    const org = await start();
    const compositeRequest = Array.from({ length: count }, (_, at) => ({
      method: "GET",
      url,
      referenceId: `r${at}`,
    }));

    const refused = await callApi(org, "/composite", {
      method: "POST",
      body: { compositeRequest },
    });
    const taken = await callApi(org, "/composite", {
      method: "POST",
      body: { compositeRequest: compositeRequest.slice(0, limit) },
    });

    expect(refused.body.compositeResponse).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: "LIMIT_EXCEEDED" }] },
    ]);
    expect(taken.body.compositeResponse).toHaveLength(limit);
  });
});

describe("records by id", () => {
  test("are read whole or in part, and deleted ones are said to be", async () => {
    const org = await start();
    const account = idOf(org.store.insert("Account", { Name: "Acme" }));
    const connection = connect(org);

    expect(await connection.sobject("Account").retrieve(account)).toMatchObject({
      attributes: { type: "Account" },
      Id: account,
      Name: "Acme",
      Phone: null,
    });
    const { body } = await callApi(org, `/sobjects/Account/${account}?fields=Name,CreatedDate`);
    expect(Object.keys(body)).toEqual(["attributes", "Name", "CreatedDate"]);
    org.store.delete(account);
    expect(await callApi(org, `/sobjects/Account/${account}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: "ENTITY_IS_DELETED", message: "entity is deleted" }],
    });
    org.store.purge(account);
    await expect(connection.sobject("Account").retrieve(account)).rejects.toMatchObject({
      errorCode: "NOT_FOUND",
    });
  });

  test("are written with 204, and move their stamps", async () => {
    let now = Date.parse("2026-03-08T09:30:00.700Z");
    const org = await start({ nowMs: () => now });
    const lead = idOf(org.store.insert("Lead", { LastName: "Ash", Company: "Example" }));
    now += 60_000;

    const { status, body } = await callApi(org, `/sobjects/Lead/${lead}`, {
      method: "PATCH",
      body: { FirstName: "Kit", Phone: null },
    });

    expect([status, body]).toEqual([204, undefined]);
    expect(org.store.get(lead)).toMatchObject({
      Name: "Kit Ash",
      CreatedDate: "2026-03-08T09:30:00.000Z",
      LastModifiedDate: "2026-03-08T09:31:00.000Z",
      SystemModstamp: "2026-03-08T09:31:00.000Z",
    });
  });

  test.each([
    [{ Foo: 1 }, "INVALID_FIELD", []],
    [
      { SystemModstamp: "2026-01-01T00:00:00Z" },
      "INVALID_FIELD_FOR_INSERT_UPDATE",
      ["SystemModstamp"],
    ],
    [{ Company: null }, "REQUIRED_FIELD_MISSING", ["Company"]],
    [{ Link__c: `https://example.com/${"x".repeat(255)}` }, "STRING_TOO_LONG", ["Link__c"]],
    [{ Visit__c: "tomorrow" }, "JSON_PARSER_ERROR", undefined],
  ])("refuse %j with %s", async (body, errorCode, fields) => {
    const org = await start({
      extraFields: {
        Lead: [
          { name: "Link__c", type: "url" },
          { name: "Visit__c", type: "datetime" },
        ],
      },
    });
    const lead = org.store.insert("Lead", { LastName: "Ash", Company: "Example" });

    const answer = await callApi(org, `/sobjects/Lead/${idOf(lead)}`, { method: "PATCH", body });

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject([{ errorCode, ...(fields && { fields }) }]);
    expect(org.store.get(idOf(lead))).toEqual(lead);
  });

  test("of a converted lead are read-only", async () => {
    const org = await start();
    const lead = org.store.insert("Lead", { LastName: "Ash", Company: "x", IsConverted: true });

    const { body } = await callApi(org, `/sobjects/Lead/${idOf(lead)}`, {
      method: "PATCH",
      body: { Company: "Other" },
    });

    expect(body[0].errorCode).toBe("CANNOT_UPDATE_CONVERTED_LEAD");
  });
});

describe("collections", () => {
  test("are read in the order of the ids, with null in place of what is not there", async () => {
    const org = await start();
    const [first, second, deleted] = ["A", "B", "C"].map((Name) =>
      idOf(org.store.insert("Account", { Name })),
    );
    org.store.delete(deleted ?? "");

    const { body } = await callApi(org, "/composite/sobjects/Account", {
      method: "POST",
      body: { ids: [second, "001000000000000AAA", deleted, first], fields: ["Name"] },
    });

    expect(body).toMatchObject([{ Id: second, Name: "B" }, null, null, { Id: first, Name: "A" }]);
  });

  test("are written one by one", async () => {
    const org = await start();
    const [first, second] = ["A", "B"].map((Name) => idOf(org.store.insert("Account", { Name })));

    const results = await connect(org)
      .sobject("Account")
      .update([
        { Id: first ?? "", Name: "A2" },
        { Id: second ?? "", Foo: "x" },
      ]);

    expect(results).toMatchObject([{ success: true, id: first }, { success: false }]);
    expect(org.store.get(first ?? null)?.["Name"]).toBe("A2");
  });
});

describe("describe", () => {
  test("tells the fields with the types a reference can have, and the child lists", async () => {
    const org = await start({
      hiddenFields: { ServiceAppointment: ["Comments"] },
      missingObjects: ["Asset"],
    });

    const { fields, childRelationships } = await connect(org).describe("ServiceAppointment");

    expect(fields.find(({ name }) => name === "ParentRecordId")).toMatchObject({
      type: "reference",
      relationshipName: "ParentRecord",
      referenceTo: ["Account", "Case", "Lead", "Opportunity", "WorkOrder", "WorkOrderLineItem"],
      updateable: false,
      nillable: true,
    });
    expect(fields.map(({ name }) => name)).not.toContain("Comments");
    expect(childRelationships).toContainEqual({
      childSObject: "AssignedResource",
      field: "ServiceAppointmentId",
      relationshipName: "ServiceResources",
      cascadeDelete: true,
      deprecatedAndHidden: false,
    });
  });

  test("is 404 for an object that is not there, which the list leaves out, too", async () => {
    const org = await start({ hasFieldService: false });
    const connection = connect(org);

    await expect(connection.describe("ServiceAppointment")).rejects.toMatchObject({
      errorCode: "NOT_FOUND",
    });
    const { sobjects } = await connection.describeGlobal();
    expect(sobjects.map(({ name }) => name)).toContain("Opportunity");
    expect(sobjects.map(({ name }) => name)).not.toContain("WorkOrder");
  });
});

describe("limits and versions", () => {
  test("tell what is left, on every answer and on demand", async () => {
    const org = await start({ dailyLimit: 100 });
    org.usage.used = 41;

    const { body, headers } = await callApi(org, "/limits");

    expect(headers.get("sforce-limit-info")).toBe("api-usage=42/100");
    expect(body.DailyApiRequests).toEqual({ Max: 100, Remaining: 58 });
  });

  test("refuse every call when nothing is left", async () => {
    const org = await start({ dailyLimit: 1 });
    await callApi(org, "/limits");

    await expect(connect(org).query("SELECT Id FROM User")).rejects.toMatchObject({
      errorCode: "REQUEST_LIMIT_EXCEEDED",
      message: "TotalRequests Limit exceeded.",
    });
  });

  test("are listed without a session; an unknown one is not served", async () => {
    const org = await start();

    const list = await fetch(`${org.url}/services/data`);

    expect(await list.json()).toContainEqual({
      label: "Spring '26",
      url: "/services/data/v66.0",
      version: "66.0",
    });
    expect((await callApi(org, "")).body).toMatchObject({ query: "/services/data/v66.0/query" });
    expect((await callApi(org, "/limits", { version: "99.0" })).status).toBe(404);
    expect((await callApi(org, "/nothing")).body[0].errorCode).toBe("NOT_FOUND");
    expect((await fetch(`${org.url}/services/data/v66.0/limits`)).status).toBe(401);
  });
});

describe("custom notifications", () => {
  const action = "/actions/standard/customNotificationAction";

  test("are recorded, and their type is found through the tooling API", async () => {
    const org = await start();
    org.store.insert("CustomNotificationType", {
      DeveloperName: "Siro_Appointment",
      MasterLabel: "Siro Appointment",
    });
    const connection = connect(org);
    const { records } = await connection.request<{ records: { Id: string }[] }>(
      `/tooling/query?q=${encodeURIComponent("SELECT Id FROM CustomNotificationType WHERE DeveloperName='Siro_Appointment'")}`,
    );
    const input = {
      customNotifTypeId: records[0]?.Id,
      recipientIds: [org.userId],
      title: "Start recording",
      body: "Your visit begins",
      targetId: "000000000000000AAA",
    };

    const answer = await connection.requestPost(action, { inputs: [input] });

    expect(records[0]?.Id).toMatch(/^0ML\w{15}$/);
    expect(answer).toMatchObject([
      { actionName: "customNotificationAction", errors: null, isSuccess: true },
    ]);
    expect(org.notifications).toEqual([input]);
    const other = await callApi(
      org,
      `/tooling/query?q=${encodeURIComponent("SELECT Id FROM Account")}`,
    );
    expect(other.body[0].errorCode).toBe("INVALID_TYPE");
  });

  test.each([
    ["an unknown type", { customNotifTypeId: "0ML000000000000AAA" }, "customNotifTypeId"],
    ["nobody", { recipientIds: ["005000000000009AAA"] }, "recipientIds"],
    ["no target", { targetId: undefined }, "targetId"],
    ["a web page", { targetPageRef: '{"type":"standard__webPage"}' }, "targetPageRef"],
    ["a title that is too long", { title: "x".repeat(251) }, "title"],
  ])("are refused for %s", async (_what, own, field) => {
    const org = await start();
    const type = org.store.insert("CustomNotificationType", {
      DeveloperName: "T",
      MasterLabel: "T",
    });
    const input = {
      customNotifTypeId: idOf(type),
      recipientIds: [org.userId],
      title: "Start",
      body: "Now",
      targetId: org.userId,
      ...own,
    };

    const { status, body } = await callApi(org, action, {
      method: "POST",
      body: { inputs: [input] },
    });

    expect(status).toBe(400);
    expect(body[0]).toMatchObject({
      isSuccess: false,
      errors: [{ message: `Invalid parameter value for: ${field}` }],
    });
    expect(org.notifications).toEqual([]);
  });

  test("are refused to a user without the permission", async () => {
    const org = await start({ canSendNotifications: false });

    const { body } = await callApi(org, action, { method: "POST", body: { inputs: [{}] } });

    expect(body[0].message).toBe("Unsupported action type: CUSTOM_NOTIFICATION_ACTION");
  });
});
