import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readDossier } from "../../src/books/appointment-book.ts";
import { readRepState } from "../../src/books/rep-book.ts";
import { recorderStateOf } from "../../src/domain/recorder-trail.ts";
import { recordingsOf } from "../../src/domain/recordings-of.ts";
import { siroWatchSchema } from "../../src/domain/siro-watch.ts";
import { createPhone } from "../../src/local-mode/stub-siro/phone.ts";
import { createSiroWorld } from "../../src/local-mode/stub-siro/siro-world.ts";
import { type MobileEvent, mobileEventSchema } from "../../src/siro/mobile-event.ts";
import type { WorkerKit } from "../../workers/kit.ts";
import { takeInEvents } from "../../workers/take-in-events.ts";
import { anAppointment, aPrompt, storeAppointment, storePrompts } from "../admin/state.ts";
import { aConnection } from "../support/bridge-state.ts";
import { openWorkerStage, type WorkerStage } from "./worker-stage.ts";

const MINUTE_MS = 60_000;
const SIRO_USER = "siro-user";
const CONNECTION = aConnection();
const SETTINGS = siroWatchSchema.parse({});

let stage: WorkerStage;
let kit: WorkerKit;

beforeAll(async () => {
  stage = await openWorkerStage();
  const config = { ...stage.kit.config, publicUrl: new URL("https://bridge.example.com") };
  kit = { ...stage.kit, config };
}, 30_000);
afterAll(() => stage.close());

/** What a rep does with the phone during the visit, a few minutes after what came before. */
const STEPS = ["tap start", "tap stop", "record", "pause", "resume", "stop"] as const;
type Step = (typeof STEPS)[number];

let drawn = 0;

/** A visit of a rep of its own, an hour ago, whose start and stop were sent. */
async function aVisit() {
  drawn += 1;
  const number = String(drawn).padStart(4, "0");
  const [recordId, userId] = [`08p00000000${number}AAA`, `00500000000${number}AAA`];
  const startAtMs = Date.now() - 60 * MINUTE_MS;
  const endAtMs = startAtMs + 50 * MINUTE_MS;
  const reps = [{ userId, email: `rep-${number}@acme.example`, name: "Rep" }];
  await storeAppointment(stage.redis, anAppointment({ recordId, startAtMs, endAtMs, reps }));
  const sent = (dueAtMs: number, expiresAtMs: number) => ({
    ...{ userId, recordId, dueAtMs, expiresAtMs },
    ...({ state: "sent", firedAtMs: dueAtMs, sentAtMs: dueAtMs } as const),
  });
  const start = aPrompt({ ...sent(startAtMs, endAtMs), action: "start" });
  const stop = aPrompt({ ...sent(endAtMs, endAtMs + 30 * MINUTE_MS), action: "stop" });
  await storePrompts(stage.redis, [start, stop]);
  return { recordId, userId, startAtMs, start, stop };
}

type Visit = Awaited<ReturnType<typeof aVisit>>;

/** Everything that Siro's app tells of these steps. */
async function eventsOf({ startAtMs, start, stop }: Visit, steps: readonly Step[]) {
  let nowMs = startAtMs + MINUTE_MS;
  const world = createSiroWorld("siro-organization", () => nowMs);
  const openUrl = async () => undefined;
  const phone = createPhone({ world, userId: SIRO_USER, linkHost: "app.siro.ai", openUrl });
  const tap = (action: string, token: string) => {
    const back = encodeURIComponent(`https://bridge.example.com/done/${token}`);
    return phone.tap(`https://app.siro.ai/record?action=${action}&redirectUrl=${back}`);
  };
  for (const step of steps) {
    if (step === "tap start" || step === "tap stop") {
      const { action, token } = step === "tap start" ? start : stop;
      await tap(action, token);
    } else {
      phone.press(step);
    }
    nowMs += 4 * MINUTE_MS;
  }
  return world.events.map((event) =>
    mobileEventSchema.parse({ ...event, createdAt: new Date(event.createdAtMs).toISOString() }),
  );
}

async function look({ userId }: Visit, events: readonly MobileEvent[]): Promise<void> {
  const report = { connection: CONNECTION, settings: SETTINGS, userId, siroUserId: SIRO_USER };
  await takeInEvents(kit, { ...report, events });
}

/** What is known of a visit in the end, with the recordings named by the order in which they began. */
async function known({ recordId, userId, start, stop, startAtMs }: Visit) {
  const dossier = await readDossier(stage.redis, { connection: "acme", recordId });
  const { recorder, nowMs } = await readRepState(stage.redis, { connection: "acme", userId });
  const begun = dossier?.prompts.find(({ promptId }) => promptId === start.promptId);
  const ids = recorder.filter(({ sign }) => sign === "start").map((one) => one.recordingId);
  const nameOf = (id: string | undefined) => ids.indexOf(id);
  const since = (ms: number | undefined) => ms && Math.round((ms - startAtMs) / 1000);
  const { state, recordingId } = recorderStateOf(recorder, nowMs);
  // Since when it was known to run is not asked: a link may have gone on with what was begun by hand.
  const recordings = recordingsOf(begun ?? start).map((one) => ({
    ...{ recording: nameOf(one.recordingId), certainty: one.certainty },
    ended: since(one.endedAtMs),
  }));
  // Which recording it was that a stop ended first is not asked: what was told first stays.
  const receipts = (dossier?.receipts ?? []).map(({ promptId, kind, certainty, recordingId: id }) =>
    [
      ...(promptId === stop.promptId ? ["stop", kind] : ["start", kind]),
      ...(promptId === start.promptId && isOfRecorder(kind) ? [nameOf(id)] : []),
      certainty,
    ].join(" "),
  );
  return {
    recorder: [state, nameOf(recordingId)],
    recordings: recordings.toSorted((left, right) => left.recording - right.recording),
    receipts: receipts.toSorted(),
  };
}

function isOfRecorder(kind: string): boolean {
  return kind === "recording" || kind === "stopped";
}

/** Which of the events a look brings, in which order; any may come late, again, or never before the end. */
const aLook = fc.array(fc.nat({ max: 99 }), { maxLength: 12 });

describe("whatever each look brings of what happened", () => {
  test("once all of it was told, the same is known as if it had been told at once", async () => {
    const day = fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 9 });
    const looks = fc.array(aLook, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(day, looks, async (steps, parts) => {
        const [plain, mixed] = [await aVisit(), await aVisit()];
        await look(plain, await eventsOf(plain, steps));
        const events = await eventsOf(mixed, steps);
        for (const part of parts) {
          await look(
            mixed,
            part.flatMap((at) => events[at % Math.max(1, events.length)] ?? []),
          );
        }
        await look(mixed, events.toReversed());
        expect(await known(mixed)).toEqual(await known(plain));
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
