import { describe, expect, test } from "@jest/globals";
import {
  buildRecordingLink,
  type LinkOptions,
  parseRecordingLink,
  type RecordingLinkInput,
} from "../../src/links/links.ts";

const C = "01HABCD1234567890EFGHIJKLMN";
const U = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const BASE = "https://app.siro.ai/record";

const visit = { objectType: "ServiceAppointment", objectId: "08pWs0000001AbCIAU" };
const leadX = { objectType: "Lead", objectId: "x" };
const twoObjects = [
  { objectType: "Lead", objectId: "lead123" },
  { objectType: "Opportunity", objectId: "opp456" },
];

const VECTOR_4 =
  "https://app.siro.ai/record?action=start&title=Smith%20%26%20Sons%20%E2%80%93%20roof%20%232%20%2850%25%29";
const VECTOR_5 =
  "https://app.siro.ai/record?action=start&title=O%27Brien%20%2B%20M%C3%BCller%20%F0%9F%8F%A0";
const VECTOR_6 =
  "https://app.siro.ai/record?action=stop&redirectUrl=https%3A%2F%2Fbridge.example.com%2Fr%2Fabc%3Fx%3D1%26y%3D2";
const VECTOR_7 =
  "https://app.siro.ai/record?action=start&redirectUrl=com.salesforce.fieldservice%3A%2F%2Fv1%2FsObject%2F08pWs0000001AbCIAU";
const VECTOR_9 =
  "https://app.siro.ai/record?action=start&integrationConnectionId=01HABCD1234567890EFGHIJKLMN&crmObjects=%5B%7B%22objectType%22%3A%22Lead%22%2C%22objectId%22%3A%22lead123%22%7D%2C%7B%22objectType%22%3A%22Opportunity%22%2C%22objectId%22%3A%22opp456%22%7D%5D";
const VECTOR_10 =
  "https://app.siro.ai/record?action=restart&integrationConnectionId=01HABCD1234567890EFGHIJKLMN&crmObjects=%5B%7B%22objectType%22%3A%22ServiceAppointment%22%2C%22objectId%22%3A%2208pWs0000001AbCIAU%22%7D%5D";
const VECTOR_11 =
  "https://app.siro.ai/record?action=start&conversationType=3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const VECTOR_12 = "https://app.siro.ai/record?action=start&opportunityId=006xx0000123456";
const VECTOR_13 =
  "https://app.siro.ai/record?action=start&integrationConnectionId=01HABCD1234567890EFGHIJKLMN";
const VECTOR_14 =
  "https://app.siro.ai/record?action=start&title=Jane%20Doe%20%E2%80%93%20Kitchen&conversationType=3f2504e0-4f89-41d3-9a0c-0305e82c3301&redirectUrl=https%3A%2F%2Fbridge.example.com%2Fr%2Fn0nce&integrationConnectionId=01HABCD1234567890EFGHIJKLMN&crmObjects=%5B%7B%22objectType%22%3A%22ServiceAppointment%22%2C%22objectId%22%3A%2208pWs0000001AbCIAU%22%7D%2C%7B%22objectType%22%3A%22Opportunity%22%2C%22objectId%22%3A%22006Ws000001XyZzIAK%22%7D%5D";

function urlOf(input: RecordingLinkInput, options?: LinkOptions): string {
  const outcome = buildRecordingLink(input, options);
  return outcome.kind === "built" ? outcome.url : JSON.stringify(outcome.issues);
}

function refusalOf(input: RecordingLinkInput, options?: LinkOptions): string[] {
  const outcome = buildRecordingLink(input, options);
  return outcome.kind === "refused" ? outcome.issues.map((i) => `${i.code}(${i.field})`) : [];
}

function parseRefusalOf(query: string): string[] {
  const outcome = parseRecordingLink(query.startsWith("?") ? BASE + query : query);
  return outcome.kind === "refused" ? outcome.issues.map(({ code }) => code) : [];
}

describe("buildRecordingLink gives the exact URL", () => {
  const redirectToSalesforce = {
    action: "start",
    redirectUrl: "com.salesforce.fieldservice://v1/sObject/08pWs0000001AbCIAU",
  };

  test.each([
    { name: "1: start alone", input: { action: "start" }, url: `${BASE}?action=start` },
    { name: "2: stop alone", input: { action: "stop" }, url: `${BASE}?action=stop` },
    { name: "3: restart alone", input: { action: "restart" }, url: `${BASE}?action=restart` },
    {
      name: "4: a title with reserved characters",
      input: { action: "start", title: "Smith & Sons – roof #2 (50%)" },
      url: VECTOR_4,
    },
    {
      name: "5: a title with an apostrophe, a plus, an umlaut and an emoji",
      input: { action: "start", title: "O'Brien + Müller 🏠" },
      url: VECTOR_5,
    },
    {
      name: "6: stop with a redirect that has its own query",
      input: { action: "stop", redirectUrl: "https://bridge.example.com/r/abc?x=1&y=2" },
      url: VECTOR_6,
    },
    {
      name: "9: start with two objects",
      input: { action: "start", integrationConnectionId: C, crmObjects: twoObjects },
      url: VECTOR_9,
    },
    {
      name: "10: restart with a service appointment",
      input: { action: "restart", integrationConnectionId: C, crmObjects: [visit] },
      url: VECTOR_10,
    },
    {
      name: "11: start with a conversation type",
      input: { action: "start", conversationType: U },
      url: VECTOR_11,
    },
    {
      name: "13: a connection without objects",
      input: { action: "start", integrationConnectionId: C },
      url: VECTOR_13,
    },
    {
      name: "14: everything at once, in canonical order",
      input: {
        crmObjects: [visit, { objectType: "Opportunity", objectId: "006Ws000001XyZzIAK" }],
        integrationConnectionId: C,
        redirectUrl: "https://bridge.example.com/r/n0nce",
        conversationType: U,
        title: "Jane Doe – Kitchen",
        action: "start",
      },
      url: VECTOR_14,
    },
    {
      name: "17: an empty list of objects",
      input: { action: "start", integrationConnectionId: C, crmObjects: [] },
      url: VECTOR_13,
    },
  ])("vector $name", ({ input, url }) => {
    expect(buildRecordingLink(input)).toEqual({ kind: "built", url, warnings: [] });
  });

  test("vector 7: a custom scheme that is whitelisted", () => {
    const options = { whitelistedSchemes: ["com.salesforce.fieldservice"] };
    expect(urlOf(redirectToSalesforce, options)).toBe(VECTOR_7);
  });

  test("vector 8: the same scheme, not configured, is refused", () => {
    expect(refusalOf(redirectToSalesforce)).toEqual([
      "REDIRECT_SCHEME_NOT_WHITELISTED(redirectUrl)",
    ]);
  });

  test("vector 12: an opportunity passes unchanged, with a warning", () => {
    expect(buildRecordingLink({ action: "start", opportunityId: "006xx0000123456" })).toMatchObject(
      { kind: "built", url: VECTOR_12, warnings: [{ code: "DEPRECATED", field: "opportunityId" }] },
    );
  });

  test("vector 14: has 441 characters", () => {
    expect(VECTOR_14).toHaveLength(441);
  });

  test.each([
    ["ServiceAppointment", "08pWs0000001AbC", "08pWs0000001AbCIAU"],
    ["Account", "001D000000IRFma", "001D000000IRFmaIAH"],
  ])("vector 15: the 15-character id of a %s gets its suffix", (objectType, short, long) => {
    const crmObjects = [{ objectType, objectId: short }];
    const input = { action: "start", integrationConnectionId: C, crmObjects };
    expect(urlOf(input)).toContain(`%22objectId%22%3A%22${long}%22%7D%5D`);
  });

  test("vector 16: a repeated object is sent once", () => {
    const a = { objectType: "Lead", objectId: "a" };
    const once = { action: "start", integrationConnectionId: C, crmObjects: [a] };
    expect(urlOf({ ...once, crmObjects: [a, a] })).toBe(urlOf(once));
  });
});

describe("buildRecordingLink refuses", () => {
  const notAllowed = (field: string) => `PARAM_NOT_ALLOWED_FOR_ACTION(${field})`;

  test.each([
    { input: {}, issue: "MISSING_ACTION(action)" },
    { input: { action: "pause" }, issue: "INVALID_ACTION(action)" },
    { input: { action: "Start" }, issue: "INVALID_ACTION(action)" },
  ])("vector 18: the action of $input", ({ input, issue }) => {
    expect(refusalOf(input)).toEqual([issue]);
  });

  test.each(["stop", "restart"])("vector 19: a title on %s", (action) => {
    expect(refusalOf({ action, title: "Kitchen" })).toEqual([notAllowed("title")]);
  });

  test("vector 20: objects, or a connection, on stop", () => {
    const stop = { action: "stop", integrationConnectionId: C };
    expect(refusalOf({ ...stop, crmObjects: [leadX] })).toEqual([
      notAllowed("integrationConnectionId"),
      notAllowed("crmObjects"),
    ]);
    expect(refusalOf(stop)).toEqual([notAllowed("integrationConnectionId")]);
  });

  test.each([undefined, ""])("vector 21: objects with the connection %p", (connection) => {
    const input = { action: "start", integrationConnectionId: connection, crmObjects: [leadX] };
    expect(refusalOf(input)).toEqual([
      "MISSING_INTEGRATION_CONNECTION_ID(integrationConnectionId)",
    ]);
  });

  test.each([
    "Task",
    "lead",
    "WorkOrder",
    "Appointment__c",
    "Engagement",
  ])("vector 22: the object type %s", (objectType) => {
    const crmObjects = [{ objectType, objectId: "x" }];
    expect(refusalOf({ action: "start", integrationConnectionId: C, crmObjects })).toEqual([
      "INVALID_OBJECT_TYPE(crmObjects[0].objectType)",
    ]);
  });

  test("vector 22: but not a Contact", () => {
    const crmObjects = [{ objectType: "Contact", objectId: "x" }];
    expect(refusalOf({ action: "start", integrationConnectionId: C, crmObjects })).toEqual([]);
  });

  test.each(["", "  ", 42])("vector 23: the object id %p", (objectId) => {
    const crmObjects = [{ objectType: "Lead", objectId }];
    expect(refusalOf({ action: "start", integrationConnectionId: C, crmObjects })).toEqual([
      "INVALID_OBJECT_ID(crmObjects[0].objectId)",
    ]);
  });

  test("vector 24: a conversation type given by name", () => {
    expect(refusalOf({ action: "start", conversationType: "In-Home Estimate" })).toEqual([
      "INVALID_CONVERSATION_TYPE(conversationType)",
    ]);
  });

  test("vector 25: an opportunity on stop, or beside objects", () => {
    expect(refusalOf({ action: "stop", opportunityId: "o" })).toEqual([
      notAllowed("opportunityId"),
    ]);
    const both = { integrationConnectionId: C, crmObjects: [leadX], opportunityId: "o" };
    expect(refusalOf({ action: "start", ...both })).toEqual(["CONFLICTING_PARAMS(opportunityId)"]);
  });

  test.each([
    ["javascript:alert(1)", "UNSAFE_REDIRECT_URL(redirectUrl)"],
    ["/relative", "INVALID_REDIRECT_URL(redirectUrl)"],
  ])("vector 26: the redirect %s", (redirectUrl, issue) => {
    expect(refusalOf({ action: "start", redirectUrl })).toEqual([issue]);
  });

  test("vector 27: a title with a lone surrogate", () => {
    expect(refusalOf({ action: "start", title: "\uD800" })).toEqual(["INVALID_TITLE(title)"]);
  });
});

describe("parseRecordingLink", () => {
  test("vector 28: reads Siro's own sample, and a rebuild gives vector 9", () => {
    const sample = `${BASE}?action=start&integrationConnectionId=${C}&crmObjects=[{"objectType"%3A"Lead"%2C"objectId"%3A"lead123"}%2C{"objectType"%3A"Opportunity"%2C"objectId"%3A"opp456"}]`;
    const parsed = parseRecordingLink(sample);
    const link = { action: "start", integrationConnectionId: C, crmObjects: twoObjects };
    expect(parsed).toEqual({ kind: "recording-link", link, extra: {}, warnings: [] });
    expect(parsed).toEqual(parseRecordingLink(VECTOR_9));
    expect(urlOf(link)).toBe(VECTOR_9);
  });

  test("vector 29: reads jobId as the opportunity, and refuses two different ones", () => {
    expect(parseRecordingLink(`${BASE}?action=start&jobId=J1`)).toMatchObject({
      link: { opportunityId: "J1" },
      warnings: expect.arrayContaining([
        expect.objectContaining({ code: "DEPRECATED", field: "jobId" }),
      ]),
    });
    expect(parseRefusalOf("?action=start&jobId=J1&opportunityId=J2")).toEqual([
      "CONFLICTING_PARAMS",
    ]);
  });

  test("vector 30: shows the tail that an unencoded redirect lost", () => {
    const url = `${BASE}?action=start&redirectUrl=https://x.example/a?b=1&c=2`;
    expect(parseRecordingLink(url)).toMatchObject({
      link: { redirectUrl: "https://x.example/a?b=1" },
      extra: { c: "2" },
      warnings: [{ code: "UNKNOWN_PARAM", field: "c" }],
    });
  });

  test.each([
    [`integrationConnectionId=${C}&crmObjects=%7B%7D`, "INVALID_CRM_OBJECTS"],
    [`integrationConnectionId=${C}&crmObjects=%5B%7B`, "INVALID_CRM_OBJECTS"],
    ["title=%E0%A4", "MALFORMED_ENCODING"],
  ])("vector 31: refuses %s", (params, code) => {
    expect(parseRefusalOf(`?action=start&${params}`)).toEqual([code]);
  });

  test.each([
    "http://app.siro.ai/record?action=start",
    "https://app.siro.ai.evil.tld/record?action=start",
    "https://app.siro.ai/login",
  ])("vector 32: refuses %s", (url) => {
    expect(parseRefusalOf(url)).toEqual(["NOT_A_SIRO_LINK"]);
  });

  test("vector 32: accepts an upper-case host and a closing slash", () => {
    expect(parseRecordingLink("https://APP.SIRO.AI/record/?action=start")).toMatchObject({
      kind: "recording-link",
      link: { action: "start" },
    });
  });

  test("vector 33: reads the older siro:// form", () => {
    const url = "siro://record?appointmentId=A1&title=Jane%20Doe&opportunityId=O1";
    expect(parseRecordingLink(url)).toEqual({
      kind: "legacy-app-link",
      link: { appointmentId: "A1", title: "Jane Doe", opportunityId: "O1" },
      extra: {},
      warnings: [],
    });
  });

  test("vector 34: refuses a repeated parameter", () => {
    expect(parseRefusalOf("?action=start&action=stop")).toEqual(["DUPLICATE_PARAM"]);
  });

  test("vector 35: decodes objects that were encoded twice", () => {
    const url = `${BASE}?action=start&integrationConnectionId=${C}&crmObjects=%255B%257B%2522objectType%2522%253A%2522Lead%2522%252C%2522objectId%2522%253A%2522lead123%2522%257D%255D`;
    expect(parseRecordingLink(url)).toMatchObject({
      link: { crmObjects: [{ objectType: "Lead", objectId: "lead123" }] },
      warnings: [{ code: "DOUBLE_ENCODED", field: "crmObjects" }],
    });
  });
});
