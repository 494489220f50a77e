import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type StubRep,
  type StubSiro,
  startStubSiro,
} from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { DANA } from "../support/builders.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;

let siro: StubSiro;
let rep: StubRep;
let sink: WebhookSink;
let bridge: BridgeProcess;

beforeAll(async () => {
  siro = await startStubSiro();
  rep = siro.addRep({ email: DANA.email });
  sink = await startWebhookSink();
  bridge = await startBridge({
    connection: {
      siro: {
        ...siro.settings,
        webhookSecret: SECRET,
        pollSeconds: 1,
        ...{ repair: "on", repairAfterMinutes: 0, syncEngagements: true, titleRestarts: true },
      },
    },
  });
  siro.webhooks.endpoint = { url: `${bridge.url}/webhooks/siro/${ACME.name}`, secret: SECRET };
  await bridge.enrolSink(DANA, sink);
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
  await sink.stop();
  await siro.stop();
});

async function timelineOf(recordId: string): Promise<readonly string[]> {
  const { timeline } = await readJson(await bridge.api(`/appointments/${ACME.name}/${recordId}`));
  return timeline.map(({ text }: { readonly text: string }) => text);
}

async function untilOnTimeline(recordId: string, line: RegExp): Promise<void> {
  await until(async () => (await timelineOf(recordId)).some((text) => line.test(text)), {
    timeoutMs: 15_000,
    what: `${line} on the timeline of ${recordId}`,
  });
}

/** Waits for a prompt on the device, and taps its link. */
async function tapNext(action: string, recordId: string): Promise<string> {
  const link = await until(
    () =>
      sink.arrived.find(
        ({ data }) => data.action === action && data.appointment.recordId === recordId,
      )?.data.link,
    { timeoutMs: 15_000, what: `the ${action} link` },
  );
  return (await rep.phone.tap(link)).recordingId ?? "";
}

describe("a whole bridge beside a Siro", () => {
  test("the visit is in Siro before its start, and a recording that hangs on nothing is linked to it", async () => {
    const recordId = "08p5f000000MeNdAAK";
    await bridge.postEvents([aVisitEvent({ recordId, startsIn: 3, endsIn: 60, reps: [DANA] })]);
    await until(() => siro.world.engagements.has(recordId), {
      timeoutMs: 5_000,
      what: "the visit in Siro",
    });
    const recordingId = await tapNext("start", recordId);
    await untilOnTimeline(recordId, /recorder runs/);
    rep.phone.press("stop");
    // Siro does not find what the link named, as when it was not there in time.
    siro.world.unknownObjects.add(recordId);
    await siro.process(recordingId);
    siro.world.unknownObjects.clear();
    const proof = `The recording was linked to ServiceAppointment ${recordId} in Siro; it hung on nothing`;
    await until(async () => (await timelineOf(recordId)).includes(proof), {
      timeoutMs: 15_000,
      what: "the proof of the repair",
    });
    expect(siro.world.recordings.get(recordingId)?.linked?.objects).toEqual([
      { objectType: "ServiceAppointment", objectId: recordId },
    ]);
    expect(await timelineOf(recordId)).toContain("Put to Siro as an engagement");
    expect(await timelineOf(recordId)).toContain("Siro processed the recording");
    const coverage = await readJson(await bridge.api("/coverage"));
    expect(coverage.totals).toMatchObject([{ visits: 1, startSent: 1, confirmed: 1 }]);
  }, 60_000);

  test("a link that Siro refuses for good is parked with its reason, where an operator sees it", async () => {
    siro.faults.inject({ kind: "status", status: 422 }, { times: "forever", path: "/link" });
    const recordId = "08p5f000000ReFuAAK";
    await bridge.postEvents([aVisitEvent({ recordId, startsIn: 3, endsIn: 60, reps: [DANA] })]);
    const recordingId = await tapNext("start", recordId);
    await untilOnTimeline(recordId, /recorder runs/);
    rep.phone.press("stop");
    siro.world.unknownObjects.add(recordId);
    await siro.process(recordingId);
    const parked = await until(async () => (await readJson(await bridge.api("/parked"))).items[0], {
      timeoutMs: 15_000,
      what: "the parked repair",
    });
    expect(parked).toMatchObject({ reason: "SIRO_REQUEST_REFUSED", recordId });
    await untilOnTimeline(recordId, /^Parked: SIRO_REQUEST_REFUSED/);
    siro.faults.clear();
    siro.world.unknownObjects.clear();
    const path = `/parked/${encodeURIComponent(parked.id)}/replay`;
    expect((await bridge.api(path, { method: "POST" })).status).toBe(202);
    await untilOnTimeline(recordId, /^The recording was linked to ServiceAppointment/);
    expect((await readJson(await bridge.api("/parked"))).items).toEqual([]);
  }, 60_000);

  test("with the sync of Siro down, prompts go out on time", async () => {
    siro.faults.inject({ kind: "hang" }, { times: "forever", path: "/sync/engagements" });
    const recordId = "08p5f000000HaNgAAK";
    await bridge.postEvents([aVisitEvent({ recordId, startsIn: 3, endsIn: 60, reps: [DANA] })]);
    const message = await until(
      () => sink.arrived.find((one) => one.data.appointment.recordId === recordId),
      { timeoutMs: 15_000, what: "the start of the second visit" },
    );
    expect(message.arrivedAtMs - Date.parse(message.data.dueAt)).toBeLessThan(3_000);
    const asked = siro.calls.filter(({ path }) => path.endsWith("/sync/engagements"));
    expect(asked.length).toBeGreaterThan(1);
  }, 30_000);
});
