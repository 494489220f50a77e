import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { until } from "../support/until.ts";
import { aChange, appointmentId, aSchedulingEvent, CHANGED_AT_MS, replayId } from "./change-bus.ts";
import { type ChangeStage, OWN_USER, openChangeStage } from "./change-stage.ts";

const CHANNEL = "/data/ChangeEvents";

let stage: ChangeStage;

beforeEach(async () => {
  stage = await openChangeStage();
});

afterEach(async () => {
  await stage.close();
});

describe("a channel that is followed", () => {
  test("is subscribed to in the org's own session, at its tip the first time", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    expect(stage.pubsub.streams[0]).toMatchObject({
      token: "token-1",
      tenant: "00D5f000004XyZaEAK",
      topic: CHANNEL,
      preset: "LATEST",
      requests: [100],
    });
    expect(stage.org.forms).toHaveLength(1);
  });

  test("a change becomes an event that names the record and the moment of the change", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    expect(await stage.untilStored(1)).toEqual([
      {
        kind: "record-changed",
        connection: "acme",
        source: "change-event",
        eventId: `${replayId(1).toString("base64url")}.${CHANGED_AT_MS}.${appointmentId(1)}`,
        recordType: "ServiceAppointment",
        recordId: appointmentId(1),
        occurredAtMs: CHANGED_AT_MS,
        receivedAtMs: expect.any(Number),
      },
    ]);
    await stage.untilPosition(1);
  });

  test("gets as many events as it asks for, asks for more as they are taken, and fetches a schema once", async () => {
    await stage.follower({ tuning: { eventsAtOnce: 4 } });
    await stage.untilStreams(1);
    stage.pubsub.publish(...Array.from({ length: 15 }, (_, at) => aChange(at + 1)));
    await stage.untilPosition(15);
    expect(await stage.stored()).toHaveLength(15);
    const { requests = [] } = stage.pubsub.streams[0] ?? {};
    expect(requests[0]).toBe(4);
    expect(Math.max(...requests)).toBeLessThanOrEqual(4);
    expect(stage.pubsub.schemaCalls).toEqual(["change"]);
  });

  test("a sign of life moves the position, too", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(
      aChange(1),
      aChange(2, { entity: "Account", ids: ["001000000000001AAA"] }),
    );
    await stage.untilPosition(2);
    stage.pubsub.keepAlive();
    await stage.untilPosition(2);
    expect(await stage.stored()).toHaveLength(1);
  });

  test("platform events of Scheduler name their appointment, in 15 characters", async () => {
    const channel = "/event/AppointmentSchedulingEvent";
    await stage.follower({ connection: { changeEvents: { channel } } });
    await stage.untilStreams(1);
    stage.pubsub.publish(aSchedulingEvent(1, "08pxx0000005Ip6"));
    expect(await stage.untilStored(1)).toMatchObject([
      {
        recordType: "ServiceAppointment",
        recordId: "08pxx0000005Ip6AAE",
        occurredAtMs: CHANGED_AT_MS,
      },
    ]);
  });

  test("what the bridge wrote itself is passed over", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    const origin = "com/salesforce/api/rest/66.0;client=siro-bridge/";
    stage.pubsub.publish(
      aChange(1, { user: OWN_USER, origin }),
      aChange(2, { user: OWN_USER }),
      aChange(3, { origin }),
    );
    await stage.untilPosition(3);
    expect((await stage.stored()).map((event) => event.recordId)).toEqual([
      appointmentId(2),
      appointmentId(3),
    ]);
  });
});

describe("the position", () => {
  test("stands still until the events before it are durable", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    await stage.follower({
      deps: ({ put }) => ({
        put: async (events) => {
          asked += 1;
          await held;
          return put(events);
        },
      }),
    });
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    stage.pubsub.keepAlive();
    await until(() => asked === 1, { timeoutMs: 5000, what: "the put" });
    expect(await stage.book.readPosition(CHANNEL)).toBeUndefined();
    release();
    await stage.untilPosition(1);
    expect(await stage.stored()).toHaveLength(1);
  });

  test("a process that dies between the two is followed by one that reads the event again, to no effect", async () => {
    const doomed = await stage.follower({
      deps: ({ put }, redis) => ({
        put: async (events) => {
          const answer = await put(events);
          if (events.some(({ eventId }) => eventId.endsWith(appointmentId(2)))) {
            redis.disconnect();
          }
          return answer;
        },
      }),
    });
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    stage.pubsub.publish(aChange(2));
    await stage.untilStored(2);
    await until(() => doomed.redis.status === "end", { timeoutMs: 5000, what: "the death" });
    expect(replayId(1).equals((await stage.book.readPosition(CHANNEL)) ?? Buffer.alloc(0))).toBe(
      true,
    );
    await stage.follower();
    await stage.untilPosition(2);
    const heir = stage.pubsub.streams.at(-1);
    expect(heir).toMatchObject({ preset: "CUSTOM", after: replayId(1).toString("base64") });
    expect(await stage.stored()).toHaveLength(2);
  });

  test("events that could not be stored come again, and none behind them is taken before", async () => {
    let failures = 0;
    await stage.follower({
      deps: ({ put }) => ({
        put: (events) => {
          const isDoomed =
            failures < 2 && events.some(({ recordId }) => recordId === appointmentId(2));
          failures += isDoomed ? 1 : 0;
          return isDoomed ? Promise.reject(new Error("not now")) : put(events);
        },
      }),
    });
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    stage.pubsub.publish(...[2, 3, 4, 5, 6, 7].map((number) => aChange(number)));
    await stage.untilPosition(7);
    expect((await stage.stored()).map(({ recordId }) => recordId)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map(appointmentId),
    );
    expect(stage.pubsub.streams.slice(1).map(({ after }) => after)).toEqual(
      Array(2).fill(replayId(1).toString("base64")),
    );
  });

  test("is where the next process goes on", async () => {
    const first = await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    await first.stream.stop();
    stage.pubsub.publish(aChange(2), aChange(3));
    await stage.follower();
    await stage.untilPosition(3);
    expect(stage.pubsub.streams[1]).toMatchObject({
      preset: "CUSTOM",
      after: replayId(1).toString("base64"),
    });
    expect(await stage.stored()).toHaveLength(3);
  });

  test("means nothing in another channel", async () => {
    const first = await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    await first.stream.stop();
    await stage.follower({ connection: { changeEvents: { channel: "/data/Other__chn" } } });
    await stage.untilStreams(2);
    expect(stage.pubsub.streams[1]).toMatchObject({ topic: "/data/Other__chn", preset: "LATEST" });
  });

  test("that the org does not know any more: all it still has is read, and a look is asked for", async () => {
    const first = await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    await first.stream.stop();
    stage.pubsub.forget();
    stage.pubsub.publish(aChange(8), aChange(9));
    const { news } = await stage.follower();
    await stage.untilPosition(9);
    expect(stage.pubsub.streams.map(({ preset }) => preset)).toEqual([
      "LATEST",
      "CUSTOM",
      "EARLIEST",
    ]);
    expect(stage.looks()).toBe(2);
    expect(news).toContainEqual({
      kind: "trouble",
      code: "CHANGE_POSITION_LOST",
      detail: "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted",
    });
    stage.pubsub.endStreams({ code: status.UNAVAILABLE });
    await stage.untilStreams(4);
    expect(stage.pubsub.streams[3]).toMatchObject({
      preset: "CUSTOM",
      after: replayId(9).toString("base64"),
    });
  });
});

describe("an event that does not say all", () => {
  test("a gap: the record is read again", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1, { type: "GAP_UPDATE" }), aChange(2, { type: "GAP_DELETE" }));
    expect(await stage.untilStored(2)).toHaveLength(2);
    await stage.untilPosition(2);
    expect(stage.looks()).toBe(1);
  });

  test("an overflow: a look is asked for before the position moves", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1, { type: "GAP_OVERFLOW", ids: ["000000000000000AAA"] }));
    await stage.untilPosition(1);
    expect(stage.looks()).toBe(2);
    expect(await stage.stored()).toEqual([]);
  });

  test("one that cannot be read holds up none behind it: a look is asked for", async () => {
    const { news } = await stage.follower();
    await stage.untilStreams(1);
    const torn = { ...aChange(1), payload: Buffer.from([2, 200]) };
    stage.pubsub.publish(torn, aChange(2));
    await stage.untilPosition(2);
    expect(stage.looks()).toBe(2);
    expect(await stage.stored()).toHaveLength(1);
    expect(news).toContainEqual({
      kind: "trouble",
      code: "CHANGE_EVENT_UNREADABLE",
      detail: CHANNEL,
    });
  });

  test("a schema that is not given now is asked for again; the event is not passed over", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    let refusals = 0;
    stage.pubsub.judgeSchema = () => {
      refusals += 1;
      return refusals <= 2 ? { code: status.UNAVAILABLE } : undefined;
    };
    stage.pubsub.publish(aSchedulingEvent(2, appointmentId(2)), aChange(3));
    await stage.untilPosition(3);
    expect(refusals).toBe(3);
    expect(await stage.stored()).toHaveLength(3);
    expect(stage.looks()).toBe(1);
  });

  test("a schema that there is not: the event counts as unreadable", async () => {
    stage.pubsub.judgeSchema = (id) => (id === "change" ? undefined : { code: status.NOT_FOUND });
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aSchedulingEvent(1, appointmentId(1)), aChange(2));
    await stage.untilPosition(2);
    expect(stage.looks()).toBe(2);
    expect(await stage.stored()).toHaveLength(1);
  });
});

describe("what began anywhere but behind a position", () => {
  test("is followed by a look: what was lost before the first position is found by it", async () => {
    let isAway = true;
    await stage.follower({
      deps: ({ put }) => ({
        put: (events) => (isAway ? Promise.reject(new Error()) : put(events)),
      }),
    });
    await stage.untilStreams(1);
    await until(() => stage.looks() === 1, { timeoutMs: 5000, what: "the first look" });
    stage.pubsub.publish(aChange(1));
    await stage.untilStreams(2);
    isAway = false;
    expect(stage.pubsub.streams[1]).toMatchObject({ preset: "LATEST" });
    await until(() => stage.looks() === 2, { timeoutMs: 5000, what: "the second look" });
  });
});
