import { describe, expect, test } from "@jest/globals";
import type { MendNote } from "../../src/books/siro-mend-book.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { type SiroMend, siroMendSchema } from "../../src/domain/siro-mend.ts";
import type { StubSiro } from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { lookAfterRecording, type MendDeed } from "../../src/siro/look-after-recording.ts";
import { shareRecordings } from "../../src/siro/share-recordings.ts";
import { anAppointment, aPrompt, REP } from "../admin/state.ts";
import { clientOf, siroStage } from "./siro-stage.ts";

const MINUTE_MS = 60_000;
const NINE_MS = Date.UTC(2026, 10, 23, 9);
const CONNECTION_ID = "01HACME0000000000000000000";
const VISIT = { objectType: "ServiceAppointment", objectId: "08p5f000000AbCdAAK" } as const;
const DEAL = { objectType: "Opportunity", objectId: "0065f000000DeAlEAK" } as const;
const HOME = { objectType: "Account", objectId: "0015f000000HoMeEAK" } as const;

/** As a CRM may write it: 15 characters. */
const SHORT_HOME = { ...HOME, objectId: HOME.objectId.slice(0, 15) };

const { start } = siroStage();

/** A visit whose recording a tap began and ended; `link` says what the tap asked for. */
async function aRecordedVisit(link: {
  readonly action?: "start" | "restart";
  readonly objects?: readonly object[];
}) {
  let nowMs = NINE_MS;
  const siro = await start({ nowMs: () => nowMs });
  const { phone } = siro.addRep({ email: REP.email });
  const { action = "start", objects = [] } = link;
  const crm = `integrationConnectionId=${CONNECTION_ID}&crmObjects=${encodeURIComponent(JSON.stringify(objects))}`;
  const { recordingId = "" } = await phone.tap(
    `https://app.siro.ai/record?action=${action}&${crm}`,
  );
  phone.press("stop");
  return {
    siro,
    recordingId,
    action,
    clock: { pass: (ms: number) => (nowMs += ms), now: () => nowMs },
  };
}

type Visit = Awaited<ReturnType<typeof aRecordedVisit>>;

/** Looks after the visit's recording, with notes and a timeline that last as long as this. */
function aDoctor(
  visit: Visit,
  settings: Partial<SiroMend>,
  { others = [], ...own }: Partial<Prompt> & { readonly others?: readonly Prompt[] } = {},
) {
  const { siro, recordingId, action, clock } = visit;
  const times = { startAtMs: NINE_MS, endAtMs: NINE_MS + 60 * MINUTE_MS };
  const appointment = anAppointment({
    ...times,
    crmObjects: [VISIT, DEAL, SHORT_HOME],
    title: "Roof",
  });
  const at = { seenAtMs: NINE_MS, endedAtMs: NINE_MS };
  const seen = { recordingId, certainty: "token", ...at } as const;
  const prompt = aPrompt({ action, state: "sent", recording: seen, ...own });
  const stored = { appointment, version: { occurredAtMs: 0, readAtMs: 0, eventId: "e" } };
  const dossier = {
    stored: { ...stored, contentHash: "h", knownUserIds: [] },
    ...{ prompts: [prompt], deliveries: [], receipts: [] },
  };
  let note: MendNote = {};
  const told: string[] = [];
  const { promptId, userId, recordId } = prompt;
  const ref = { connection: "acme", promptId, userId, recordId };
  const client = clientOf(siro);
  const { readRecordings } = client;
  const look = (now: Partial<SiroMend> & { readonly recordingId?: string } = {}) => {
    const { recordingId: named, ...changed } = now;
    return lookAfterRecording(
      {
        settings: siroMendSchema.parse({ ...settings, ...changed }),
        integrationConnectionId: CONNECTION_ID,
        siro: client,
        // The list as it is now: what is shared between looks has tests of its own.
        findRecording: shareRecordings({ readRecordings, nowMs: clock.now }),
        readDossier: async () => dossier,
        readPrompts: async () => [prompt, ...others],
        readNote: async () => note,
        saveDeed: async (_ref, deed: MendDeed) => {
          note = { ...deed.note, ...note };
          told.push(...deed.told);
        },
        nowMs: clock.now,
      },
      named === undefined ? ref : { ...ref, recordingId: named },
    );
  };
  return { look, told };
}

const linkCalls = ({ calls }: StubSiro) =>
  calls.filter(({ path }) => path.endsWith("/link")).length;
const linkedTo = ({ siro, recordingId }: Visit) => siro.world.recordings.get(recordingId)?.linked;

describe("repair", () => {
  test("links a recording that hangs on nothing to its visit, after a while, once, with proof", async () => {
    const visit = await aRecordedVisit({});
    const { look, told } = aDoctor(visit, { repair: "on", repairAfterMinutes: 15 });
    expect(await look()).toEqual({ kind: "later", afterMs: 5 * MINUTE_MS });
    await visit.siro.process(visit.recordingId);
    expect(await look()).toEqual({ kind: "later", afterMs: 15 * MINUTE_MS });
    visit.clock.pass(10 * MINUTE_MS);
    expect(await look()).toEqual({ kind: "later", afterMs: 5 * MINUTE_MS });
    expect(linkCalls(visit.siro)).toBe(0);
    visit.clock.pass(5 * MINUTE_MS);
    expect(await look()).toEqual({ kind: "done", note: "link" });
    expect(linkedTo(visit)).toEqual({ integrationConnectionId: CONNECTION_ID, objects: [VISIT] });
    const proof = `The recording was linked to ServiceAppointment ${VISIT.objectId} in Siro; it hung on nothing`;
    expect(told).toEqual([proof]);
    expect(await look()).toEqual({ kind: "done", note: "nothing to do" });
    expect(linkCalls(visit.siro)).toBe(1);
  });

  test("takes a recording off somebody else's record", async () => {
    const wrong = { objectType: "Lead", objectId: "00Q5f000000WrOnEAK" };
    const visit = await aRecordedVisit({ objects: [wrong] });
    await visit.siro.process(visit.recordingId);
    const { look, told } = aDoctor(visit, { repair: "on", repairAfterMinutes: 0 });
    await look();
    expect(linkedTo(visit)?.objects).toEqual([VISIT]);
    expect(told).toEqual([expect.stringMatching(/it hung on 00Q5f000000WrOnEAK$/)]);
  });

  test("leaves a link to any of the visit's records alone, without a word", async () => {
    const visit = await aRecordedVisit({ objects: [HOME] });
    await visit.siro.process(visit.recordingId);
    const { look, told } = aDoctor(visit, { repair: "on", repairAfterMinutes: 0 });
    expect(await look()).toEqual({ kind: "done", note: "right" });
    expect([linkCalls(visit.siro), told]).toEqual([0, []]);
  });

  test("a visit that Siro does not know gives way to the first of its records", async () => {
    const visit = await aRecordedVisit({});
    await visit.siro.process(visit.recordingId);
    visit.siro.world.unknownObjects.add(VISIT.objectId);
    const { look, told } = aDoctor(visit, { repair: "on", repairAfterMinutes: 0 });
    await look();
    expect(linkedTo(visit)?.objects).toEqual([DEAL]);
    expect(told).toEqual([expect.stringContaining(`linked to Opportunity ${DEAL.objectId}`)]);
  });

  test("a dry run says once what it would do, and does nothing", async () => {
    const visit = await aRecordedVisit({});
    await visit.siro.process(visit.recordingId);
    const { look, told } = aDoctor(visit, { repair: "dry-run", repairAfterMinutes: 0 });
    await look();
    await look();
    expect(told).toEqual([
      `Dry run: the recording would be linked to ServiceAppointment ${VISIT.objectId} in Siro; it hangs on nothing`,
    ]);
    expect([linkCalls(visit.siro), linkedTo(visit)]).toEqual([0, null]);
  });

  test("what a dry run spoke of is done once it is turned on, once", async () => {
    const visit = await aRecordedVisit({});
    await visit.siro.process(visit.recordingId);
    const { look, told } = aDoctor(visit, { repair: "dry-run", repairAfterMinutes: 0 });
    await look();
    expect(await look({ repair: "on" })).toEqual({ kind: "done", note: "link" });
    expect(linkedTo(visit)?.objects).toEqual([VISIT]);
    expect(told).toEqual([
      expect.stringMatching(/^Dry run: the recording would be linked to/),
      expect.stringMatching(/^The recording was linked to/),
    ]);
    expect(await look({ repair: "on" })).toEqual({ kind: "done", note: "nothing to do" });
    expect(await look()).toEqual({ kind: "done", note: "nothing to do" });
    expect(linkCalls(visit.siro)).toBe(1);
  });

  test("does not touch what is known by rep and time alone, or what was deleted", async () => {
    const unsure = await aRecordedVisit({});
    await unsure.siro.process(unsure.recordingId);
    const at = { seenAtMs: NINE_MS, endedAtMs: NINE_MS };
    const seen = { recordingId: unsure.recordingId, certainty: "time", ...at } as const;
    const guessed = aDoctor(unsure, { repair: "on", repairAfterMinutes: 0 }, { recording: seen });
    expect(await guessed.look()).toEqual({ kind: "done", note: "give-up" });
    expect(guessed.told).toEqual([expect.stringContaining("known by rep and time alone")]);
    const thrown = await aRecordedVisit({});
    Object.assign(thrown.siro.world.recordings.get(thrown.recordingId) ?? {}, {
      state: "cancelled",
    });
    const gone = aDoctor(thrown, { repair: "on", repairAfterMinutes: 0 });
    await gone.look();
    expect(gone.told).toEqual([expect.stringContaining("it was deleted")]);
    expect([linkCalls(unsure.siro), linkCalls(thrown.siro)]).toEqual([0, 0]);
  });

  test("leaves a recording alone that another visit's prompt of this rep has, too", async () => {
    const deal = { objectType: "Opportunity", objectId: "0065f000000OtHrEAK" };
    const visit = await aRecordedVisit({ objects: [deal] });
    await visit.siro.process(visit.recordingId);
    const at = { seenAtMs: NINE_MS, endedAtMs: NINE_MS, linkedAtMs: NINE_MS };
    const recording = { recordingId: visit.recordingId, certainty: "token", ...at } as const;
    const other = aPrompt({ promptId: "p9", recordId: "08p5f000000OtHrAAK", recording });
    const settings = { repair: "on", repairAfterMinutes: 0 } as const;
    const { look, told } = aDoctor(visit, settings, { others: [other] });
    expect(await look()).toEqual({ kind: "done", note: "give-up" });
    expect(told).toEqual([expect.stringContaining("another visit's prompt has it, too")]);
    expect(linkCalls(visit.siro)).toBe(0);
    const same = aPrompt({ promptId: "p9", recording });
    await aDoctor(visit, settings, { others: [same] }).look();
    expect(linkCalls(visit.siro)).toBe(1);
  });

  test("a recording that the rep began by hand after the visit's first one is linked, too, unless the rep chose its record", async () => {
    const visit = await aRecordedVisit({ objects: [VISIT] });
    const { siro, recordingId, clock } = visit;
    const { phone } = siro.addRep({ email: "second@example.com" });
    clock.pass(MINUTE_MS);
    phone.press("record");
    const second = phone.recording?.id ?? "";
    phone.press("stop");
    await siro.process(recordingId);
    await siro.process(second);
    const at = (atMs: number) => ({ seenAtMs: atMs, endedAtMs: clock.now() });
    const first = { recordingId, certainty: "token", ...at(NINE_MS) } as const;
    const further = { ...at(clock.now()), recordingId: second, certainty: "time" } as const;
    const hand = { ...further, isByHand: true };
    const settings = { repair: "on", repairAfterMinutes: 0 } as const;
    const lookWith = (furtherRecordings: Prompt["furtherRecordings"]) => {
      clock.pass(10 * MINUTE_MS);
      const doctor = aDoctor(visit, settings, { recording: first, furtherRecordings });
      return doctor.look({ recordingId: second });
    };
    const linked = siro.world.recordings.get(second);
    expect(await lookWith([further])).toEqual({ kind: "done", note: "give-up" });
    const wrong = [{ objectType: "Lead", objectId: "00Q5f000000WrOnEAK" }];
    Object.assign(linked ?? {}, { linked: { ...linkedTo(visit), objects: wrong } });
    expect(await lookWith([hand])).toEqual({ kind: "done", note: "give-up" });
    Object.assign(linked ?? {}, { linked: null });
    expect(await lookWith([{ ...hand, seenAtMs: NINE_MS - 1 }])).toMatchObject({ note: "give-up" });
    expect(await lookWith([hand])).toEqual({ kind: "done", note: "link" });
    expect(linked?.linked?.objects).toEqual([VISIT]);
  });

  test("waits two days for a recording that Siro does not show, then says so", async () => {
    const visit = await aRecordedVisit({});
    visit.siro.world.recordings.clear();
    const { look, told } = aDoctor(visit, { repair: "on" });
    visit.clock.pass(47 * 60 * MINUTE_MS);
    expect(await look()).toMatchObject({ kind: "later" });
    visit.clock.pass(2 * 60 * MINUTE_MS);
    expect(await look()).toEqual({ kind: "done", note: "give-up" });
    expect(told).toEqual([expect.stringContaining("Siro never showed it as processed")]);
  });

  test("what Siro refuses for every record is an error, and is tried again", async () => {
    const visit = await aRecordedVisit({});
    await visit.siro.process(visit.recordingId);
    const { look, told } = aDoctor(visit, { repair: "on", repairAfterMinutes: 0 });
    visit.siro.faults.inject({ kind: "error-in-200" }, { times: 3, path: "/link" });
    await expect(look()).rejects.toMatchObject({ code: "SIRO_ANSWER_UNUSABLE" });
    expect(told).toEqual([]);
    await look();
    expect(linkedTo(visit)?.objects).toEqual([VISIT]);
  });

  test("does not ask while the visit lasts and no end was heard of", async () => {
    const visit = await aRecordedVisit({});
    const { recordingId } = visit;
    const recording = { recordingId, certainty: "token", seenAtMs: NINE_MS } as const;
    const { look } = aDoctor(visit, { repair: "on" }, { recording });
    expect(await look()).toEqual({ kind: "later", afterMs: 60 * MINUTE_MS });
    expect(visit.siro.calls).toEqual([]);
    visit.clock.pass(61 * MINUTE_MS);
    await visit.siro.process(recordingId);
    expect(await look()).toEqual({ kind: "later", afterMs: 15 * MINUTE_MS });
  });

  test("does not ask about a link that Siro told of by itself", async () => {
    const visit = await aRecordedVisit({});
    const at = { seenAtMs: NINE_MS, endedAtMs: NINE_MS, linkedAtMs: NINE_MS };
    const recording = { recordingId: visit.recordingId, certainty: "token", ...at } as const;
    const { look } = aDoctor(visit, { repair: "on" }, { recording });
    expect(await look()).toEqual({ kind: "done", note: "nothing to do" });
    expect(visit.siro.calls).toEqual([]);
  });

  test("a recording that Siro never named is left alone", async () => {
    const visit = await aRecordedVisit({});
    const recording = { certainty: "token", seenAtMs: NINE_MS } as const;
    const { look } = aDoctor(visit, { repair: "on" }, { recording });
    expect(await look()).toEqual({ kind: "done", note: "no recording" });
  });

  test("off, nothing is asked", async () => {
    const visit = await aRecordedVisit({});
    expect(await aDoctor(visit, {}).look()).toEqual({ kind: "done", note: "nothing to do" });
    expect(visit.siro.calls).toEqual([]);
  });
});

describe("the title of a restarted recording", () => {
  test("is set once, without waiting for Siro to process it", async () => {
    const visit = await aRecordedVisit({ action: "restart" });
    const { look, told } = aDoctor(visit, { titleRestarts: true });
    expect(await look()).toMatchObject({ kind: "done" });
    expect(visit.siro.world.recordings.get(visit.recordingId)?.title).toBe("Roof");
    expect(told).toEqual(["The recording got its visit's title in Siro"]);
    expect(await look()).toEqual({ kind: "done", note: "nothing to do" });
  });

  test("is left to the link of a start, and off unless it is wanted", async () => {
    const started = await aRecordedVisit({ action: "start" });
    await aDoctor(started, { titleRestarts: true }).look();
    const restarted = await aRecordedVisit({ action: "restart" });
    await aDoctor(restarted, { repair: "on" }).look();
    for (const { siro, recordingId } of [started, restarted]) {
      expect(siro.world.recordings.get(recordingId)?.title).toBeNull();
    }
  });

  test("that Siro refuses does not keep the link from being mended", async () => {
    const visit = await aRecordedVisit({ action: "restart" });
    await visit.siro.process(visit.recordingId);
    const mends = { titleRestarts: true, repair: "on", repairAfterMinutes: 0 } as const;
    const { look, told } = aDoctor(visit, mends);
    const list = "/api-externalApi/v1/core/recordings";
    visit.siro.faults.inject({ kind: "slow", delayMs: 0 }, { path: list });
    visit.siro.faults.inject({ kind: "status", status: 422 }, { path: "/v1/core/recordings" });
    await expect(look()).rejects.toMatchObject({ code: "SIRO_REQUEST_REFUSED" });
    expect(linkedTo(visit)?.objects).toEqual([VISIT]);
    await look();
    expect(told).toHaveLength(2);
  });
});
