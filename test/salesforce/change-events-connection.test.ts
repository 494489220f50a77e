import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OrgAccessError } from "../../src/salesforce/org-errors.ts";
import { until } from "../support/until.ts";
import { aChange, appointmentId, replayId } from "./change-bus.ts";
import { type ChangeStage, openChangeStage } from "./change-stage.ts";

let stage: ChangeStage;

beforeEach(async () => {
  stage = await openChangeStage();
});

afterEach(async () => {
  await stage.close();
});

describe("a stream that is lost", () => {
  test.each([
    ["INTERNAL", status.INTERNAL],
    ["UNAVAILABLE", status.UNAVAILABLE],
    ["an end without an error", status.OK],
    ["RESOURCE_EXHAUSTED", status.RESOURCE_EXHAUSTED],
  ])("%s: is opened again where it stood; nothing is lost, nothing comes twice", async (_, code) => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    stage.pubsub.endStreams({ code, reason: "sfdc.platform.eventbus.grpc.service.unavailable" });
    stage.pubsub.publish(aChange(2));
    await stage.untilPosition(2);
    expect(await stage.stored()).toHaveLength(2);
    expect(stage.pubsub.streams[1]?.after).toBe(replayId(1).toString("base64"));
    // The session was not what was refused.
    expect(stage.org.forms).toHaveLength(1);
  });

  test("is tried again and again while the API is away, each time later", async () => {
    const waits: number[] = [];
    const { news } = await stage.follower({
      tuning: { firstWaitMs: 20, longestWaitMs: 80 },
      deps: () => ({
        random: () => {
          waits.push(performance.now());
          return 0;
        },
      }),
    });
    stage.pubsub.judge = () => ({ code: status.UNAVAILABLE });
    await until(() => waits.length >= 5, { timeoutMs: 8000, what: "five failures" });
    stage.pubsub.judge = () => undefined;
    await until(() => news.at(-1)?.kind === "connected", { timeoutMs: 8000, what: "a connection" });
    const gaps = waits.slice(1).map((at, index) => at - (waits[index] ?? 0));
    expect(gaps[0]).toBeGreaterThanOrEqual(19);
    expect(gaps[1]).toBeGreaterThanOrEqual(39);
    expect(gaps[2]).toBeGreaterThanOrEqual(79);
    expect(gaps[3]).toBeGreaterThanOrEqual(79);
  });

  test("and dead without a word: is torn down and opened again", async () => {
    stage.pubsub.judge = () => (stage.pubsub.streams.length === 1 ? "mute" : undefined);
    const { news } = await stage.follower({ tuning: { silenceMs: 150 } });
    await stage.untilStreams(1);
    const dead = stage.pubsub.streams[0];
    await stage.untilStreams(2);
    await until(() => dead?.isOver, { timeoutMs: 5000, what: "the end of the dead stream" });
    expect(news).toContainEqual({ kind: "trouble", code: "CHANGE_STREAM_LOST", detail: "silent" });
  });

  test("but not while it gives signs of life", async () => {
    await stage.follower({ tuning: { silenceMs: 300 } });
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    const beganMs = performance.now();
    await until(
      () => {
        stage.pubsub.keepAlive();
        return performance.now() - beganMs > 1000;
      },
      { timeoutMs: 5000, what: "a second of signs of life" },
    );
    expect(stage.pubsub.streams).toHaveLength(1);
  });

  test("has one connection at a time: the old one is over before the new one begins", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    let openAtOnce = 0;
    stage.pubsub.judge = () => {
      openAtOnce = Math.max(
        openAtOnce,
        stage.pubsub.streams.filter(({ isOver }) => !isOver).length,
      );
      return undefined;
    };
    for (const nth of [2, 3, 4]) {
      stage.pubsub.endStreams({ code: status.INTERNAL });
      await stage.untilStreams(nth);
      stage.pubsub.publish(aChange(nth));
      await stage.untilPosition(nth);
    }
    expect(openAtOnce).toBe(1);
    expect(await stage.stored()).toHaveLength(4);
  });
});

describe("a session that is refused", () => {
  const refused = {
    code: status.UNAUTHENTICATED,
    reason: "sfdc.platform.eventbus.grpc.service.auth.error",
  };

  test("at the start: one sign-in more, then it goes on", async () => {
    stage.pubsub.judge = ({ token }) => (token === "token-1" ? refused : undefined);
    const { news } = await stage.follower();
    await until(() => news.at(-1)?.kind === "connected", { timeoutMs: 5000, what: "a connection" });
    expect(stage.pubsub.streams.map(({ token }) => token)).toEqual(["token-1", "token-2"]);
    expect(stage.org.forms).toHaveLength(2);
  });

  test("in the middle: one sign-in more, and on from where it stood", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    stage.pubsub.endStreams(refused);
    stage.pubsub.publish(aChange(2));
    await stage.untilPosition(2);
    expect(stage.pubsub.streams[1]).toMatchObject({
      token: "token-2",
      after: replayId(1).toString("base64"),
    });
    expect(stage.org.forms).toHaveLength(2);
  });

  test("by the call for a schema: likewise, and the event is not passed over", async () => {
    await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.keepAlive();
    let isRefused = true;
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    stage.pubsub.judgeSchema = () => {
      const answer = isRefused ? refused : undefined;
      isRefused = false;
      return answer;
    };
    stage.pubsub.publish({ ...aChange(2), schemaId: "scheduling" });
    await until(() => stage.org.forms.length === 2, { timeoutMs: 5000, what: "a sign-in" });
    await stage.untilPosition(2);
  });

  test("whatever it is: the sign-in is not hammered", async () => {
    stage.pubsub.judge = () => refused;
    const { news } = await stage.follower();
    await until(
      () =>
        news.filter((one) => one.kind === "trouble" && one.code === "ORG_UNAVAILABLE").length > 0,
      { timeoutMs: 8000, what: "the cap of sign-ins" },
    );
    expect(stage.org.forms.length).toBeLessThanOrEqual(3);
  });
});

describe("what an operator has to mend", () => {
  test.each([
    ["PERMISSION_DENIED", status.PERMISSION_DENIED, "CHANGE_EVENTS_REFUSED"],
    ["NOT_FOUND", status.NOT_FOUND, "CHANGE_EVENTS_REFUSED"],
    ["INVALID_ARGUMENT", status.INVALID_ARGUMENT, "CHANGE_EVENTS_REFUSED"],
    ["RESOURCE_EXHAUSTED", status.RESOURCE_EXHAUSTED, "CHANGE_EVENTS_LIMIT"],
  ])("%s is told, and tried again at length", async (_, code, told) => {
    stage.pubsub.judge = () => ({ code, reason: "sfdc.platform.eventbus.grpc.topic.not.found" });
    const { news } = await stage.follower({ tuning: { refusedWaitMs: 40 } });
    await stage.untilStreams(2);
    stage.pubsub.judge = () => undefined;
    await until(() => news.at(-1)?.kind === "connected", { timeoutMs: 5000, what: "a connection" });
    expect(news[0]).toEqual({
      kind: "trouble",
      code: told,
      detail: "sfdc.platform.eventbus.grpc.topic.not.found",
    });
  });

  test("a sign-in that the org refuses", async () => {
    let isRefused = true;
    const { news } = await stage.follower({
      deps: ({ sessions }) => ({
        sessions: {
          ...sessions,
          current: () =>
            isRefused
              ? Promise.reject(new OrgAccessError("acme", { detail: "invalid_client" }))
              : sessions.current(),
        },
      }),
    });
    await until(() => news.length > 0, { timeoutMs: 5000, what: "the trouble" });
    expect(news[0]).toMatchObject({ kind: "trouble", code: "ORG_ACCESS_REFUSED" });
    isRefused = false;
    await stage.untilStreams(1);
  });

  test("texts of the API are not repeated", async () => {
    stage.pubsub.judge = () => ({ code: status.UNAVAILABLE, reason: "Dana's phone is +1 555" });
    const { news } = await stage.follower();
    await until(() => news.length > 0, { timeoutMs: 5000, what: "the trouble" });
    expect(news[0]).toEqual({ kind: "trouble", code: "CHANGE_STREAM_LOST", detail: "status 14" });
  });
});

describe("several processes", () => {
  test("have one stream; another takes over when its process dies, and goes on where it stood", async () => {
    const first = await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    const second = await stage.follower();
    await until(() => second.leaseCalls() >= 5, { timeoutMs: 5000, what: "attempts at the lease" });
    expect(stage.pubsub.streams).toHaveLength(1);
    // Cut off from Redis: it must not go on as if nothing were.
    first.redis.disconnect();
    await stage.untilStreams(2);
    await until(() => stage.pubsub.streams[0]?.isOver, {
      timeoutMs: 5000,
      what: "the first's end",
    });
    stage.pubsub.publish(aChange(2));
    await stage.untilPosition(2);
    expect(await stage.stored()).toHaveLength(2);
    expect(stage.pubsub.streams[1]?.after).toBe(replayId(1).toString("base64"));
  });

  test("do not wait for a lease that was given back", async () => {
    const first = await stage.follower({ tuning: { leaseMs: 60_000 } });
    await stage.untilStreams(1);
    const second = await stage.follower();
    await until(() => second.leaseCalls() >= 2, { timeoutMs: 5000, what: "attempts at the lease" });
    await first.stream.stop();
    await stage.untilStreams(2);
    expect(stage.pubsub.streams[0]?.isOver).toBe(true);
  });

  test("a lease that another has taken ends the stream, and moves no position", async () => {
    const { stream } = await stage.follower();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilPosition(1);
    const [key = ""] = await stage.redis.keys("*changes-by");
    await stage.redis.set(key, "another");
    stage.pubsub.publish(aChange(2));
    await stage.untilStored(2);
    await until(() => stage.pubsub.streams[0]?.isOver, { timeoutMs: 5000, what: "the end" });
    await stream.stop();
    expect(
      replayId(1).equals((await stage.book.readPosition("/data/ChangeEvents")) ?? Buffer.of()),
    ).toBe(true);
    expect(await stage.redis.get(key)).toBe("another");
  });
});

test("a stop waits for what is in hand", async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const order: string[] = [];
  const { stream } = await stage.follower({
    deps: ({ put }) => ({
      put: async (events) => {
        order.push("asked");
        await held;
        const answer = await put(events);
        order.push("durable");
        return answer;
      },
    }),
  });
  await stage.untilStreams(1);
  stage.pubsub.publish(aChange(1));
  await until(() => order.length === 1, { timeoutMs: 5000, what: "the put" });
  const stopped = stream.stop().then(() => order.push("stopped"));
  await until(() => stage.pubsub.streams[0]?.isOver, { timeoutMs: 5000, what: "the end" });
  // As long as a release of the lease takes.
  await stage.redis.ping();
  release();
  await stopped;
  expect(order).toEqual(["asked", "durable", "stopped"]);
  expect((await stage.stored()).map(({ recordId }) => recordId)).toEqual([appointmentId(1)]);
  await stage.untilPosition(1);
});
