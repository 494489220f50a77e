import { describe, expect } from "@jest/globals";
import fc from "fast-check";
import {
  buildRecordingLink,
  parseRecordingLink,
  validateRecordingLink,
} from "../../src/links/links.ts";
import { fuzz } from "./fuzz.ts";
import { bentJson, readJsonText } from "./wild-json.ts";
import { spoiledText, wildText } from "./wild-text.ts";

const OPTIONS = { whitelistedSchemes: ["salesforce1"] };

const input = fc.record(
  {
    action: fc.constantFrom("start", "stop", "restart"),
    title: wildText,
    conversationType: fc.oneof(fc.uuid(), wildText),
    redirectUrl: fc.oneof(fc.webUrl(), wildText),
    integrationConnectionId: fc.oneof(fc.constant("01HACME0000000000000000000"), wildText),
    crmObjects: fc.array(
      fc.record({
        objectType: fc.constantFrom("Lead", "Event"),
        objectId: fc.oneof(fc.constant("00Q5f0000000001"), wildText),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["action"] },
);

const goodUrl = fc.oneof(
  input.map((one) => {
    const build = buildRecordingLink(one, OPTIONS);
    return build.kind === "built" ? build.url : "https://app.siro.ai/record?action=stop";
  }),
  fc.constantFrom(
    "siro://record?action=start&opportunityId=0065f0000000001",
    "https://app.siro.ai/record?action=start&crmObjects=%5B%7B%22objectType%22%3A%22Lead%22%7D%5D",
  ),
);

describe("whatever a link is made of", () => {
  fuzz("it is built or refused, and what is built parses back to the same link", {
    input: bentJson(input),
    // Read, built and validated: twice what one turn of the bridge does.
    mayTakeMs: 400,
    handle: (text) => {
      const given = fieldsOf(readJsonText(text));
      const build = buildRecordingLink(given, OPTIONS);
      const verdict = validateRecordingLink(given, OPTIONS);
      // How long the whole link becomes is known to who builds it alone.
      const isTooLong =
        build.kind === "refused" && build.issues.some(({ code }) => code === "URL_TOO_LONG");
      expect(verdict.kind).toBe(build.kind === "built" || isTooLong ? "valid" : "refused");
      if (build.kind === "built") {
        const parsed = parseRecordingLink(build.url, { ...OPTIONS, strict: true });
        const link = parsed.kind === "recording-link" ? parsed.link : {};
        expect(buildRecordingLink(link, OPTIONS)).toMatchObject({ url: build.url });
      }
    },
    runs: 200,
    // Good as it is; hardly any draw is.
    regressions: [
      '{"action":"start","title":"Roof & gutters, 2 days"}',
      JSON.stringify({ action: "start", title: "a".repeat(2_000_000) }),
      JSON.stringify({
        action: "start",
        integrationConnectionId: "1e309",
        crmObjects: [{ objectType: "Lead", objectId: '"'.repeat(2_000) }],
      }),
    ],
  });

  fuzz("it is parsed or refused, and what was understood can be built again", {
    input: fc.tuple(fc.oneof(spoiledText(goodUrl), wildText), fc.boolean()),
    handle: ([url, strict]) => {
      const parsed = parseRecordingLink(url, { ...OPTIONS, strict });
      if (parsed.kind === "recording-link") {
        expect(["built", "refused"]).toContain(buildRecordingLink(parsed.link, OPTIONS).kind);
      }
    },
    runs: 200,
  });
});

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}
