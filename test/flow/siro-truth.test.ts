import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { StubEvent } from "../../src/local-mode/stub-siro/siro-world.ts";
import { sideBySide } from "../support/side-by-side.ts";
import { drawVisit, openSiroStage, type SiroRep, type SiroStage } from "./siro-stage.ts";

const HOUR_MS = 3_600_000;
const CODES = {
  received: "deeplinkReceived",
  consumed: "deeplinkConsumed",
  recording: "recorderStateChange",
} as const;

let stage: SiroStage;

beforeAll(async () => {
  stage = await openSiroStage();
}, 30_000);
const scenario = sideBySide();
afterEach(() => {
  stage.siro.faults.clear();
  Object.assign(stage.siro.oddities, {
    nestedRows: false,
    nullRecordingIds: false,
    repeatedRows: false,
  });
});
afterAll(() => stage.close());

/** The receipts of a visit, as action, kind and certainty, sorted. */
async function rungs(recordId: string): Promise<readonly string[]> {
  const { prompts = [], receipts = [] } = (await stage.dossier(recordId)) ?? {};
  return receipts
    .map(({ promptId, kind, certainty }) => {
      const action = prompts.find((one) => one.promptId === promptId)?.action;
      return `${action} ${kind} ${certainty}`;
    })
    .sort();
}

/** A rep with a visit of an hour whose start has arrived. */
async function aVisit(): Promise<{ visit: string; rep: SiroRep; link: string }> {
  const visit = drawVisit();
  const rep = await stage.aRep();
  await stage.book({ recordId: visit, from: 1, until: 3600, reps: [rep] });
  return { visit, rep, link: await rep.untilLink(visit, "start") };
}

/** Taps a link without a network, changes what the phone will report, and gives the network back. */
async function tapThenReport(
  { siro }: SiroRep,
  link: string,
  change: (events: readonly StubEvent[]) => readonly StubEvent[],
): Promise<string> {
  const { phone, id } = siro;
  phone.isOnline = false;
  await phone.tap(link);
  const recordingId = phone.recording?.id ?? "";
  const { events } = stage.siro.world;
  const own = events.filter(({ userId, isUploaded }) => userId === id && !isUploaded);
  const others = events.filter((event) => !own.includes(event));
  events.splice(0, events.length, ...others, ...change(own));
  phone.isOnline = true;
  return recordingId;
}

describe("from a booked visit to a linked recording", () => {
  scenario(
    "every rung is reached by itself and stands on the timeline with its certainty",
    async () => {
      const visit = drawVisit();
      const rep = await stage.aRep();
      await stage.book({ recordId: visit, from: 1, until: 5, reps: [rep] });
      await rep.siro.phone.tap(await rep.untilLink(visit, "start"));
      const recordingId = rep.siro.phone.recording?.id ?? "";
      const recording = await stage.untilRung(visit, "recording");
      expect(recording).toMatchObject({ certainty: "token", recordingId, source: "siro-events" });
      await rep.siro.phone.tap(await rep.untilLink(visit, "stop"));
      await stage.untilRung(visit, "stopped", "stop");
      await stage.untilRung(visit, "stopped", "start");
      await stage.siro.process(recordingId);
      await stage.untilRung(visit, "linked");
      expect(await rungs(visit)).toEqual([
        "start consumed token",
        "start linked token",
        "start received token",
        "start recording token",
        "start stopped token",
        "stop consumed token",
        "stop received token",
        "stop stopped token",
      ]);
      const [start] = await stage.prompts(visit, "start");
      expect(start?.recording).toMatchObject({ recordingId, certainty: "token" });
      expect(start?.recording?.endedAtMs).toBeGreaterThanOrEqual(recording.atMs);
      expect(await stage.timeline(visit)).toEqual(
        expect.arrayContaining([
          "siro.reported: Siro's app got the link (start), by the link's own token",
          "siro.reported: Siro's recorder runs (start), by the link's own token",
          "siro.reported: The recording hangs on the CRM's records (start), by the link's own token",
        ]),
      );
      expect(await stage.parked()).toBe(0);
    },
    30_000,
  );
});

describe("each rung, missing, late, doubled or out of order", () => {
  async function withoutRung(missing: "received" | "consumed"): Promise<void> {
    const { visit, rep, link } = await aVisit();
    const recordingId = await tapThenReport(rep, link, (events) =>
      events.filter(({ eventCode }) => eventCode !== CODES[missing]),
    );
    await stage.siro.process(recordingId);
    await stage.untilRung(visit, "linked");
    await stage.untilRung(visit, "recording");
    const kinds = (await rungs(visit)).map((rung) => rung.split(" ")[1]);
    const all = ["consumed", "linked", "received", "recording"];
    expect(kinds).toEqual(all.filter((kind) => kind !== missing));
    const [start] = await stage.prompts(visit, "start");
    expect(start?.recording?.linkedAtMs).toBeDefined();
  }

  for (const missing of ["received", "consumed"] as const) {
    const name = `without ${missing} the others are reached all the same`;
    scenario(name, () => withoutRung(missing), 30_000);
  }

  scenario(
    "without recording nobody knows when it began, and a link by the visit's records is no evidence",
    async () => {
      const { visit, rep, link } = await aVisit();
      const recordingId = await tapThenReport(rep, link, (events) =>
        events.filter(({ eventCode }) => eventCode !== CODES.recording),
      );
      await stage.siro.process(recordingId);
      await stage.untilRung(visit, "consumed");
      await stage.untilLooked();
      await stage.untilLooked();
      const kinds = (await rungs(visit)).map((rung) => rung.split(" ")[1]);
      expect(kinds).toEqual(["consumed", "received"]);
      const [start] = await stage.prompts(visit, "start");
      expect(start?.recording).toBeUndefined();
    },
    30_000,
  );

  scenario(
    "an app that was offline since noon proves it in the evening, with the times of noon",
    async () => {
      const { visit, rep, link } = await aVisit();
      await stage.untilLooked();
      await tapThenReport(rep, link, (events) =>
        events.map((event) => ({ ...event, createdAtMs: event.createdAtMs - 6 * HOUR_MS })),
      );
      const { atMs } = await stage.untilRung(visit, "recording");
      expect(Date.now() - atMs).toBeGreaterThan(6 * HOUR_MS - 60_000);
      const told = (await stage.timeline(visit)).find((line) => line.includes("recorder runs"));
      expect(told).toContain("told late: it happened at ");
    },
    30_000,
  );

  scenario(
    "a phone whose clock is a day ahead is believed what it did, not when: nothing runs for ever",
    async () => {
      const { visit, rep, link } = await aVisit();
      await tapThenReport(rep, link, (events) =>
        events.map((event) => ({ ...event, createdAtMs: event.createdAtMs + 24 * HOUR_MS })),
      );
      const { atMs } = await stage.untilRung(visit, "recording");
      expect(atMs).toBeLessThanOrEqual(Date.now());
      rep.siro.phone.press("stop");
      await stage.untilRung(visit, "stopped");
      const next = drawVisit();
      await stage.book({ recordId: next, from: 1, until: 3000, reps: [rep] });
      await rep.untilLink(next, "start");
      expect(rep.asked()).toEqual(["start", "start"]);
    },
    30_000,
  );

  test("rows that come twice, in pages, in arrays, change nothing", async () => {
    Object.assign(stage.siro.oddities, { nestedRows: true, repeatedRows: true });
    const { visit, rep, link } = await aVisit();
    await rep.siro.phone.tap(link);
    await stage.untilRung(visit, "recording");
    await stage.untilLooked();
    await stage.untilLooked();
    expect(await rungs(visit)).toEqual([
      "start consumed token",
      "start received token",
      "start recording token",
    ]);
    const told = (await stage.timeline(visit)).filter((line) => line.includes("recorder runs"));
    expect(told).toHaveLength(1);
  }, 30_000);

  test("where Siro names no recordings the rungs are reached, less surely", async () => {
    stage.siro.oddities.nullRecordingIds = true;
    const { visit, rep, link } = await aVisit();
    await rep.siro.phone.tap(link);
    await stage.untilRung(visit, "recording");
    const seen = await rungs(visit);
    expect(seen).toEqual(["start consumed token", "start received token", "start recording time"]);
  }, 30_000);

  scenario(
    "linked is told before the phone reported anything, and told twice",
    async () => {
      const { visit, rep, link } = await aVisit();
      await stage.untilLooked();
      rep.siro.phone.isOnline = false;
      await rep.siro.phone.tap(link);
      await stage.siro.process(rep.siro.phone.recording?.id ?? "");
      await stage.untilLooked();
      expect(await rungs(visit)).toEqual([]);
      rep.siro.phone.isOnline = true;
      expect(await stage.untilRung(visit, "linked")).toMatchObject({ certainty: "token" });
      for (const message of stage.siro.webhooks.sent) {
        await stage.siro.webhooks.resend(message);
      }
      const [start] = await stage.prompts(visit, "start");
      expect(start?.recording).toMatchObject({ certainty: "token" });
      expect(start?.recording?.linkedAtMs).toBeDefined();
    },
    30_000,
  );
});

describe("a recording that was linked to somebody else's records", () => {
  scenario(
    "is no proof for this visit",
    async () => {
      const { visit, rep, link } = await aVisit();
      const other = "08p000000009999AAA";
      await rep.siro.phone.tap(link.replaceAll(visit, other));
      await stage.untilRung(visit, "recording");
      await stage.siro.process(rep.siro.phone.recording?.id ?? "");
      await stage.untilLooked();
      expect((await rungs(visit)).some((rung) => rung.includes("linked"))).toBe(false);
    },
    30_000,
  );
});

describe("while nothing is outstanding", () => {
  scenario(
    "Siro is not asked at all; from the first prompt on it is",
    async () => {
      const quiet = await openSiroStage();
      try {
        const rep = await quiet.aRep();
        await quiet.book({ recordId: "08p000000008888AAA", from: 3, until: 3600, reps: [rep] });
        await quiet.untilPrompt("08p000000008888AAA", "the start to be due", ({ state }) => {
          expect(quiet.siro.calls).toEqual([]);
          return state !== "waiting";
        });
        await quiet.untilLooked();
        expect(quiet.siro.calls.length).toBeGreaterThan(0);
      } finally {
        await quiet.close();
      }
    },
    30_000,
  );
});
