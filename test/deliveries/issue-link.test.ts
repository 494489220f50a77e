import { describe, expect, test } from "@jest/globals";
import { type IssueLinkDeps, issueLink, type LinkParts } from "../../src/deliveries/issue-link.ts";
import type { CrmObject } from "../../src/domain/crm-object.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { buildLink } from "../../src/recording-link.ts";
import { aDueMessage } from "../contracts/channel.ts";
import { aConnection } from "../support/bridge-state.ts";
import { anAppointment } from "../support/builders.ts";

const LEAD: CrmObject = { objectType: "Lead", objectId: "00Q000000000001AAA" };
const ACCOUNT: CrmObject = { objectType: "Account", objectId: "001000000000001AAA" };
const VISIT = anAppointment("08p000000000001AAA", ["10:00", "11:00"], {
  title: "Roof – Müller",
  crmObjects: [LEAD, ACCOUNT],
});
const TYPE = "3f2b8c1e-0000-4000-8000-000000000001";

/** What the link builder was asked for. */
function partsOf(
  action: Prompt["action"],
  {
    connection = aConnection(),
    appointment = VISIT,
    own = {},
  }: {
    readonly connection?: ReturnType<typeof aConnection>;
    readonly appointment?: typeof VISIT;
    readonly own?: Partial<Prompt>;
  } = {},
): LinkParts {
  const asked: LinkParts[] = [];
  const deps: IssueLinkDeps = {
    publicUrl: new URL("http://127.0.0.1:3000"),
    buildLink: (parts) => {
      asked.push(parts);
      return { kind: "issued", url: "https://app.siro.ai/record" };
    },
  };
  issueLink(deps, connection, { prompt: { ...aDueMessage().prompt, ...own, action }, appointment });
  return asked[0] ?? { action };
}

describe("issueLink", () => {
  test("a start carries title, conversation type and records in their order", () => {
    const connection = aConnection({ links: { conversationType: TYPE } });
    expect(partsOf("start", { connection })).toEqual({
      action: "start",
      title: "Roof – Müller",
      conversationType: TYPE,
      integrationConnectionId: "01HACME0000000000000000000",
      crmObjects: [LEAD, ACCOUNT],
    });
  });

  test("a restart carries the records, but neither title nor conversation type", () => {
    const connection = aConnection({ links: { conversationType: TYPE } });
    expect(Object.keys(partsOf("restart", { connection })).sort()).toEqual([
      "action",
      "crmObjects",
      "integrationConnectionId",
    ]);
  });

  test("a restart that Siro confirmed is not issued again; its link goes on with what runs", () => {
    const recording = { recordingId: "r1", certainty: "token", seenAtMs: 1 } as const;
    expect(partsOf("restart", { own: { recording } }).action).toBe("start");
    expect(partsOf("restart").action).toBe("restart");
    expect(partsOf("stop", { own: { recording } }).action).toBe("stop");
  });

  test("a stop carries nothing but itself", () => {
    expect(partsOf("stop")).toEqual({ action: "stop" });
  });

  test("without an integration connection there are no records", () => {
    const connection = aConnection({ integrationConnectionId: undefined });
    expect(partsOf("start", { connection })).toEqual({ action: "start", title: "Roof – Müller" });
  });

  test("omitted object types are left out", () => {
    const connection = aConnection({ links: { omitObjectTypes: ["Lead"] } });
    expect(partsOf("start", { connection }).crmObjects).toEqual([ACCOUNT]);
  });

  test.each([
    ["line breaks and runs of blanks", " Roof\r\n\tinspection \u00a0 ", "Roof inspection"],
    ["half an emoji", "Roof \ud83c", "Roof \ufffd"],
  ])("a title with %s becomes one clean line", (_, title, clean) => {
    expect(partsOf("start", { appointment: { ...VISIT, title } }).title).toBe(clean);
  });

  test("an empty title is left out", () => {
    expect(partsOf("start", { appointment: { ...VISIT, title: " \n " } })).not.toHaveProperty(
      "title",
    );
  });

  test.each([
    "start",
    "stop",
    "restart",
  ] as const)("a %s is a link that Siro's rules accept", (action) => {
    const deps = { buildLink, publicUrl: new URL("https://bridge.example.com") };
    const prompt = { ...aDueMessage().prompt, action };
    const link = issueLink(deps, aConnection(), { prompt, appointment: VISIT });
    expect(link).toMatchObject({
      kind: "issued",
      url: expect.stringContaining(`https://app.siro.ai/record?action=${action}`),
    });
  });
});
