import { afterEach, describe, expect, test } from "@jest/globals";
import { connectionSchema } from "../../src/domain/connection.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { openOrg } from "../../src/salesforce/open-org.ts";
import type { Org, RecordUpdate } from "../../src/salesforce/org.ts";
import { addVisit, startAcmeOrg } from "./acme-org.ts";
import {
  type ArrivedCall,
  type ScriptedAnswer,
  type ScriptedOrg,
  SESSION_REFUSED,
  startScriptedOrg,
} from "./scripted-org.ts";

const started: { readonly stop: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

const FIRST = anUpdate("08p5f000000AAAAAA2", { Siro_Start_Link__c: "https://b.example/go/1" });
const SECOND = anUpdate("08p5f000000AAABAA2", { Siro_Start_Link__c: null });

function anUpdate(id: string, fields: RecordUpdate["fields"]): RecordUpdate {
  return { type: "ServiceAppointment", id, fields };
}

async function anOrg(
  call: (call: ArrivedCall, nth: number) => ScriptedAnswer,
): Promise<{ readonly stub: ScriptedOrg; readonly org: Org }> {
  const stub = await startScriptedOrg({ call });
  started.push(stub);
  const connection = connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    salesforce: {
      instanceUrl: stub.url,
      auth: { kind: "client-credentials", clientId: "app", clientSecret: "not-for-any-log" },
    },
  });
  return { stub, org: openOrg(connection) };
}

const well = (id: string) => ({ id, success: true, errors: [] });
const refused = (statusCode: string) => ({
  success: false,
  errors: [{ statusCode, message: "no", fields: [] }],
});

describe("updating records", () => {
  test("is one call: each record stands for itself, null empties a field", async () => {
    const { stub, org } = await anOrg(() => ({ json: [well(FIRST.id), well(SECOND.id)] }));
    expect(await org.update([FIRST, SECOND])).toEqual([{ kind: "ok" }, { kind: "ok" }]);
    expect(stub.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PATCH /services/data/v66.0/composite/sobjects",
    ]);
    expect(JSON.parse(stub.calls[0]?.body ?? "")).toEqual({
      allOrNone: false,
      records: [
        {
          attributes: { type: "ServiceAppointment" },
          id: FIRST.id,
          Siro_Start_Link__c: "https://b.example/go/1",
        },
        { attributes: { type: "ServiceAppointment" }, id: SECOND.id, Siro_Start_Link__c: null },
      ],
    });
  });

  test("is no call without a record, and none of more than 200", async () => {
    const { stub, org } = await anOrg(() => ({ json: [] }));
    expect(await org.update([])).toEqual([]);
    await expect(org.update(Array.from({ length: 201 }, () => FIRST))).rejects.toThrow(RangeError);
    expect(stub.calls).toHaveLength(0);
  });

  test.each([
    ["INVALID_FIELD_FOR_INSERT_UPDATE", "never"],
    ["INSUFFICIENT_ACCESS_OR_READONLY", "never"],
    ["STRING_TOO_LONG", "never"],
    ["ENTITY_IS_DELETED", "never"],
    ["UNABLE_TO_LOCK_ROW", "later"],
  ])("tells a record refused with %s from its neighbours: %s", async (code, retry) => {
    const { org } = await anOrg(() => ({ json: [refused(code), well(SECOND.id)] }));
    expect(await org.update([FIRST, SECOND])).toEqual([
      { kind: "refused", code, retry },
      { kind: "ok" },
    ]);
  });

  test.each<[string, ScriptedAnswer, object]>([
    ["busy", { status: 503, text: "<html>" }, { code: "ORG_UNAVAILABLE", retry: "later" }],
    [
      "out of calls",
      { status: 403, json: [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests" }] },
      { code: "ORG_API_LIMIT", retry: "later" },
    ],
    [
      "one that knows no such field",
      { status: 400, json: [{ errorCode: "INVALID_FIELD", message: "No such column" }] },
      { code: "ORG_QUERY_REFUSED", salesforceCode: "INVALID_FIELD", retry: "never" },
    ],
    [
      "one that lets us not in",
      { status: 403, json: [{ errorCode: "API_DISABLED_FOR_ORG", message: "off" }] },
      { code: "ORG_ACCESS_REFUSED", retry: "never" },
    ],
    ["one short of a result", { json: [well(FIRST.id)] }, { code: "ORG_UNAVAILABLE" }],
    ["one of another shape", { json: { done: true } }, { code: "ORG_UNAVAILABLE" }],
    ["one that is torn", { json: [], fault: "torn" }, { code: "ORG_UNAVAILABLE" }],
  ])("fails as a whole when the answer is %s", async (_, answer, expected) => {
    const { org } = await anOrg(() => answer);
    await expect(org.update([FIRST, SECOND])).rejects.toMatchObject(expected);
  });

  test("renews a refused session and asks once more", async () => {
    const { stub, org } = await anOrg((_, nth) =>
      nth === 1 ? SESSION_REFUSED : { json: [well(FIRST.id)] },
    );
    expect(await org.update([FIRST])).toEqual([{ kind: "ok" }]);
    expect(stub.calls.map(({ token }) => token)).toEqual(["token-1", "token-2"]);
  });

  test("reaches a real table: what fits is stored, what does not is refused and not cut", async () => {
    const { stub, org } = await startAcmeOrg({
      stub: {
        extraFields: {
          ServiceAppointment: [{ name: "Siro_Start_Link__c", type: "url", length: 255 }],
        },
      },
    });
    started.push(stub);
    const [fits, tooLong, unknown] = [addVisit(stub), addVisit(stub), addVisit(stub)];
    const link = `https://bridge.example.com/go/${"x".repeat(22)}`;
    const outcomes = await org.update([
      anUpdate(fits, { Siro_Start_Link__c: link }),
      anUpdate(tooLong, { Siro_Start_Link__c: link.padEnd(256, "x") }),
      anUpdate(unknown, { Siro_Nothing__c: link }),
    ]);
    expect(outcomes).toEqual([
      { kind: "ok" },
      { kind: "refused", code: "STRING_TOO_LONG", retry: "never" },
      { kind: "refused", code: "INVALID_FIELD", retry: "never" },
    ]);
    const stored = stub.store.all("ServiceAppointment").map((row) => [idOf(row), row]);
    expect(Object.fromEntries(stored)).toMatchObject({
      [fits]: { Siro_Start_Link__c: link },
      [tooLong]: { Siro_Start_Link__c: null },
    });
  });

  test("names the bridge, so that the org can tell whose change it was; a read does, too", async () => {
    const { stub, org } = await startAcmeOrg();
    started.push(stub);
    await org.composite([{ soql: "SELECT Id FROM ServiceAppointment" }]);
    await org.update([anUpdate(addVisit(stub), { Subject: "Roof" })]);
    expect(stub.calls.entries.map(({ method, callOptions }) => [method, callOptions])).toEqual([
      ["POST", undefined],
      ["POST", "client=siro-bridge"],
      ["PATCH", "client=siro-bridge"],
    ]);
  });
});
