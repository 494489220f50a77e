import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  buildRecordingLink,
  CRM_OBJECT_TYPES,
  type LinkWarning,
  parseRecordingLink,
  RECORDING_ACTIONS,
  validateRecordingLink,
} from "../../src/links/links.ts";

const OPTIONS = { whitelistedSchemes: ["salesforce1"] };

const ORDER = [
  "action",
  "title",
  "conversationType",
  "redirectUrl",
  "integrationConnectionId",
  "crmObjects",
  "opportunityId",
];

const anyText = fc.string({ unit: "binary", maxLength: 300 });
const hostileText = fc.string({
  unit: fc.constantFrom("+", "%", "&", "=", "#", "?", " ", "'", '"', "[", "(", "é", "🏠", "a"),
  maxLength: 40,
});
const someText = fc.oneof(anyText, hostileText);

const salesforceId = fc.stringMatching(/^00Q[A-Za-z0-9]{12}$/);

const goodObject = fc.record({
  objectType: fc.constantFrom(...CRM_OBJECT_TYPES),
  objectId: fc.oneof(someText, salesforceId),
});

const redirect = fc.oneof(
  fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, withFragments: true }),
  fc.constant("salesforce1://sObject/08pWs0000001AbCIAU/view"),
);

/** Links whose parts are each plausible; whether they go together is for the rules to say. */
const plausibleInput = fc.record(
  {
    action: fc.constantFrom(...RECORDING_ACTIONS),
    title: someText,
    conversationType: fc.uuid(),
    redirectUrl: redirect,
    integrationConnectionId: someText,
    crmObjects: fc.array(goodObject, { maxLength: 4 }),
    opportunityId: someText,
  },
  { requiredKeys: ["action"] },
);

/** Links that start a recording and keep to the rules most of the time. */
const startInput = fc.record(
  {
    action: fc.constant("start"),
    title: someText,
    conversationType: fc.uuid(),
    redirectUrl: redirect,
    integrationConnectionId: fc.stringMatching(/^[A-Z0-9]{1,26}$/),
    crmObjects: fc.array(goodObject, { maxLength: 4 }),
  },
  { requiredKeys: ["action", "integrationConnectionId"] },
);

const wildInput = fc.record(
  Object.fromEntries(
    [...ORDER, "jobId", "accountId"].map((field) => [
      field,
      fc.oneof(fc.anything(), fc.constantFrom(...RECORDING_ACTIONS), fc.string({ unit: "binary" })),
    ]),
  ),
  { requiredKeys: [] },
);

const ALLOWED = new Map([
  ["start", ORDER],
  ["stop", ["action", "redirectUrl"]],
  ["restart", ORDER.filter((name) => name !== "title" && name !== "conversationType")],
]);

function isForbidden(name: string, params: URLSearchParams): boolean {
  const isAlone = name === "crmObjects" && !params.get("integrationConnectionId");
  const isTwice = name === "crmObjects" && params.has("opportunityId");
  return isAlone || isTwice || !ALLOWED.get(params.get("action") ?? "")?.includes(name);
}

function newCodes(now: readonly LinkWarning[], before: readonly LinkWarning[]): string[] {
  const known = new Set(before.map(({ code }) => code));
  return now.map(({ code }) => code).filter((code) => !known.has(code));
}

const inputs = fc.oneof(plausibleInput, startInput);

describe("a link that was built", () => {
  test("parses back to the value in normal form, in both modes and without a new remark", () => {
    let built = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const build = buildRecordingLink(input, OPTIONS);
        const verdict = validateRecordingLink(input, OPTIONS);
        if (build.kind !== "built" || verdict.kind !== "valid") {
          return;
        }
        built += 1;
        for (const strict of [false, true]) {
          const parsed = parseRecordingLink(build.url, { ...OPTIONS, strict });
          expect(parsed).toMatchObject({ kind: "recording-link", link: verdict.link, extra: {} });
          expect(newCodes(parsed.warnings, build.warnings)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
    expect(built).toBeGreaterThan(100);
  });

  test("is stable: building what was parsed gives the same bytes", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const build = buildRecordingLink(input, OPTIONS);
        if (build.kind === "built") {
          const parsed = parseRecordingLink(build.url, OPTIONS);
          const link = parsed.kind === "recording-link" ? parsed.link : {};
          expect(buildRecordingLink(link, OPTIONS)).toMatchObject({ url: build.url });
        }
      }),
      { numRuns: 500 },
    );
  });

  test("holds no raw reserved character, no plus, and its parameters in canonical order", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const build = buildRecordingLink(input, OPTIONS);
        if (build.kind === "built") {
          expect(build.url).toMatch(
            /^https:\/\/app\.siro\.ai\/record\?[a-zA-Z]+=(?:[\w.~-]|%[0-9A-F]{2})+(?:&[a-zA-Z]+=(?:[\w.~-]|%[0-9A-F]{2})+)*$/,
          );
          const names = [...new URL(build.url).searchParams.keys()];
          expect(names).toEqual(ORDER.filter((name) => names.includes(name)));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("never carries what its action forbids, nor objects without a connection", () => {
    fc.assert(
      fc.property(fc.oneof(inputs, wildInput), (input) => {
        const build = buildRecordingLink(input, OPTIONS);
        if (build.kind !== "built") {
          return;
        }
        const params = new URL(build.url).searchParams;
        expect([...params.keys()].filter((name) => isForbidden(name, params))).toEqual([]);
        expect(build.url.length).toBeLessThanOrEqual(8000);
      }),
      { numRuns: 1000 },
    );
  });

  test("has a title of 255 units at most, well formed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 600 }), (title) => {
        const verdict = validateRecordingLink({ action: "start", title });
        const kept = verdict.kind === "valid" ? (verdict.link.title ?? "") : "";
        expect(kept.length).toBeLessThanOrEqual(255);
        expect(kept.isWellFormed()).toBe(true);
        expect(title.trim().startsWith(kept.replace(/…$/, ""))).toBe(true);
      }),
    );
  });
});

describe("no input throws", () => {
  test("not into a build", () => {
    fc.assert(
      fc.property(wildInput, (input) => {
        expect(["built", "refused"]).toContain(buildRecordingLink(input, OPTIONS).kind);
      }),
      { numRuns: 1000 },
    );
  });

  test("not into a parse, and what is accepted rebuilds to something stable", () => {
    const pair = fc
      .tuple(fc.constantFrom(...ORDER, "jobId", "x"), fc.oneof(hostileText, anyText))
      .map(([name, value]) => `${name}=${value}`);
    const query = fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join("&"));
    fc.assert(
      fc.property(query, fc.boolean(), (text, strict) => {
        const parsed = parseRecordingLink(`https://app.siro.ai/record?action=start&${text}`, {
          strict,
        });
        const build =
          parsed.kind === "recording-link" ? buildRecordingLink(parsed.link) : { kind: "none" };
        if ("url" in build) {
          const again = parseRecordingLink(build.url, { strict: true });
          const link = again.kind === "recording-link" ? again.link : {};
          expect(buildRecordingLink(link)).toMatchObject({ url: build.url });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
