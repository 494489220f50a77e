import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { socketPath } from "../../src/process-tree/socket-path.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { findEndlessKeys } from "../support/kept-keys.ts";
import { anOutboundMessage, notificationId, recordId } from "../support/outbound-message.ts";
import { until } from "../support/until.ts";
import {
  type ArrivedMessage,
  startWebhookSink,
  type WebhookSink,
} from "../support/webhook-sink.ts";

let bridge: BridgeProcess;
let sink: WebhookSink;
let runningNumber = 0;

beforeAll(async () => {
  sink = await startWebhookSink();
  bridge = await startBridge();
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
  await sink.stop();
});

beforeEach(() => {
  sink.answer = () => ({ status: 204 });
});

/** A rep of this test alone, with one webhook device on a path of its own. */
async function aRep() {
  runningNumber += 1;
  const number = String(runningNumber).padStart(3, "0");
  const rep = {
    userId: `005000000000${number}`,
    email: `rep${number}@example.com`,
    name: `Rep ${number}`,
  };
  const path = `/device/${number}`;
  const deviceId = await bridge.enrolSink(rep, sink, path);
  const arrived = () => sink.arrived.filter((message) => message.path === path);
  return { rep, path, deviceId, arrived, visitId: recordId("08p", runningNumber) };
}

async function untilArrived(
  arrived: () => readonly ArrivedMessage[],
  count: number,
  timeoutMs = 12_000,
): Promise<readonly ArrivedMessage[]> {
  await until(() => arrived().length >= count, {
    timeoutMs,
    what: `${count} prompt(s); ${arrived().length} arrived`,
  });
  return arrived();
}

async function appointmentOf(visitId: string) {
  const answer = await bridge.api(`/appointments/${ACME.name}/${visitId}`);
  expect(answer.status).toBe(200);
  return readJson(answer);
}

describe("from an appointment event to a device", () => {
  test("a booked appointment brings a start and then a stop, each within a second of its time", async () => {
    const { rep, arrived, visitId } = await aRep();
    const answer = await bridge.postEvents([
      aVisitEvent({
        recordId: visitId,
        startsIn: 4,
        endsIn: 6,
        reps: [rep],
        title: "Roof & gutter",
      }),
    ]);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ accepted: 1, duplicates: 0 });
    const [start, stop] = await untilArrived(arrived, 2);
    for (const message of [start, stop]) {
      expect(message?.isGenuine).toBe(true);
      expect(message?.type).toBe("prompt.due");
      const lateMs = (message?.arrivedAtMs ?? 0) - Date.parse(message?.data.dueAt);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(1000);
    }
    expect(start?.data.link).toContain(
      "https://app.siro.ai/record?action=start&title=Roof%20%26%20gutter&integrationConnectionId=",
    );
    expect(start?.data.link).toContain(encodeURIComponent(`"objectId":"${visitId}`));
    expect(stop?.data.link).toBe("https://app.siro.ai/record?action=stop");
    const timeline = (await appointmentOf(visitId)).timeline.map(
      ({ kind }: { kind: string }) => kind,
    );
    expect(timeline).toEqual(
      expect.arrayContaining(["event.applied", "plan.changed", "prompt.due", "prompt.sent"]),
    );
  });

  test("back-to-back appointments bring one restart in place of stop and start", async () => {
    const { rep, arrived, visitId } = await aRep();
    runningNumber += 1;
    const secondId = recordId("08p", runningNumber);
    await bridge.postEvents([
      aVisitEvent({ recordId: visitId, startsIn: 2, endsIn: 4, reps: [rep] }),
      aVisitEvent({ recordId: secondId, startsIn: 4, endsIn: 6, reps: [rep] }),
    ]);
    const messages = await untilArrived(arrived, 3);
    expect(messages.map(({ data }) => data.action)).toEqual(["start", "restart", "stop"]);
    expect(messages[1]?.data.appointment.recordId).toMatch(secondId);
    expect(messages[1]?.data.link).not.toContain("title=");
  });

  test("a resend changes nothing", async () => {
    const { rep, arrived, visitId } = await aRep();
    const event = aVisitEvent({ recordId: visitId, startsIn: 2, endsIn: 60, reps: [rep] });
    await bridge.postEvents([event]);
    const again = await bridge.postEvents([event]);
    expect(await again.json()).toEqual({ accepted: 0, duplicates: 1 });
    await untilArrived(arrived, 1);
    await until(async () => (await appointmentOf(visitId)).prompts[0]?.state === "sent", {
      timeoutMs: 5000,
      what: "the start to be settled as sent",
    });
    const afterwards = await bridge.postEvents([event]);
    expect(await afterwards.json()).toEqual({ accepted: 0, duplicates: 1 });
    const { prompts } = await appointmentOf(visitId);
    expect(
      prompts.map(({ action, state }: Record<string, string>) => `${action} ${state}`),
    ).toEqual(["start sent", "stop waiting"]);
    expect(arrived()).toHaveLength(1);
  });

  test("of two events of the same instant the one that arrived later counts", async () => {
    const { rep, visitId } = await aRep();
    const occurredAt = new Date().toISOString();
    const one = { recordId: visitId, endsIn: 900, reps: [rep], occurredAt };
    await bridge.postEvents([
      aVisitEvent({ ...one, startsIn: 600, eventId: `${visitId}-9` }),
      aVisitEvent({ ...one, startsIn: 700, eventId: `${visitId}-10` }),
    ]);
    await bridge.postEvents([
      aVisitEvent({ ...one, startsIn: 800, eventId: `${visitId}-1`, title: "The last word" }),
    ]);
    await until(async () => (await appointmentOf(visitId)).title === "The last word", {
      timeoutMs: 5000,
      what: "the event that arrived last to count",
    });
  });

  test("an event stamped more than a day ahead is refused: it would outdate every true one", async () => {
    const { rep, visitId } = await aRep();
    const occurredAt = "2099-01-01T00:00:00Z";
    const answer = await bridge.postEvents([
      aVisitEvent({ recordId: visitId, startsIn: 5, endsIn: 9, reps: [rep], occurredAt }),
    ]);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).toContain("events.0.occurredAt");
  });

  test("what is nowhere answers in JSON, in any spelling of a guarded path", async () => {
    for (const path of ["/nowhere", "/Admin", "/ADMIN/API/overview", "/ADMIN/QUEUES/"]) {
      const answer = await fetch(bridge.url + path);
      expect(answer.status).toBe(404);
      expect((await readJson(answer)).error.code).toBe("NOT_FOUND");
    }
  });

  test("a canceled appointment sends nothing; a moved one only at its new time", async () => {
    const canceled = await aRep();
    const moved = await aRep();
    await bridge.postEvents([
      aVisitEvent({ recordId: canceled.visitId, startsIn: 3, endsIn: 30, reps: [canceled.rep] }),
      aVisitEvent({ recordId: moved.visitId, startsIn: 3, endsIn: 30, reps: [moved.rep] }),
    ]);
    await bridge.postEvents([
      aVisitEvent({
        recordId: canceled.visitId,
        startsIn: 3,
        endsIn: 30,
        reps: [canceled.rep],
        status: "canceled",
      }),
      aVisitEvent({ recordId: moved.visitId, startsIn: 6, endsIn: 30, reps: [moved.rep] }),
    ]);
    const messages = await untilArrived(moved.arrived, 1);
    expect(messages).toHaveLength(1);
    const newDueMs = Date.parse((await appointmentOf(moved.visitId)).startAt) - 1000;
    expect(Date.parse(messages[0]?.data.dueAt)).toBe(newDueMs);
    expect(canceled.arrived()).toEqual([]);
  });

  test("a visit that ends early stops at once; one that changes hands stops here and starts there", async () => {
    const early = await aRep();
    const from = await aRep();
    const to = await aRep();
    await bridge.postEvents([
      aVisitEvent({ recordId: early.visitId, startsIn: 0, endsIn: 600, reps: [early.rep] }),
      aVisitEvent({ recordId: from.visitId, startsIn: 0, endsIn: 600, reps: [from.rep] }),
    ]);
    await untilArrived(early.arrived, 1);
    await untilArrived(from.arrived, 1);
    await bridge.postEvents([
      aVisitEvent({
        recordId: early.visitId,
        startsIn: -5,
        endsIn: 600,
        reps: [early.rep],
        status: "completed",
      }),
      aVisitEvent({ recordId: from.visitId, startsIn: 0, endsIn: 600, reps: [to.rep] }),
    ]);
    const actions = (messages: readonly ArrivedMessage[]) =>
      messages.map(({ data }) => data.action);
    expect(actions(await untilArrived(early.arrived, 2))).toEqual(["start", "stop"]);
    expect(actions(await untilArrived(from.arrived, 2))).toEqual(["start", "stop"]);
    expect(actions(await untilArrived(to.arrived, 1))).toEqual(["start"]);
  });

  test("a failing device is tried again, a gone one is forgotten", async () => {
    const failing = await aRep();
    const gone = await aRep();
    let failures = 0;
    sink.answer = ({ path }) => {
      if (path === gone.path) {
        return { status: 410 };
      }
      if (path === failing.path && failures < 2) {
        failures += 1;
        return { status: 500 };
      }
      return { status: 200 };
    };
    await bridge.postEvents([
      aVisitEvent({ recordId: failing.visitId, startsIn: 0, endsIn: 60, reps: [failing.rep] }),
      aVisitEvent({
        ...{ recordId: gone.visitId, startsIn: 0, endsIn: 60 },
        reps: [{ ...gone.rep, team: "North" }],
      }),
    ]);
    const attempts = await untilArrived(failing.arrived, 3);
    expect(new Set(attempts.map(({ webhookId }) => webhookId)).size).toBe(1);
    await until(
      async () => {
        const { deliveries } = await appointmentOf(gone.visitId);
        return deliveries[0]?.state === "gone";
      },
      { timeoutMs: 5000, what: "the device to be told gone" },
    );
    expect(gone.arrived()).toHaveLength(1);
    const reps = await readJson(await bridge.api(`/reps/${ACME.name}`));
    expect(JSON.stringify(reps)).toContain('"state":"gone"');
    // The event names the rep's team as well.
    expect(reps.items).toContainEqual(
      expect.objectContaining({ email: gone.rep.email, team: "North" }),
    );
  });

  test("Retry-After is honoured", async () => {
    const { rep, path, arrived, visitId } = await aRep();
    sink.answer = (message) =>
      message.path === path && arrived().length === 1
        ? { status: 429, headers: { "retry-after": "3" } }
        : { status: 200 };
    await bridge.postEvents([
      aVisitEvent({ recordId: visitId, startsIn: 0, endsIn: 60, reps: [rep] }),
    ]);
    const [first, second] = await untilArrived(arrived, 2);
    const waitedMs = (second?.arrivedAtMs ?? 0) - (first?.arrivedAtMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(2900);
    expect(waitedMs).toBeLessThan(4500);
  });

  test("an outbound message with an id only is acked, and parked where an operator finds it", async () => {
    const id = recordId("08p", 900);
    const answer = await fetch(
      `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`,
      {
        method: "POST",
        headers: { "content-type": "text/xml; charset=utf-8" },
        body: anOutboundMessage({
          notifications: [{ id: notificationId(900), fields: { Id: id } }],
        }),
      },
    );
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("<Ack>true</Ack>");
    const parked = await until(
      async () => {
        const { items } = await readJson(await bridge.api("/parked"));
        return items.find((one: { recordId?: string }) => one.recordId?.startsWith(id));
      },
      { timeoutMs: 5000, what: "the event to be parked" },
    );
    expect(parked).toMatchObject({ reason: "NO_READER", recordType: "ServiceAppointment" });
  });

  test("a device enrolled in the middle of a visit still gets the start", async () => {
    runningNumber += 1;
    const rep = { userId: "005000000000777", email: "late@example.com", name: "Late Rep" };
    const visitId = recordId("08p", runningNumber);
    await bridge.postEvents([
      aVisitEvent({ recordId: visitId, startsIn: 0, endsIn: 60, reps: [rep] }),
    ]);
    await until(async () => (await appointmentOf(visitId)).prompts[0]?.state === "due", {
      timeoutMs: 5000,
      what: "the start to be due",
    });
    await bridge.enrolSink(rep, sink, "/device/late");
    const arrived = () => sink.arrived.filter(({ path }) => path === "/device/late");
    const [message] = await untilArrived(arrived, 1);
    expect(message?.data.action).toBe("start");
  });

  test("every key ends by itself or is one of those that something ends", async () => {
    const redis = openWorkerRedis(`unix:${socketPath(bridge.dataDir, "redis.sock")}`);
    try {
      expect(await findEndlessKeys(redis)).toEqual([]);
      expect(await redis.dbsize()).toBeGreaterThan(20);
    } finally {
      redis.disconnect();
    }
  });

  test("the log holds no secret, no link, no title and no person", () => {
    const output = bridge.output();
    expect(output).toContain("job.settled");
    for (const secret of [
      ACME.webhookSecret,
      ACME.signingSecret,
      ACME.apiToken,
      "app.siro.ai",
      "Roof",
      "example.com",
      "Late Rep",
      sink.secret,
    ]) {
      expect(output).not.toContain(secret);
    }
  });
});
