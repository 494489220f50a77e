import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { RecorderSign } from "../../src/domain/recorder-trail.ts";
import type { SiroEvent } from "../../src/domain/siro-event.ts";
import { correlateEvents } from "../../src/siro/correlate.ts";
import { correlateLinked } from "../../src/siro/correlate-linked.ts";
import type { MobileEvent } from "../../src/siro/mobile-event.ts";
import type { OutstandingPrompt } from "../../src/siro/outstanding-prompt.ts";
import { aChange, aLink, aPrompt, aTap, NINE_MS, readLink, tokenOf } from "./visits.ts";

const VISIT = "08pWs0000001AbCIAU";
const OTHER_VISIT = "08pWs0000002XyZIAU";
const DEAL = "006Ws000001XyZzIAK";

/** The evidence in one line each: `kind prompt certainty`. */
function evidence(events: readonly MobileEvent[], ...prompts: readonly OutstandingPrompt[]) {
  return correlateEvents(events, prompts, readLink).map(
    ({ kind, promptId, certainty }) => `${kind} ${promptId} ${certainty}`,
  );
}

describe("by the token", () => {
  const prompt = aPrompt({ token: tokenOf("one") });
  const link = aLink({ token: prompt.token, objectIds: [VISIT] });

  test("the whole ladder, each rung with its recording", () => {
    const recordingId = "rec-1";
    const events = [
      aTap("received", link),
      aChange("start", { atSeconds: 1, recordingId }),
      aTap("consumed", link, { atSeconds: 2, recordingId }),
      aChange("stop", { atSeconds: 1800, recordingId, trigger: "buttonPress" }),
    ];
    expect(correlateEvents(events, [prompt], readLink)).toMatchObject([
      { kind: "received", certainty: "token", atMs: NINE_MS },
      { kind: "consumed", certainty: "token", recordingId },
      { kind: "recording", certainty: "token", recordingId, atMs: NINE_MS + 1000 },
      { kind: "stopped", certainty: "token", recordingId, atMs: NINE_MS + 1_800_000 },
    ]);
  });

  test("outside the window, double-encoded, or for a rep who is not matched yet", () => {
    const late = aTap("received", link, { atSeconds: 7200 });
    expect(evidence([late], prompt)).toEqual(["received p1 token"]);
    const twice = aTap("received", link.replaceAll("%", "%25"));
    expect(evidence([twice], prompt)).toEqual(["received p1 token"]);
    const { siroUserId: _, ...unmatched } = prompt;
    expect(evidence([aTap("received", link)], unmatched)).toEqual(["received p1 token"]);
    expect(evidence([aTap("received", link, { by: "" })], prompt)).toEqual(["received p1 token"]);
  });

  test("a link that another rep's app opened is nobody's evidence", () => {
    const bob = aPrompt({ promptId: "p2", siroUserId: "bob", objectIds: [VISIT] });
    const events = [
      aTap("received", link, { by: "bob" }),
      aTap("consumed", link, { by: "bob", atSeconds: 1 }),
      aChange("start", { by: "bob", atSeconds: 1 }),
    ];
    expect(evidence(events, prompt, bob)).toEqual([]);
  });

  test("an empty token names nobody", () => {
    const bare = aPrompt({ token: "", objectIds: [OTHER_VISIT] });
    expect(evidence([aTap("received", link)], bare)).toEqual([]);
  });

  test("of two pieces of one kind the surest counts, and of these the earliest", () => {
    const bare = aTap("received", aLink());
    const [first, second] = [60, 90].map((atSeconds) => aTap("received", link, { atSeconds }));
    const found = correlateEvents(
      [bare, first, second].flatMap((one) => one ?? []),
      [prompt],
      readLink,
    );
    expect(found).toMatchObject([{ kind: "received", certainty: "token", atMs: NINE_MS + 60_000 }]);
  });
});

describe("without a token in the link", () => {
  test("by the very link, of two the newer one that had begun", () => {
    const link = aLink({ objectIds: [VISIT] });
    const first = aPrompt({ promptId: "p1", link });
    const second = aPrompt({ promptId: "p2", link, fromMs: NINE_MS + 600_000 });
    expect(evidence([aTap("received", link, { atSeconds: 60 })], first, second)).toEqual([
      "received p1 url",
    ]);
    expect(evidence([aTap("received", link, { atSeconds: 900 })], first, second)).toEqual([
      "received p2 url",
    ]);
  });

  test("two reps of one visit have the same link, and each their own evidence", () => {
    const link = aLink({ objectIds: [VISIT] });
    const ann = aPrompt({ promptId: "p1", link });
    const bob = aPrompt({ promptId: "p2", link, siroUserId: "bob" });
    expect(evidence([aTap("received", link, { by: "bob" })], ann, bob)).toEqual([
      "received p2 url",
    ]);
    expect(evidence([aTap("received", link, { by: "" })], ann, bob)).toEqual([]);
    const { siroUserId: _, ...unmatched } = ann;
    expect(evidence([aTap("received", link, { by: "" })], unmatched)).toEqual([]);
    expect(evidence([aTap("received", link, { by: "cleo" })], ann, bob)).toEqual([]);
  });

  test("by the CRM's records, for the same action, where one prompt has more of them than any other", () => {
    const visit = aPrompt({ promptId: "p1", objectIds: [VISIT, DEAL] });
    const other = aPrompt({ promptId: "p2", objectIds: [OTHER_VISIT, DEAL] });
    const tap = (objectIds: readonly string[], action: "start" | "restart" = "start") =>
      evidence([aTap("received", aLink({ action, objectIds }))], visit, other);
    expect(tap([VISIT, DEAL])).toEqual(["received p1 objects"]);
    expect(tap([OTHER_VISIT])).toEqual(["received p2 objects"]);
    expect(tap(["08pWs0000001AbC"])).toEqual(["received p1 objects"]);
    expect(tap([DEAL])).toEqual([]);
    expect(tap([VISIT], "restart")).toEqual([]);
  });

  test("by the time, where only one prompt of the rep can be meant", () => {
    const start = aPrompt({ promptId: "p1" });
    const stop = aPrompt({ promptId: "p2", action: "stop" });
    const tap = aTap("received", aLink());
    expect(evidence([tap], start, stop)).toEqual(["received p1 time"]);
    expect(evidence([tap], start, aPrompt({ promptId: "p3" }))).toEqual([]);
    expect(evidence([aTap("received", aLink(), { atSeconds: 3601 })], start)).toEqual([]);
    expect(evidence([aTap("received", aLink({ objectIds: [VISIT] }))], start)).toEqual([
      "received p1 time",
    ]);
    const elsewhere = aPrompt({ promptId: "p1", objectIds: [OTHER_VISIT] });
    expect(evidence([aTap("received", aLink({ objectIds: [VISIT] }))], elsewhere)).toEqual([]);
    expect(evidence([aTap("received", "https://example.com/record?action=start")], start)).toEqual(
      [],
    );
  });
});

describe("what the recorder says", () => {
  const prompt = aPrompt({ token: tokenOf("one") });
  const link = aLink({ token: prompt.token });

  test("counts by time alone where the link's event names no recording", () => {
    const start = aChange("start", { atSeconds: 2, recordingId: "rec-1" });
    expect(evidence([aTap("received", link), start], prompt)).toEqual([
      "received p1 token",
      "recording p1 time",
    ]);
  });

  test("counts without any link's event, if it was a link and one prompt can be meant", () => {
    expect(evidence([aChange("start")], prompt)).toEqual(["recording p1 time"]);
    expect(evidence([aChange("start", { trigger: "buttonPress" })], prompt)).toEqual([]);
    expect(evidence([aChange("start", { by: "bob" })], prompt)).toEqual([]);
    expect(evidence([aChange("start", { by: "" })], prompt)).toEqual([]);
    expect(evidence([aChange("start")], prompt, aPrompt({ promptId: "p2" }))).toEqual([]);
    expect(evidence([aChange("pause")], prompt)).toEqual([]);
  });

  test("belongs to the link beside it, even when that is none of these prompts' links", () => {
    const foreign = aTap("consumed", aLink({ objectIds: [OTHER_VISIT] }));
    const visit = aPrompt({ objectIds: [VISIT] });
    expect(evidence([foreign, aChange("start", { atSeconds: 1 })], visit)).toEqual([]);
  });

  test("a restart's end belongs to the recording before, its beginning to the restart", () => {
    const first = aPrompt({
      promptId: "p1",
      recordings: [{ recordingId: "rec-1", certainty: "token" }],
    });
    const restart = aPrompt({ promptId: "p2", action: "restart" });
    const tapped = aLink({ action: "restart", token: restart.token });
    const events = [
      aTap("received", tapped, { recordingId: "rec-1" }),
      aChange("stop", { atSeconds: 1, recordingId: "rec-1" }),
      aChange("start", { atSeconds: 1, recordingId: "rec-2" }),
      aTap("consumed", tapped, { atSeconds: 2, recordingId: "rec-2" }),
    ];
    expect(evidence(events, first, restart)).toEqual([
      "stopped p1 token",
      "received p2 token",
      "consumed p2 token",
      "recording p2 token",
    ]);
  });

  test("what goes on by a link is not that prompt's, if another visit's prompt began it", () => {
    const first = aPrompt({ promptId: "p1", recordId: "A" });
    const second = aPrompt({ promptId: "p2", recordId: "B" });
    const began = aChange("start", { recordingId: "rec-1" });
    const events = [
      aTap("consumed", aLink({ token: second.token }), { atSeconds: 900, recordingId: "rec-1" }),
      aChange("resume", { atSeconds: 900, recordingId: "rec-1" }),
    ];
    const recordings = [{ recordingId: "rec-1", certainty: "token" }] as const;
    expect(evidence(events, { ...first, recordings }, second)).toEqual(["consumed p2 token"]);
    const tapped = aTap("consumed", aLink({ token: first.token }), { recordingId: "rec-1" });
    expect(evidence([tapped, began, ...events], first, second)).toEqual([
      "consumed p1 token",
      "recording p1 token",
      "consumed p2 token",
    ]);
    const again = { ...second, recordId: "A" };
    expect(evidence(events, { ...first, recordings }, again)).toContain("recording p2 token");
    expect(evidence(events, second)).toContain("recording p2 token");
  });

  test("of two recordings that a prompt began each ends for itself, the second known by the time alone, too", () => {
    const first = aPrompt({
      recordings: [
        { recordingId: "rec-1", certainty: "token" },
        { recordingId: "rec-2", certainty: "time" },
      ],
    });
    const events = [
      aChange("stop", { atSeconds: 60, recordingId: "rec-1", trigger: "buttonPress" }),
      aChange("stop", { atSeconds: 900, recordingId: "rec-2", trigger: "buttonPress" }),
    ];
    expect(evidence(events, first)).toEqual(["stopped p1 token", "stopped p1 time"]);
  });

  test("a start link that is followed twice begins two recordings", () => {
    const events = ["rec-1", "rec-2"].flatMap((recordingId, at) => [
      aChange("start", { atSeconds: at * 600, recordingId }),
      aTap("consumed", link, { atSeconds: at * 600 + 1, recordingId }),
    ]);
    const found = correlateEvents(events, [prompt], readLink);
    expect(found.filter(({ kind }) => kind === "recording")).toMatchObject([
      { recordingId: "rec-1", certainty: "token" },
      { recordingId: "rec-2", certainty: "token" },
    ]);
  });

  test("a stop link ends what it asks to end", () => {
    const stop = aPrompt({ promptId: "p2", action: "stop" });
    const tapped = aLink({ action: "stop", token: stop.token });
    const events = [
      aTap("consumed", tapped, { recordingId: "rec-1" }),
      aChange("stop", { recordingId: "rec-1" }),
    ];
    expect(evidence(events, stop)).toEqual(["consumed p2 token", "stopped p2 token"]);
  });

  test("what a restart ends is not what a stop asked for, whether or not its link was reported", () => {
    const stop = aPrompt({ promptId: "p1", action: "stop" });
    const restart = aPrompt({ promptId: "p2", action: "restart" });
    const ended = aChange("stop", { atSeconds: 1, recordingId: "rec-1" });
    const tapped = aLink({ action: "restart", token: restart.token });
    expect(evidence([aTap("received", tapped), ended], stop, restart)).toEqual([
      "received p2 token",
    ]);
    expect(evidence([aTap("received", tapped), ended], stop)).toEqual([]);
    expect(evidence([ended], stop, restart)).toEqual([]);
    expect(evidence([ended], stop)).toEqual(["stopped p1 time"]);
  });

  test("another rep's phone ends nobody's recording", () => {
    const first = aPrompt({ recordings: [{ recordingId: "rec-1", certainty: "token" }] });
    const ended = (by: string) => aChange("stop", { recordingId: "rec-1", by });
    expect(evidence([ended("bob")], first)).toEqual([]);
    expect(evidence([ended("ann")], first)).toEqual(["stopped p1 token"]);
    const { siroUserId: _, ...unmatched } = first;
    expect(evidence([ended("ann")], unmatched)).toEqual(["stopped p1 token"]);
  });

  test("another rep's phone says nothing of which visit a recording was begun for", () => {
    const mine = aPrompt({ promptId: "p1" });
    const bobs = aPrompt({ promptId: "p2", siroUserId: "bob", recordId: "another visit" });
    const wentOn = aChange("resume", { recordingId: "rec-1" });
    const began = aChange("start", { recordingId: "rec-1", by: "bob" });
    expect(evidence([wentOn, began], mine, bobs)).toEqual([
      "recording p1 time",
      "recording p2 time",
    ]);
  });

  test("what the rep threw away has not ended well", () => {
    const first = aPrompt({ recordings: [{ recordingId: "rec-1", certainty: "token" }] });
    const thrown = aChange("cancelled", { recordingId: "rec-1", trigger: "buttonPress" });
    expect(evidence([thrown], first)).toEqual([]);
  });
});

describe("whatever comes in whatever order", () => {
  const reps = ["ann", "bob"] as const;
  const prompts = reps.flatMap((siroUserId, rep) =>
    (["start", "restart", "stop"] as const).map((action, at) =>
      aPrompt({
        promptId: `${siroUserId}-${action}`,
        siroUserId,
        action,
        objectIds: [rep === 0 ? VISIT : OTHER_VISIT],
        fromMs: NINE_MS + at * 600_000,
        untilMs: NINE_MS + at * 600_000 + 1_200_000,
      }),
    ),
  );
  const ownerOf = new Map(prompts.map(({ promptId, siroUserId }) => [promptId, siroUserId]));
  const at = fc.record({
    // Often the same moment: then the order in which events come must not decide either.
    atSeconds: fc.oneof(fc.constantFrom(0, 1, 660), fc.integer({ min: -60, max: 3600 })),
    by: fc.constantFrom("ann", "bob", "cleo"),
    recordingId: fc.constantFrom("rec-1", "rec-2"),
  });
  const link = fc.oneof(
    fc
      .constantFrom(...prompts)
      .map(({ action, token, objectIds }) => aLink({ action, token, objectIds })),
    fc.constantFrom(...prompts).map(({ action, objectIds }) => aLink({ action, objectIds })),
    fc.constantFrom("start", "stop", "restart").map((action) => aLink({ action })),
    fc.constant("not a link"),
  );
  const someEvent = fc.oneof(
    fc
      .tuple(fc.constantFrom("received", "consumed"), link, at)
      .map(([kind, url, own]) => aTap(kind, url, own)),
    fc
      .tuple(
        fc.constantFrom("start", "resume", "pause", "stop", "cancelled"),
        fc.constantFrom("deeplink", "buttonPress"),
        at,
      )
      .map(([change, trigger, own]) => aChange(change, { ...own, trigger })),
  );
  const day = fc.array(someEvent, { maxLength: 12 });

  test("order and repetition change nothing", () => {
    const shuffled = day.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.subarray(events),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([events, mixed, again]) => {
        const expected = correlateEvents(events, prompts, readLink);
        expect(correlateEvents([...again, ...mixed], prompts, readLink)).toEqual(expected);
        expect(correlateEvents(mixed, prompts.toReversed(), readLink)).toEqual(expected);
      }),
    );
  });

  test("two events of the same moment come to the same, whichever comes first", () => {
    const [start] = prompts;
    const url = aLink({ token: start?.token ?? "" });
    const events = ["rec-1", "rec-2"].map((recordingId) => aTap("received", url, { recordingId }));
    expect(correlateEvents(events.toReversed(), prompts, readLink)).toEqual(
      correlateEvents(events, prompts, readLink),
    );
  });

  test("evidence never crosses from one rep to another", () => {
    fc.assert(
      fc.property(day, fc.constantFrom("ann", "bob"), (events, silenced) => {
        const others = events.filter(({ siroUserId }) => siroUserId !== silenced);
        const found = correlateEvents(others, prompts, readLink);
        expect(found.filter(({ promptId }) => ownerOf.get(promptId) === silenced)).toEqual([]);
        const own = events.filter(({ siroUserId }) => siroUserId === silenced);
        const ofAll = correlateEvents(events, prompts, readLink);
        expect(ofAll.filter(({ promptId }) => ownerOf.get(promptId) === silenced)).toEqual(
          correlateEvents(own, prompts, readLink),
        );
      }),
    );
  });

  test("a missing rung takes away no other one of a link with its token", () => {
    const [start] = prompts;
    const url = aLink({ token: start?.token ?? "", objectIds: [VISIT] });
    const ladder = [
      ["received", aTap("received", url)],
      ["recording", aChange("start", { atSeconds: 1, recordingId: "r" })],
      ["consumed", aTap("consumed", url, { atSeconds: 2, recordingId: "r" })],
      ["stopped", aChange("stop", { atSeconds: 900, recordingId: "r", trigger: "buttonPress" })],
    ] as const;
    fc.assert(
      fc.property(fc.shuffledSubarray([...ladder]), (kept) => {
        const kinds = kept.map(([kind]) => kind);
        const found = correlateEvents(
          kept.map(([, event]) => event),
          prompts.slice(0, 1),
          readLink,
        );
        // The end is known by its recording, and that by its beginning.
        const provable = kinds.filter((kind) => kind !== "stopped" || kinds.includes("recording"));
        expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(provable));
        expect(found.every(({ promptId }) => promptId === start?.promptId)).toBe(true);
      }),
    );
  });
});

describe("a webhook about a linked recording", () => {
  const told: SiroEvent = {
    connection: "acme",
    messageId: "m",
    receivedAtMs: NINE_MS,
    eventType: "integrations.recordingProcessed",
    recordingId: "rec-1",
    isProcessed: true,
    isLinked: true,
    siroUserId: "ann",
    crm: { recordIds: [VISIT] },
  };
  const begun = { recordingId: "rec-1", certainty: "token" } as const;
  const aSign = (sign: RecorderSign["sign"], atSeconds: number): RecorderSign => ({
    ...{ eventId: `${sign} ${atSeconds}`, sign, recordingId: "rec-1" },
    atMs: NINE_MS + atSeconds * 1000,
  });

  test("belongs to the prompt that began the recording, if it hangs on that visit", () => {
    const prompt = aPrompt({ objectIds: [VISIT], recordings: [begun] });
    expect(correlateLinked(told, [prompt], [])).toEqual({
      promptId: "p1",
      kind: "linked",
      certainty: "token",
      atMs: NINE_MS,
      recordingId: "rec-1",
    });
    const elsewhere = { ...told, crm: { recordIds: [OTHER_VISIT] } };
    const other = aPrompt({ promptId: "p2", objectIds: [OTHER_VISIT] });
    expect(correlateLinked(elsewhere, [prompt, other], [])).toBeUndefined();
  });

  test("else by the CRM's records, among this rep's prompts alone", () => {
    const prompt = aPrompt({ objectIds: [VISIT] });
    const trail = [aSign("start", 60)];
    expect(correlateLinked(told, [prompt], trail)).toMatchObject({
      promptId: "p1",
      certainty: "objects",
    });
    const again = aPrompt({ promptId: "p2", objectIds: [VISIT] });
    expect(correlateLinked(told, [prompt, again], trail)).toBeUndefined();
    expect(correlateLinked({ ...told, siroUserId: "bob" }, [prompt], trail)).toBeUndefined();
    const { siroUserId: _, ...anonymous } = told;
    const { siroUserId: __, ...unmatched } = prompt;
    expect(correlateLinked(anonymous, [prompt, unmatched], trail)).toBeUndefined();
    expect(
      correlateLinked(told, [aPrompt({ action: "stop", objectIds: [VISIT] })], trail),
    ).toBeUndefined();
  });

  test("by the CRM's records only a recording that is known to have begun in the prompt's time", () => {
    const prompt = aPrompt({ objectIds: [VISIT] });
    expect(correlateLinked(told, [prompt], [])).toBeUndefined();
    expect(correlateLinked(told, [prompt], [aSign("start", -60)])).toBeUndefined();
    expect(correlateLinked(told, [prompt], [aSign("stop", 60)])).toBeUndefined();
    const wentOn = [aSign("resume", -1), aSign("start", 60)];
    expect(correlateLinked(told, [prompt], wentOn)).toBeUndefined();
    const other = { ...aSign("start", 60), recordingId: "rec-2" };
    expect(correlateLinked(told, [prompt], [other])).toBeUndefined();
    const late = aPrompt({ promptId: "p2", objectIds: [VISIT], fromMs: NINE_MS + 120_000 });
    expect(correlateLinked(told, [prompt, late], [aSign("start", 60)])?.promptId).toBe("p1");
  });

  test("is no evidence before both are true", () => {
    const prompt = aPrompt({ objectIds: [VISIT], recordings: [begun] });
    expect(correlateLinked({ ...told, isLinked: false }, [prompt], [])).toBeUndefined();
    expect(correlateLinked({ ...told, isProcessed: false }, [prompt], [])).toBeUndefined();
  });
});
