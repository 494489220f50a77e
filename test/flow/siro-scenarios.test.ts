import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { releaseSiroLook } from "../../src/books/siro-mark-book.ts";
import type { Prompt, PromptRecording } from "../../src/domain/prompt.ts";
import type { ReceiptKind } from "../../src/domain/receipt.ts";
import { recordingNamed, recordingsOf } from "../../src/domain/recordings-of.ts";
import { keyspace } from "../../src/keyspace.ts";
import type { SiroFault } from "../../src/local-mode/stub-siro/wire/siro-faults.ts";
import { sideBySide } from "../support/side-by-side.ts";
import { until } from "../support/until.ts";
import {
  drawVisit,
  openSiroStage,
  SIRO_TIMEOUT_MS,
  type SiroRep,
  type SiroStage,
} from "./siro-stage.ts";

let stage: SiroStage;
let handRep: SiroRep;

beforeAll(async () => {
  stage = await openSiroStage();
  handRep = await stage.aRep();
  // Somebody else's visit is outstanding all the time, so that Siro is looked at before a rep's own first prompt.
  await stage.book({ recordId: drawVisit(), from: 1, until: 3600, reps: [await stage.aRep()] });
}, 30_000);
const scenario = sideBySide();
afterEach(() => stage.siro.faults.clear());
afterAll(() => stage.close());

const kindsOf = async (recordId: string) =>
  ((await stage.dossier(recordId))?.receipts ?? []).map(({ kind }) => kind);

const isBegun = (recordingId: string | undefined) => (prompt: Prompt) =>
  recordingNamed(prompt, recordingId) !== undefined;

const isLinkedAndOver = ({ endedAtMs, linkedAtMs }: PromptRecording) =>
  endedAtMs !== undefined && linkedAtMs !== undefined;

/** The recordings that the start's receipts of a kind tell of, in the order of what they tell. */
async function receiptsOf(recordId: string, kind: ReceiptKind) {
  const ids = (await stage.prompts(recordId, "start")).map(({ promptId }) => promptId);
  return ((await stage.dossier(recordId))?.receipts ?? [])
    .filter((one) => one.kind === kind && ids.includes(one.promptId))
    .toSorted((left, right) => left.atMs - right.atMs)
    .map(({ recordingId }) => recordingId);
}

const isEnded = ({ state }: { readonly state: string }) => state === "skipped";

/** Reports an event of a rep's app that the phone itself does not make. */
function report({ siro }: SiroRep, eventCode: string, event: Readonly<Record<string, string>>) {
  stage.siro.world.events.push({
    id: randomUUID(),
    userId: siro.id,
    recordingId: siro.phone.recording?.id ?? null,
    eventCode,
    event,
    createdAtMs: Date.now(),
    isUploaded: true,
  });
}

describe("visits that follow each other", () => {
  scenario(
    "back-to-back: one restart ends the first recording and begins the second, each with its own visit",
    async () => {
      const [first, second] = [drawVisit(), drawVisit()];
      const [rep, nowMs] = [await stage.aRep(), Date.now()];
      await stage.book({ recordId: first, from: 1, until: 5, reps: [rep], nowMs });
      await stage.book({ recordId: second, from: 5, until: 10, reps: [rep], nowMs });
      await rep.siro.phone.tap(await rep.untilLink(first, "start"));
      const one = await stage.untilRung(first, "recording");
      await rep.siro.phone.tap(await rep.untilLink(second, "restart"));
      const two = await stage.untilRung(second, "recording", "restart");
      await stage.untilRung(first, "stopped");
      expect(two.recordingId).not.toBe(one.recordingId);
      await rep.siro.phone.tap(await rep.untilLink(second, "stop"));
      await stage.untilRung(second, "stopped", "restart");
      expect(rep.asked()).toEqual(["start", "restart", "stop"]);
    },
    30_000,
  );

  scenario(
    "back-to-back, but the first was ended by hand: the second is begun with its title",
    async () => {
      const [first, second] = [drawVisit(), drawVisit()];
      const [rep, nowMs] = [await stage.aRep(), Date.now()];
      await stage.book({ recordId: first, from: 1, until: 8, reps: [rep], nowMs });
      await stage.book({ recordId: second, from: 8, until: 3600, reps: [rep], nowMs });
      await rep.siro.phone.tap(await rep.untilLink(first, "start"));
      await stage.untilRung(first, "recording");
      rep.siro.phone.press("stop");
      await stage.untilRung(first, "stopped");
      await rep.untilLink(second, "start");
      expect(rep.asked()).toEqual(["start", "start"]);
    },
    30_000,
  );

  scenario(
    "overlapping: the second visit's restart comes while the first one lasts",
    async () => {
      const [first, second] = [drawVisit(), drawVisit()];
      const rep = await stage.aRep();
      await stage.book({ recordId: first, from: 1, until: 3600, reps: [rep] });
      await stage.book({ recordId: second, from: 4, until: 3000, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(first, "start"));
      await stage.untilRung(first, "recording");
      await rep.siro.phone.tap(await rep.untilLink(second, "restart"));
      await stage.untilRung(second, "recording", "restart");
      await stage.untilRung(first, "stopped");
    },
    30_000,
  );

  scenario(
    "forgotten stop: the next start is a restart, because the first recording still runs",
    async () => {
      const [first, second] = [drawVisit(), drawVisit()];
      const rep = await stage.aRep();
      await stage.book({ recordId: first, from: 1, until: 3, reps: [rep] });
      await stage.book({ recordId: second, from: 7, until: 3600, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(first, "start"));
      await stage.untilRung(first, "recording");
      await rep.untilLink(first, "stop");
      const restart = await rep.untilLink(second, "restart");
      expect(rep.asked()).toEqual(["start", "stop", "restart"]);
      expect(await stage.timeline(second)).toContain(
        "prompt.due: The restart is due: another recording of the rep runs",
      );
      await rep.siro.phone.tap(restart);
      await stage.untilRung(first, "stopped");
    },
    30_000,
  );

  scenario(
    "stopped by hand before the end: no stop is asked for",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep();
      // Long enough for Siro to be asked twice on a slow machine before the stop is due.
      await stage.book({ recordId: visit, from: 1, until: 10, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(visit, "start"));
      await stage.untilRung(visit, "recording");
      rep.siro.phone.press("stop");
      await stage.untilRung(visit, "stopped");
      const stop = await stage.untilPrompt(
        visit,
        "the stop to be skipped",
        (one) => one.action === "stop" && isEnded(one),
      );
      expect(stop.reason).toContain("Siro said that the recording ended");
      expect(rep.asked()).toEqual(["start"]);
    },
    30_000,
  );
});

describe("a rep who does without the bridge", () => {
  scenario(
    "already recording by hand when the start is due: nothing is asked but the stop",
    async () => {
      const visit = drawVisit();
      const rep = handRep;
      rep.siro.phone.press("record");
      await stage.untilLooked();
      await stage.book({ recordId: visit, from: 1, until: 5, reps: [rep] });
      await stage.untilPrompt(visit, "the start to be skipped", isEnded);
      expect(await stage.timeline(visit)).toContain(
        "prompt.skipped: Not sent: Siro said that this visit is recorded already",
      );
      await rep.siro.phone.tap(await rep.untilLink(visit, "stop"));
      await stage.untilRung(visit, "stopped", "stop");
      expect(rep.asked()).toEqual(["stop"]);
      expect(await stage.untilRung(visit, "recording")).toMatchObject({ certainty: "time" });
    },
    30_000,
  );

  scenario(
    "begins by hand in place of the link: the visit is known to be recorded, by rep and time",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep();
      await stage.book({ recordId: visit, from: 1, until: 3600, reps: [rep] });
      await rep.untilLink(visit, "start");
      rep.siro.phone.press("record");
      expect(await stage.untilRung(visit, "recording")).toMatchObject({
        certainty: "time",
        recordingId: rep.siro.phone.recording?.id,
      });
    },
    30_000,
  );
});

describe("a visit with more than one recording", () => {
  scenario(
    "ended and begun again by hand: both are the visit's, and its stop comes for the second",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep();
      await stage.book({ recordId: visit, from: 1, until: 10, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(visit, "start"));
      const first = (await stage.untilRung(visit, "recording")).recordingId;
      rep.siro.phone.press("stop");
      await stage.untilRung(visit, "stopped");
      rep.siro.phone.press("record");
      const second = rep.siro.phone.recording?.id;
      await stage.untilPrompt(visit, "the second recording", isBegun(second));
      await rep.siro.phone.tap(await rep.untilLink(visit, "stop"));
      const start = await stage.untilPrompt(
        visit,
        "both to have ended",
        (one) =>
          recordingsOf(one).every(({ endedAtMs }) => endedAtMs !== undefined) &&
          isBegun(second)(one),
      );
      expect(start.recording).toMatchObject({ recordingId: first, certainty: "token" });
      expect(start.furtherRecordings).toMatchObject([{ recordingId: second, isByHand: true }]);
      expect(await receiptsOf(visit, "recording")).toEqual([first, second]);
      expect(await receiptsOf(visit, "stopped")).toEqual([first, second]);
      expect(rep.asked()).toEqual(["start", "stop"]);
      const told = await stage.timeline(visit);
      expect(told).toContain(
        "siro.reported: Siro's recorder runs (start), one more recording of this visit, by rep and time alone",
      );
    },
    40_000,
  );

  scenario(
    "the start's link followed twice, and both linked in Siro: each is known for itself",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep();
      await stage.book({ recordId: visit, from: 1, until: 3600, reps: [rep] });
      const link = await rep.untilLink(visit, "start");
      const ids: string[] = [];
      for (const _ of ["once", "again"]) {
        ids.push((await rep.siro.phone.tap(link)).recordingId ?? "");
        await stage.untilPrompt(visit, "the recording", isBegun(ids.at(-1)));
        rep.siro.phone.press("stop");
      }
      for (const id of ids) {
        await stage.siro.process(id);
      }
      const start = await stage.untilPrompt(
        visit,
        "both to be linked",
        (one) => recordingsOf(one).length === 2 && recordingsOf(one).every(isLinkedAndOver),
      );
      expect(recordingsOf(start)).toMatchObject(
        ids.map((id) => ({ recordingId: id, certainty: "token" })),
      );
      expect(await receiptsOf(visit, "linked")).toEqual(ids);
      expect(rep.asked()).toEqual(["start"]);
    },
    40_000,
  );
});

describe("what goes differently", () => {
  scenario(
    "declined consent: it is told, and nothing more is asked",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep();
      await stage.book({ recordId: visit, from: 1, until: 6, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(visit, "start"));
      report(rep, "consentStatusChanged", { status: "requested" });
      report(rep, "consentStatusChanged", { status: "declined" });
      rep.siro.phone.press("cancel");
      const declined = await stage.untilPrompt(
        visit,
        "the consent to be known",
        ({ consent }) => consent?.status === "declined",
      );
      expect(declined.action).toBe("start");
      await stage.untilPrompt(visit, "the stop", (one) => one.action === "stop" && isEnded(one));
      expect(rep.asked()).toEqual(["start"]);
      expect(await stage.timeline(visit)).toContain(
        "siro.reported: The customer declined to be recorded (start)",
      );
    },
    30_000,
  );

  test("wrong user: a link that a colleague's app follows proves nothing for either", async () => {
    const [visit, others] = [drawVisit(), drawVisit()];
    const [rep, colleague] = [await stage.aRep(), await stage.aRep()];
    await stage.book({ recordId: visit, from: 1, until: 3600, reps: [rep] });
    await stage.book({ recordId: others, from: 1, until: 3600, reps: [colleague] });
    const link = await rep.untilLink(visit, "start");
    await colleague.untilLink(others, "start");
    await stage.untilLooked();
    await colleague.siro.phone.tap(link);
    await stage.untilLooked();
    await stage.untilLooked();
    expect([await kindsOf(visit), await kindsOf(others)]).toEqual([[], []]);
    const toldOf = async (recordId: string) =>
      (await stage.timeline(recordId)).filter((line) => line.startsWith("siro."));
    const told = "siro.reported: Siro reports that another user's app got this link (start)";
    expect([await toldOf(visit), await toldOf(others)]).toEqual([[told], []]);
    // A worker that has seen none of these events tells it no second time.
    await stage.crash();
    await stage.untilLooked();
    expect(await toldOf(visit)).toEqual([told]);
  }, 30_000);

  scenario(
    "a rep whom Siro knows by another address: the link's own token is proof enough",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep({ email: null });
      await stage.book({ recordId: visit, from: 1, until: 3600, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(visit, "start"));
      expect(await stage.untilRung(visit, "recording")).toMatchObject({ certainty: "token" });
    },
    30_000,
  );
});

/** Of other forms, of nobody, of the future and of long ago. */
const LIES = [
  ...[null, 7, "row", [], [[{}]], { id: "x" }, { id: "y", createdAt: "now", event: null }],
  ...["start", "stop", "explode"].flatMap((value, at) =>
    ["2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"].map((createdAt) => ({
      ...{ id: `lie-${at}-${createdAt}`, createdAt, userId: `nobody-${at}`, recordingId: null },
      ...{ eventCode: "recorderStateChange", event: { value, trigger: "deeplink" } },
    })),
  ),
];

describe("a Siro that cannot be trusted", () => {
  const troubles: readonly (readonly [string, SiroFault, string])[] = [
    ["down", { kind: "status", status: 500 }, "SIRO_UNAVAILABLE"],
    ["limited", { kind: "status", status: 429, retryAfter: "1" }, "SIRO_LIMIT"],
    ["answering with a page", { kind: "html" }, "SIRO_UNAVAILABLE"],
    ["answering with an error as success", { kind: "error-in-200" }, "SIRO_ANSWER_UNUSABLE"],
    ["hanging", { kind: "hang" }, "SIRO_UNAVAILABLE"],
    ["lying about everything", { kind: "status", status: 200, body: { data: LIES } }, "connected"],
  ];

  test.each(troubles)(
    "%s: prompts go out on time, nothing is parked, and all is known afterwards",
    async (_, fault, code) => {
      stage.siro.faults.inject(fault, { times: "forever" });
      const visit = drawVisit();
      const rep = await stage.aRep();
      await stage.book({ recordId: visit, from: 2, until: 3600, reps: [rep] });
      const link = await rep.untilLink(visit, "start");
      const [start] = await stage.prompts(visit, "start");
      const lateMs = (start?.sentAtMs ?? 0) - (start?.dueAtMs ?? 0);
      expect(lateMs).toBeLessThan(SIRO_TIMEOUT_MS);
      await rep.siro.phone.tap(link);
      await stage.untilNoted(code);
      stage.siro.faults.clear();
      await stage.untilRung(visit, "recording");
      await stage.untilNoted("connected");
      expect(await stage.parked()).toBe(0);
    },
    40_000,
  );

  test("the right to look is renewed for as long as a look lasts, and its owner's alone", async () => {
    const { redis } = stage.kit;
    const right = keyspace.siroLease("acme");
    const least = new Map<string, number>();
    stage.siro.faults.inject({ kind: "hang" }, { times: "forever" });
    const owner = await until(
      async () => {
        const [by, leftMs] = await Promise.all([redis.get(right), redis.pttl(right)]);
        const leastMs = Math.min(least.get(by ?? "") ?? leftMs, leftMs);
        least.set(by ?? "", leastMs);
        return leftMs > leastMs + 1_000 && by;
      },
      { timeoutMs: 15_000, what: "the right to be renewed" },
    );
    await releaseSiroLook(redis, { connection: "acme", owner: "somebody else" });
    expect(await redis.get(right)).toBe(owner);
  });
});
