import { describe, expect, test } from "@jest/globals";
import {
  buildRecordingLink,
  type LinkOptions,
  type RecordingLinkInput,
  validateRecordingLink,
} from "../../src/links/links.ts";

const UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const OTHER_UUID = "11111111-2222-3333-4444-555555555555";

interface Seen {
  readonly url: string;
  readonly issues: readonly string[];
  readonly warnings: readonly string[];
}

function build(input: RecordingLinkInput, options?: LinkOptions): Seen {
  const outcome = buildRecordingLink(input, options);
  return {
    url: outcome.kind === "built" ? outcome.url : "",
    issues: outcome.kind === "refused" ? outcome.issues.map((i) => `${i.code}(${i.field})`) : [],
    warnings: outcome.warnings.map((w) => `${w.code}(${w.field})`),
  };
}

function titleOf(title: unknown, options?: LinkOptions): string | undefined {
  const outcome = validateRecordingLink({ action: "start", title }, options);
  return outcome.kind === "valid" ? outcome.link.title : "(refused)";
}

function objectsOf(crmObjects: unknown, options?: LinkOptions): unknown {
  const input = { action: "start", integrationConnectionId: "c1", crmObjects };
  const outcome = validateRecordingLink(input, options);
  return outcome.kind === "valid" ? outcome.link.crmObjects : outcome.issues;
}

function redirectIssues(redirectUrl: unknown, options?: LinkOptions): readonly string[] {
  return build({ action: "stop", redirectUrl }, options).issues;
}

describe("the rules of a build", () => {
  test("B1: the action is start, stop or restart in lower case", () => {
    expect(build({ action: "" }).issues).toEqual(["MISSING_ACTION(action)"]);
    expect(build({ action: null }).issues).toEqual(["MISSING_ACTION(action)"]);
    expect(build({ action: "STOP" }).issues).toEqual(["INVALID_ACTION(action)"]);
    expect(build({ action: 1 }).issues).toEqual(["INVALID_ACTION(action)"]);
  });

  test("B2: only start takes a title", () => {
    expect(build({ action: "start", title: "a" }).issues).toEqual([]);
    expect(build({ action: "stop", title: "a" }).issues).toHaveLength(1);
    expect(build({ action: "restart", title: "a" }).issues).toHaveLength(1);
  });

  test("B3: a title is trimmed, left out when blank, refused when it is no well-formed text", () => {
    expect(titleOf("  Kitchen ")).toBe("Kitchen");
    expect(titleOf("   ")).toBeUndefined();
    expect(build({ action: "stop", title: "   " }).issues).toEqual([]);
    expect(build({ action: "start", title: "a\uDC00" }).issues).toEqual(["INVALID_TITLE(title)"]);
    expect(build({ action: "start", title: 42 }).issues).toEqual(["INVALID_TITLE(title)"]);
  });

  test("B4: a title of 255 passes; a longer one is cut and ends in an ellipsis", () => {
    expect(titleOf("x".repeat(255))).toBe("x".repeat(255));
    expect(titleOf("x".repeat(256))).toBe(`${"x".repeat(254)}…`);
    expect(build({ action: "start", title: "x".repeat(256) }).warnings).toEqual([
      "TITLE_TRUNCATED(title)",
    ]);
  });

  test("B4: the cut never tears a grapheme and never leaves a space before the ellipsis", () => {
    const family = "👨‍👩‍👧";
    expect(titleOf(`ab${family}cd`, { maxTitleLength: 8 })).toBe("ab…");
    expect(titleOf(`e\u0301e\u0301e\u0301`, { maxTitleLength: 4 })).toBe("e\u0301…");
    expect(titleOf("ab cd", { maxTitleLength: 4 })).toBe("ab…");
    expect(titleOf("abc", { maxTitleLength: 0 })).toBe("…");
  });

  test("B5: a conversation type is a UUID", () => {
    expect(build({ action: "start", conversationType: UUID.toUpperCase() }).issues).toEqual([]);
    for (const conversationType of ["", UUID.slice(1), `${UUID} `, 7]) {
      expect(build({ action: "start", conversationType }).issues).toEqual([
        "INVALID_CONVERSATION_TYPE(conversationType)",
      ]);
    }
  });

  test("B6: a conversation type the organization does not have is dropped with a warning", () => {
    const input = { action: "start", conversationType: UUID };
    const known = { knownConversationTypes: [UUID.toUpperCase()] };
    expect(build(input, known).url).toContain(UUID);
    expect(build(input, { knownConversationTypes: [OTHER_UUID] })).toEqual({
      url: "https://app.siro.ai/record?action=start",
      issues: [],
      warnings: ["UNKNOWN_CONVERSATION_TYPE(conversationType)"],
    });
  });

  test("B7: a conversation type goes with start; with restart on request; with stop never", () => {
    const issue = ["PARAM_NOT_ALLOWED_FOR_ACTION(conversationType)"];
    const undocumented = { allowUndocumented: true };
    expect(build({ action: "restart", conversationType: UUID }).issues).toEqual(issue);
    expect(build({ action: "restart", conversationType: UUID }, undocumented).issues).toEqual([]);
    expect(build({ action: "stop", conversationType: UUID }, undocumented).issues).toEqual(issue);
    expect(build({ action: "restart", title: "a" }, undocumented).issues).toHaveLength(1);
  });

  test("B8: a redirect is an absolute URL that every reader understands alike", () => {
    expect(redirectIssues("https://bridge.example.com/done")).toEqual([]);
    for (const redirectUrl of [
      "",
      "done",
      "//bridge.example.com",
      "https:bridge.example.com",
      "https:\\\\bridge.example.com",
      "https://bridge.example.com/a b",
      "https://bridge.example.com/a\nb",
      "https://bridge.example.com/\uD800",
      42,
    ]) {
      expect(redirectIssues(redirectUrl)).toEqual(["INVALID_REDIRECT_URL(redirectUrl)"]);
    }
  });

  test("B9: a custom scheme needs the whitelist; plain http is refused even with it", () => {
    const issue = ["REDIRECT_SCHEME_NOT_WHITELISTED(redirectUrl)"];
    expect(redirectIssues("salesforce1://sObject/1/view")).toEqual(issue);
    for (const scheme of ["salesforce1", "Salesforce1:", "salesforce1://"]) {
      const options = { whitelistedSchemes: [scheme] };
      expect(redirectIssues("salesforce1://sObject/1/view", options)).toEqual([]);
    }
    expect(redirectIssues("http://a.example/", { whitelistedSchemes: ["http"] })).toEqual(issue);
  });

  test("B10: code, files and intents are refused whatever the whitelist says", () => {
    const options = { whitelistedSchemes: ["javascript", "data", "file", "intent", "siro"] };
    for (const redirectUrl of [
      "javascript:alert(1)",
      "JavaScript:alert(1)",
      "java\nscript:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "intent://scan/#Intent;end",
    ]) {
      expect(redirectIssues(redirectUrl, options)).toEqual(["UNSAFE_REDIRECT_URL(redirectUrl)"]);
    }
  });

  test("B10: a redirect to a recording link would loop and is refused", () => {
    const options = { host: "record.example.com:8443", whitelistedSchemes: ["siro"] };
    for (const redirectUrl of [
      "https://app.siro.ai/record?action=start",
      "http://app.siro.ai/record",
      "https://APP.SIRO.AI./Record/",
      "https://app.siro.ai/x/../%72ecord",
      "https://salespro.siro.ai/record",
      "https://record.example.com:8443/record",
      "siro://record?title=x",
      "siro:record",
    ]) {
      expect(redirectIssues(redirectUrl, options)).toEqual(["UNSAFE_REDIRECT_URL(redirectUrl)"]);
    }
    expect(redirectIssues("https://app.siro.ai/recordings")).toEqual([]);
    expect(redirectIssues("https://notsiro.ai/record")).toEqual([]);
  });

  test("B11: a connection goes with start and restart, not with stop", () => {
    const integrationConnectionId = " c1 ";
    expect(build({ action: "restart", integrationConnectionId }).url).toMatch(/=c1$/);
    expect(build({ action: "stop", integrationConnectionId }).issues).toEqual([
      "PARAM_NOT_ALLOWED_FOR_ACTION(integrationConnectionId)",
    ]);
    expect(build({ action: "stop", integrationConnectionId: "" }).issues).toEqual([]);
    expect(build({ action: "start", integrationConnectionId: 7 }).issues).toEqual([
      "INVALID_INTEGRATION_CONNECTION_ID(integrationConnectionId)",
    ]);
  });

  test("B12: objects go with start and restart, not with stop", () => {
    const crmObjects = [{ objectType: "Lead", objectId: "x" }];
    expect(build({ action: "stop", crmObjects }).issues).toEqual([
      "PARAM_NOT_ALLOWED_FOR_ACTION(crmObjects)",
    ]);
    expect(build({ action: "stop", crmObjects: [] }).issues).toEqual([]);
  });

  test("B13: objects need a connection that is not blank", () => {
    const crmObjects = [{ objectType: "Lead", objectId: "x" }];
    for (const integrationConnectionId of [undefined, null, "", "  "]) {
      expect(build({ action: "restart", integrationConnectionId, crmObjects }).issues).toEqual([
        "MISSING_INTEGRATION_CONNECTION_ID(integrationConnectionId)",
      ]);
    }
  });

  test.each([
    "Lead",
    "Account",
    "Contact",
    "Opportunity",
    "Event",
    "ServiceAppointment",
  ])("B14: the object type %s is accepted", (objectType) => {
    expect(objectsOf([{ objectType, objectId: "x" }])).toEqual([{ objectType, objectId: "x" }]);
  });

  test("B14: another case, an inherited name or no text is no object type", () => {
    for (const objectType of ["lead", "constructor", "", undefined, 1]) {
      expect(objectsOf([{ objectType, objectId: "x" }])).toMatchObject([
        { code: "INVALID_OBJECT_TYPE", field: "crmObjects[0].objectType" },
      ]);
    }
  });

  test("B15: a Contact is accepted without a remark", () => {
    const crmObjects = [{ objectType: "Contact", objectId: "x" }];
    const seen = build({ action: "start", integrationConnectionId: "c1", crmObjects });
    expect(seen.warnings).toEqual([]);
  });

  test("B16: an Engagement is accepted on request only", () => {
    const engagement = [{ objectType: "Engagement", objectId: "x" }];
    expect(objectsOf(engagement)).toMatchObject([{ code: "INVALID_OBJECT_TYPE" }]);
    expect(objectsOf(engagement, { allowUndocumented: true })).toEqual(engagement);
  });

  test("B17: an object id is a text that is not blank; it is trimmed", () => {
    expect(objectsOf([{ objectType: "Lead", objectId: " x " }])).toEqual([
      { objectType: "Lead", objectId: "x" },
    ]);
    for (const objectId of [undefined, null, "\t", "\uD800", {}]) {
      expect(objectsOf([{ objectType: "Lead", objectId }])).toMatchObject([
        { code: "INVALID_OBJECT_ID", field: "crmObjects[0].objectId" },
      ]);
    }
  });

  test("B17: what is no list of objects is refused with its place", () => {
    expect(objectsOf("[]")).toMatchObject([{ code: "INVALID_CRM_OBJECTS", field: "crmObjects" }]);
    expect(objectsOf([null, ["Lead"]])).toMatchObject([
      { code: "INVALID_CRM_OBJECTS", field: "crmObjects[0]" },
      { code: "INVALID_CRM_OBJECTS", field: "crmObjects[1]" },
    ]);
  });

  test("B18: an empty list is left out", () => {
    expect(objectsOf([])).toBeUndefined();
  });

  test("B19: duplicates go, the first stays, the order is kept", () => {
    const lead = { objectType: "Lead", objectId: "a" };
    const account = { objectType: "Account", objectId: "a" };
    expect(objectsOf([lead, account, lead])).toEqual([lead, account]);
  });

  test("B19: a short and a long form of one id are duplicates", () => {
    const visit = (objectId: string) => ({ objectType: "ServiceAppointment", objectId });
    expect(objectsOf([visit("08pWs0000001AbC"), visit("08pWs0000001AbCIAU")])).toEqual([
      visit("08pWs0000001AbCIAU"),
    ]);
  });

  test("B20: short Salesforce ids become long, unless that is switched off", () => {
    const short = [{ objectType: "Account", objectId: "001D000000IRFma" }];
    expect(objectsOf(short)).toEqual([{ objectType: "Account", objectId: "001D000000IRFmaIAH" }]);
    expect(objectsOf(short, { normalizeIds: false })).toEqual(short);
  });

  test.each([
    ["Lead", "00Q"],
    ["Account", "001"],
    ["Contact", "003"],
    ["Opportunity", "006"],
    ["Event", "00U"],
    ["ServiceAppointment", "08p"],
  ])("B20: the id of a %s starts with %s, or a warning says so", (objectType, prefix) => {
    const warningsFor = (objectId: string) =>
      build({
        action: "start",
        integrationConnectionId: "c1",
        crmObjects: [{ objectType, objectId }],
      }).warnings;
    expect(warningsFor(`${prefix}5e00000AbCdEAAZ`)).toEqual([]);
    expect(warningsFor("zzz5e00000AbCdEAAZ")).toEqual([
      "OBJECT_ID_PREFIX_MISMATCH(crmObjects[0].objectId)",
    ]);
    expect(warningsFor("lead123")).toEqual([]);
  });

  test("B21: unknown keys of an object are dropped and the key order is fixed", () => {
    const crmObjects = [{ name: "Jane", objectId: "x", objectType: "Lead" }];
    const { url } = build({ action: "start", integrationConnectionId: "c1", crmObjects });
    expect(url).toMatch(
      /crmObjects=%5B%7B%22objectType%22%3A%22Lead%22%2C%22objectId%22%3A%22x%22%7D%5D$/,
    );
  });

  test("B22: an opportunity is deprecated, not for stop, and excludes objects", () => {
    expect(build({ action: "restart", opportunityId: " o1 " })).toEqual({
      url: "https://app.siro.ai/record?action=restart&opportunityId=o1",
      issues: [],
      warnings: ["DEPRECATED(opportunityId)"],
    });
    expect(build({ action: "stop", opportunityId: "o1" }).issues).toEqual([
      "PARAM_NOT_ALLOWED_FOR_ACTION(opportunityId)",
    ]);
    const crmObjects = [{ objectType: "Lead", objectId: "x" }];
    const both = { action: "start", integrationConnectionId: "c1", crmObjects };
    expect(build({ ...both, opportunityId: "o1" }).issues).toEqual([
      "CONFLICTING_PARAMS(opportunityId)",
    ]);
    expect(build({ action: "start", opportunityId: "\uDC00" }).issues).toEqual([
      "INVALID_OPPORTUNITY_ID(opportunityId)",
    ]);
  });

  test("B23: jobId, appointmentId and accountId are never sent, and a warning names them", () => {
    const foreign = { jobId: "j", appointmentId: "a", accountId: "b" };
    expect(build({ action: "start", ...foreign })).toEqual({
      url: "https://app.siro.ai/record?action=start",
      issues: [],
      warnings: [
        "UNKNOWN_PARAM(jobId)",
        "UNKNOWN_PARAM(appointmentId)",
        "UNKNOWN_PARAM(accountId)",
      ],
    });
  });

  test("B24: 2,000 characters pass, more warn, more than 8,000 are refused", () => {
    const overhead = "https://app.siro.ai/record?action=start&opportunityId=".length;
    const sized = (length: number) =>
      build({ action: "start", opportunityId: "x".repeat(length - overhead) });
    const longWarning = "URL_TOO_LONG(url)";
    expect(sized(2000).warnings).not.toContain(longWarning);
    expect(sized(2001)).toMatchObject({
      issues: [],
      warnings: expect.arrayContaining([longWarning]),
    });
    expect(sized(8000).url).toHaveLength(8000);
    expect(sized(8001).issues).toEqual([longWarning]);
  });
});

describe("a build", () => {
  test("reports everything at once", () => {
    const seen = build(
      {
        action: "stop",
        title: "\uD800",
        conversationType: "x",
        redirectUrl: "/",
        crmObjects: [{ objectType: "Task", objectId: 1 }],
        opportunityId: "o",
      },
      { host: "a/b" },
    );
    expect(seen.url).toBe("");
    expect(seen.issues).toEqual([
      "INVALID_HOST(host)",
      "PARAM_NOT_ALLOWED_FOR_ACTION(title)",
      "PARAM_NOT_ALLOWED_FOR_ACTION(conversationType)",
      "PARAM_NOT_ALLOWED_FOR_ACTION(crmObjects)",
      "PARAM_NOT_ALLOWED_FOR_ACTION(opportunityId)",
      "CONFLICTING_PARAMS(opportunityId)",
      "INVALID_TITLE(title)",
      "INVALID_CONVERSATION_TYPE(conversationType)",
      "INVALID_REDIRECT_URL(redirectUrl)",
      "INVALID_OBJECT_TYPE(crmObjects[0].objectType)",
      "INVALID_OBJECT_ID(crmObjects[0].objectId)",
    ]);
  });

  test("never quotes a value in a message", () => {
    const outcome = buildRecordingLink({ action: "s3cret", title: 1, redirectUrl: "s3cret" });
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });

  test("takes another host, and refuses what is more than a host", () => {
    expect(build({ action: "stop" }, { host: "SalesPro.siro.ai" }).url).toBe(
      "https://salespro.siro.ai/record?action=stop",
    );
    expect(build({ action: "stop" }, { host: "localhost:8080" }).url).toContain("localhost:8080/");
    for (const host of ["", "a.example/x", "user@a.example", "a.example?x", "https://a.example"]) {
      expect(build({ action: "stop" }, { host }).issues).toEqual(["INVALID_HOST(host)"]);
    }
  });
});
