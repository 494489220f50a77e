import { describe, expect, test } from "@jest/globals";
import {
  buildRecordingLink,
  type ParseOptions,
  type ParseOutcome,
  parseRecordingLink,
} from "../../src/links/links.ts";

const BASE = "https://app.siro.ai/record";

function parse(query: string, options?: ParseOptions): ParseOutcome {
  return parseRecordingLink(`${BASE}?${query}`, options);
}

function codesOf(outcome: ParseOutcome): string[] {
  const remarks = outcome.kind === "refused" ? outcome.issues : outcome.warnings;
  return remarks.map(({ code, field }) => `${code}(${field})`);
}

describe("the rules of a parse", () => {
  test("P1: the scheme is https, the path /record, the host one of the list in any case", () => {
    const hosts = ["app.siro.ai", "SalesPro.siro.ai"];
    for (const url of [
      "https://app.siro.ai/record?action=stop",
      "HTTPS://App.Siro.Ai:443/record/?action=stop",
      " https://salespro.siro.ai/record?action=stop\n",
    ]) {
      expect(parseRecordingLink(url, { hosts })).toMatchObject({ link: { action: "stop" } });
    }
  });

  test.each([
    "",
    "record?action=stop",
    "http://app.siro.ai/record",
    "https://app.siro.ai",
    "https://app.siro.ai/Record",
    "https://app.siro.ai/record/x",
    "https://app.siro.ai//record",
    "https://app.siro.ai@evil.example/record",
    "https://user@app.siro.ai/record",
    "https://app.siro.ai\\@evil.example/record",
    "https://evil.example/record?x=https://app.siro.ai/record",
    "https://app.siro.ai:8443/record",
    "siro://login?title=x",
    "siro://record/x?title=x",
  ])("P1: %p is no link of Siro", (url) => {
    expect(parseRecordingLink(url)).toMatchObject({
      kind: "refused",
      issues: [{ code: "NOT_A_SIRO_LINK", field: "url" }],
    });
  });

  test("P1: the host option moves the accepted host along", () => {
    const options = { host: "salespro.siro.ai" };
    expect(parseRecordingLink(`${BASE}?action=stop`, options).kind).toBe("refused");
    expect(
      parseRecordingLink("https://salespro.siro.ai/record?action=stop", options),
    ).toMatchObject({ kind: "recording-link" });
  });

  test("P2: siro://record is a legacy link; its extra parameters and jobId are read alike", () => {
    expect(parseRecordingLink("SIRO://record/?appointmentId=A1&jobId=J1&x=1")).toMatchObject({
      kind: "legacy-app-link",
      link: { appointmentId: "A1", opportunityId: "J1" },
      extra: { x: "1" },
      warnings: [{ code: "UNKNOWN_PARAM" }, { code: "DEPRECATED", field: "jobId" }],
    });
    expect(codesOf(parseRecordingLink("siro://record?title=a&title=b"))).toEqual([
      "DUPLICATE_PARAM(title)",
    ]);
  });

  test("P3: values are decoded once and a plus stays a plus", () => {
    const outcome = parse("action=start&title=a+b%2Bc%20d%2520");
    expect(outcome).toMatchObject({ link: { title: "a+b+c d%20" } });
    expect(codesOf(outcome)).toEqual(["AMBIGUOUS_PLUS(title)"]);
    expect(codesOf(parse("action=start&title=a%2Bb"))).toEqual([]);
  });

  test.each([
    "title=%",
    "title=%zz",
    "title=%E0%A4",
    "%FF=1",
  ])("P4: the broken encoding of %s is refused", (pair) => {
    expect(codesOf(parse(`action=start&${pair}`))[0]).toMatch(/^MALFORMED_ENCODING/);
  });

  test("P5: raw and strict encoding of objects mean the same", () => {
    const json = '[{"objectType":"Lead","objectId":"a"}]';
    const raw = parse(`action=start&integrationConnectionId=c&crmObjects=${json}`);
    const strict = parse(
      `action=start&integrationConnectionId=c&crmObjects=${encodeURIComponent(json)}`,
    );
    expect(raw).toEqual(strict);
    expect(raw).toMatchObject({ link: { crmObjects: [{ objectType: "Lead", objectId: "a" }] } });
  });

  test("P6: one more decoding is tried for objects, not two", () => {
    const json = '[{"objectType":"Lead","objectId":"a"}]';
    const twice = encodeURIComponent(encodeURIComponent(json));
    const query = "action=start&integrationConnectionId=c&crmObjects=";
    expect(codesOf(parse(query + twice))).toEqual(["DOUBLE_ENCODED(crmObjects)"]);
    expect(codesOf(parse(query + encodeURIComponent(twice)))).toEqual([
      "INVALID_CRM_OBJECTS(crmObjects)",
    ]);
  });

  test("P6: a percent sign inside an id does not count as double encoding", () => {
    const json = encodeURIComponent('[{"objectType":"Lead","objectId":"a%41"}]');
    expect(parse(`action=start&integrationConnectionId=c&crmObjects=${json}`)).toMatchObject({
      link: { crmObjects: [{ objectId: "a%41" }] },
      warnings: [],
    });
  });

  test("P7: jobId equal to opportunityId is no conflict", () => {
    expect(parse("action=start&jobId=J&opportunityId=J")).toMatchObject({
      kind: "recording-link",
      link: { opportunityId: "J" },
    });
    expect(codesOf(parse("action=start&jobId=J&opportunityId=K"))).toEqual([
      "CONFLICTING_PARAMS(jobId)",
    ]);
  });

  test("P8: a repeated parameter is refused, even with an empty or an equal value", () => {
    expect(codesOf(parse("action=start&title=&title=x"))).toEqual(["DUPLICATE_PARAM(title)"]);
    expect(codesOf(parse("action=start&%61ction=start"))).toEqual(["DUPLICATE_PARAM(action)"]);
  });

  test("P9: unknown parameters are kept, with a warning each", () => {
    const outcome = parse("action=start&Action=stop&utm=a=b&flag&utm=c&__proto__=x&accountId=1");
    expect(outcome).toMatchObject({
      link: { action: "start" },
      extra: { Action: "stop", utm: "a=b" },
    });
    const extra = outcome.kind === "recording-link" ? outcome.extra : {};
    expect(Object.keys(extra)).toEqual(["Action", "utm", "flag", "__proto__", "accountId"]);
    expect(codesOf(outcome)).toHaveLength(6);
  });

  test("P9: what follows a raw # is reported as lost", () => {
    const outcome = parse("action=start&title=roof #2");
    expect(outcome).toMatchObject({ link: { title: "roof " } });
    expect(codesOf(outcome)).toEqual(["IGNORED_FRAGMENT(url)"]);
  });

  test.each([
    "",
    "null",
    "{}",
    "[1]",
    "[null]",
    "[[]]",
    '"x"',
    "[{",
  ])("P10: crmObjects=%s is refused", (json) => {
    const query = `action=start&integrationConnectionId=c&crmObjects=${encodeURIComponent(json)}`;
    expect(codesOf(parse(query))).toEqual(["INVALID_CRM_OBJECTS(crmObjects)"]);
  });

  test.each([
    { query: "title=a", remark: "MISSING_ACTION(action)" },
    { query: "action=Start", remark: "INVALID_ACTION(action)" },
    { query: "action=stop&title=a", remark: "PARAM_NOT_ALLOWED_FOR_ACTION(title)" },
    {
      query: "action=start&conversationType=x",
      remark: "INVALID_CONVERSATION_TYPE(conversationType)",
    },
    { query: "action=start&redirectUrl=%2Fx", remark: "INVALID_REDIRECT_URL(redirectUrl)" },
    {
      query: "action=start&redirectUrl=a%3A%2F%2Fb",
      remark: "REDIRECT_SCHEME_NOT_WHITELISTED(redirectUrl)",
    },
    {
      query: "action=start&redirectUrl=javascript%3Ax",
      remark: "UNSAFE_REDIRECT_URL(redirectUrl)",
    },
    {
      query: 'action=start&crmObjects=[{"objectType":"Lead","objectId":"a"}]',
      remark: "MISSING_INTEGRATION_CONNECTION_ID(integrationConnectionId)",
    },
    {
      query:
        'action=start&integrationConnectionId=c&crmObjects=[{"objectType":"Task","objectId":"a"}]',
      remark: "INVALID_OBJECT_TYPE(crmObjects[0].objectType)",
    },
  ])("P11: $query is refused in strict mode and a warning in lenient mode", ({ query, remark }) => {
    const lenient = parse(query);
    const strict = parse(query, { strict: true });
    expect(lenient.kind).toBe("recording-link");
    expect(codesOf(lenient)).toEqual([remark]);
    expect(strict.kind).toBe("refused");
    expect(codesOf(strict)).toEqual([remark]);
  });

  test("P11: lenient gives values as written, strict in normal form", () => {
    const query =
      'action=start&title=%20a%20&integrationConnectionId=c&crmObjects=[{"objectType":"Account","objectId":"001D000000IRFma","x":1}]';
    expect(parse(query)).toMatchObject({
      link: { title: " a ", crmObjects: [{ objectType: "Account", objectId: "001D000000IRFma" }] },
    });
    expect(parse(query, { strict: true })).toMatchObject({
      link: { title: "a", crmObjects: [{ objectType: "Account", objectId: "001D000000IRFmaIAH" }] },
    });
  });

  test("P11: lenient leaves out an object whose id is no text, and says so", () => {
    const query =
      'action=start&integrationConnectionId=c&crmObjects=[{"objectType":"Lead","objectId":42},{"objectType":"Lead","objectId":"a"}]';
    const outcome = parse(query);
    expect(outcome).toMatchObject({
      link: { crmObjects: [{ objectType: "Lead", objectId: "a" }] },
    });
    expect(codesOf(outcome)).toEqual(["INVALID_OBJECT_ID(crmObjects[0].objectId)"]);
    expect(parse(query, { strict: true }).kind).toBe("refused");
  });

  test("P12: rebuilding a hand-written link gives the canonical one", () => {
    const outcome = parse(
      'crmObjects=[{"objectId":"a","objectType":"Lead"}]&&integrationConnectionId=c&title=a!&action=start&x=1',
    );
    const link = outcome.kind === "recording-link" ? outcome.link : {};
    expect(buildRecordingLink(link)).toMatchObject({
      url: `${BASE}?action=start&title=a%21&integrationConnectionId=c&crmObjects=%5B%7B%22objectType%22%3A%22Lead%22%2C%22objectId%22%3A%22a%22%7D%5D`,
    });
  });
});
