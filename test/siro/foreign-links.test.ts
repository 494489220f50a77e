import { describe, expect, test } from "@jest/globals";
import type { PromptRef } from "../../src/domain/prompt.ts";
import { findForeignLinks } from "../../src/siro/foreign-links.ts";
import type { LinkEvent } from "../../src/siro/mobile-event.ts";

const LINK = "https://siro.example/record?redirectUrl=done/t1";
const ANNS: PromptRef = { connection: "acme", userId: "ann", recordId: "visit", promptId: "p1" };
const PEOPLE = { ann: "siro-ann", bob: "siro-bob" };

function got(siroUserId: string | undefined, event: Partial<LinkEvent> = {}): LinkEvent {
  const who = siroUserId === undefined ? {} : { siroUserId };
  return { eventId: "e1", atMs: 1000, kind: "link-received", fullUrl: LINK, ...who, ...event };
}

async function foreignIn(
  events: readonly LinkEvent[],
  siroUserIds: Readonly<Record<string, string>> = PEOPLE,
): Promise<readonly PromptRef[]> {
  const findPromptByLink = async (fullUrl: string) => (fullUrl === LINK ? ANNS : undefined);
  return findForeignLinks({ siroUserIds, findPromptByLink }, events);
}

describe("findForeignLinks", () => {
  test.each([
    ["another rep", "siro-bob"],
    ["a user who is no rep", "siro-boss"],
  ])("a link that %s's app got and acted on is named once", async (_, siroUserId) => {
    const consumed = got(siroUserId, { eventId: "e2", kind: "link-consumed" });
    expect(await foreignIn([got(siroUserId), consumed])).toEqual([ANNS]);
  });

  test.each([
    ["the rep's own app", got("siro-ann"), PEOPLE],
    ["an app of which Siro does not say whose it is", got(undefined), PEOPLE],
    ["somebody, where the rep is not known to Siro", got("siro-boss"), { bob: "siro-bob" }],
    ["another rep's app, but it is no prompt's link", got("siro-bob", { fullUrl: "x" }), PEOPLE],
  ])("nothing is foreign: %s", async (_, event, people) => {
    expect(await foreignIn([event], people)).toEqual([]);
  });
});
