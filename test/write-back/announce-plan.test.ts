import { describe, expect, test } from "@jest/globals";
import { connectionSchema } from "../../src/domain/connection.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { announcePlan } from "../../src/write-back/announce-plan.ts";

const START_ONLY = { startLinkField: "Siro_Start_Link__c" };
const BOTH = { ...START_ONLY, stopLinkField: "Siro_Stop_Link__c" };

function aPrompt(promptId: string, action: Prompt["action"], recordId = "r1"): Prompt {
  return {
    ...{ promptId, action, recordId, userId: "u1", recordType: "Event" },
    ...{ dueAtMs: 0, expiresAtMs: 1, generation: 1, state: "waiting", reason: "", token: "t" },
  };
}

function announced(
  writeBack: object,
  change: { readonly added?: readonly Prompt[]; readonly superseded?: readonly Prompt[] },
): readonly string[] {
  const connection = connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    writeBack,
  });
  return announcePlan(connection, { added: [], superseded: [], ...change }).map(
    ({ recordId, kind, promptId, awaits }) => `${recordId} ${kind} ${promptId} ${awaits}`,
  );
}

describe("a plan's change asks for", () => {
  const added = [aPrompt("p1", "start"), aPrompt("p2", "stop"), aPrompt("p3", "restart", "r2")];

  test("a write per record and kind", () => {
    expect(announced(BOTH, { added })).toEqual([
      "r1 start-link p1 planned",
      "r1 stop-link p2 planned",
      "r2 start-link p3 planned",
    ]);
    expect(announced(START_ONLY, { added })).toEqual([
      "r1 start-link p1 planned",
      "r2 start-link p3 planned",
    ]);
  });

  test("one write where a prompt takes another's place, and one where it goes", () => {
    const superseded = [aPrompt("p0", "start"), aPrompt("p9", "start", "r3")];
    expect(announced(START_ONLY, { added, superseded })).toEqual([
      "r1 start-link p1 planned",
      "r2 start-link p3 planned",
      "r3 start-link p9 dropped",
    ]);
  });

  test("a look at the start link where a stop comes alone: the visit may have been called off", () => {
    const stop = [aPrompt("p2", "stop")];
    expect(announced(START_ONLY, { added: stop })).toEqual(["r1 start-link p2 planned"]);
    expect(announced(BOTH, { added: stop })).toEqual(["r1 stop-link p2 planned"]);
    expect(announced(START_ONLY, { superseded: stop })).toEqual([]);
  });

  test("nothing without a field for links", () => {
    expect(announced({ promptSentField: "Sent__c" }, { added })).toEqual([]);
  });
});
