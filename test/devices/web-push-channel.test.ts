import { afterEach, describe, expect, test } from "@jest/globals";
import { collapseKey } from "../../src/devices/channels/collapse-key.ts";
import { webPushChannel } from "../../src/devices/channels/web-push.ts";
import type { DueMessage, PromptMessage } from "../../src/domain/prompt-message.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster } from "../../src/outbound/post-json.ts";
import { aDueMessage, type ChannelStage, channelContract } from "../contracts/channel.ts";
import { anAppointment, at, DANA } from "../support/builders.ts";
import {
  aVapid,
  type NextAnswer,
  type PushService,
  startPushService,
} from "../support/push-service.ts";
import { type PushSubscriber, subscribe } from "../support/push-subscriber.ts";

const closing: (() => Promise<unknown>)[] = [];
const VAPID = aVapid();

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

interface Stage {
  readonly service: PushService;
  readonly subscriber: PushSubscriber;
  readonly channel: ReturnType<typeof webPushChannel>;
}

async function openStage(allow: readonly string[] = ["localhost"]): Promise<Stage> {
  const service = await startPushService();
  closing.push(() => service.stop());
  const poster = createPoster(createAddressGuard(allow), service.cert);
  closing.push(() => poster.close());
  return {
    service,
    subscriber: subscribe(service, VAPID.publicKey),
    channel: webPushChannel({ poster, vapid: VAPID, allow }),
  };
}

const CONTRACT_ANSWERS: Readonly<
  Record<Exclude<Parameters<ChannelStage["answerNext"]>[0], "accept">, NextAnswer>
> = {
  gone: { status: 410 },
  busy: { status: 429, headers: { "retry-after": "7" } },
  broken: { status: 500 },
  "hang-up": "hang-up",
};

describe("the web-push channel keeps the channel contract", () => {
  channelContract(async () => {
    const { service, subscriber, channel } = await openStage();
    return {
      channel,
      address: subscriber.subscription,
      received: () => subscriber.received,
      // The rest is encrypted for the browser alone.
      othersRead: () =>
        service.taken.map(
          ({ body, ...envelope }) => JSON.stringify(envelope) + body.toString("latin1"),
        ),
      answerNext: (how) => {
        if (how !== "accept") {
          service.answerNext(CONTRACT_ANSWERS[how]);
        }
      },
      badAddresses: [null, {}, "https://web.push.apple.com/x", { endpoint: service.origin }],
    };
  });
});

/** The times of `aDueMessage`: the visit is from ten to eleven, the prompt is due two minutes before. */
async function sendAt(stage: Stage, time: string, message: PromptMessage = aDueMessage()) {
  const context = { idempotencyKey: "k", nowMs: at(time) };
  return stage.channel.send(message, stage.subscriber.subscription, context);
}

describe("what the browser gets", () => {
  test("the prompt, as every kind of service worker reads it", async () => {
    const stage = await openStage();
    const message = aDueMessage();
    await sendAt(stage, "09:58", message);
    const tag = collapseKey({ ...message, recordId: "08p000000000001AAA", userId: DANA.userId });
    expect(JSON.parse(stage.subscriber.received[0] ?? "")).toEqual({
      web_push: 8030,
      mutable: true,
      notification: {
        title: "Start recording",
        body: "Müller & Söhne <b> X-Injected: 1, 10:00 AM UTC to 11:00 AM UTC",
        navigate: "https://bridge.example.com/go/token",
        tag,
        lang: "en",
        silent: false,
        mutable: true,
        data: {
          kind: "due",
          promptId: "p1",
          action: "start",
          openUrl: "https://bridge.example.com/go/token",
          ackUrl: "https://bridge.example.com/ack/token",
          link: "https://app.siro.ai/record?action=start",
          expiresAt: "2026-11-23T11:00:00.000Z",
        },
      },
    });
    expect(stage.service.taken).toMatchObject([
      { urgency: "high", topic: tag, encoding: "aes128gcm", ttlSeconds: 17 * 60 },
    ]);
  });

  test("a test, replaced by the next one", async () => {
    const stage = await openStage();
    const openUrl = "https://bridge.example.com/rep";
    await sendAt(stage, "09:58", {
      kind: "test",
      connection: "acme",
      promptId: "t1",
      rep: DANA,
      openUrl,
    });
    expect(JSON.parse(stage.subscriber.received[0] ?? "")).toMatchObject({
      notification: {
        title: "Siro bridge test",
        navigate: openUrl,
        tag: "siro-bridge-test",
        data: { kind: "test", promptId: "t1", openUrl },
      },
    });
    expect(stage.service.taken).toMatchObject([{ topic: "siro-bridge-test", ttlSeconds: 300 }]);
  });

  test.each([
    ["a start before the visit", "start", "09:58", ["10:00", "11:00"], "11:00", 17 * 60],
    ["a start of a short visit", "start", "09:58", ["10:00", "10:10"], "10:10", 12 * 60],
    ["a start that expires sooner", "start", "09:58", ["10:00", "11:00"], "10:05", 7 * 60],
    ["a start in the middle of the visit", "start", "10:40", ["10:00", "11:00"], "11:00", 300],
    ["a start shortly before the end", "start", "10:58", ["10:00", "11:00"], "11:00", 120],
    ["a restart", "restart", "09:58", ["10:00", "11:00"], "11:00", 17 * 60],
    ["a stop", "stop", "11:00", ["10:00", "11:00"], "11:30", 1800],
    ["one that is over", "stop", "11:31", ["10:00", "11:00"], "11:30", 0],
  ] as const)("%s waits as long as it is useful", async (...row) => {
    const [, action, sentAt, times, expires, expected] = row;
    const stage = await openStage();
    const usual = aDueMessage();
    const appointment = anAppointment("08p000000000001AAA", times);
    const prompt = { ...usual.prompt, action, expiresAtMs: at(expires) };
    await sendAt(stage, sentAt, { ...usual, appointment, prompt });
    expect(stage.service.taken).toMatchObject([{ ttlSeconds: expected }]);
  });

  test("start and stop of a visit replace each other while the phone is away; another visit stays", async () => {
    const stage = await openStage();
    const usual = aDueMessage();
    const other = anAppointment("08p000000000002AAA", ["11:00", "12:00"]);
    stage.subscriber.goOffline();
    await sendAt(stage, "09:58", usual);
    await sendAt(stage, "10:00", { ...usual, prompt: { ...usual.prompt, action: "stop" } });
    const { recordId } = other;
    await sendAt(stage, "10:00", {
      ...usual,
      appointment: other,
      prompt: { ...usual.prompt, recordId },
    });
    stage.subscriber.comeBack(Date.now());
    expect(stage.subscriber.received.map(titleOf)).toEqual(["Stop recording", "Start recording"]);
  });

  test("nothing once it is useless", async () => {
    const stage = await openStage();
    stage.subscriber.goOffline();
    await sendAt(stage, "09:58");
    stage.subscriber.comeBack(Date.now() + 17 * 60_000 + 1000);
    expect(stage.subscriber.received).toEqual([]);
  });

  test("as little of the visit as the connection allows", async () => {
    for (const [privacy, body] of [
      ["full", "Jane Doe, 10:00 AM UTC to 11:00 AM UTC"],
      ["initials", "J.D, 10:00 AM UTC to 11:00 AM UTC"],
      ["none", "10:00 AM UTC to 11:00 AM UTC"],
    ] as const) {
      const stage = await openStage();
      const times = ["10:00", "11:00"] as const;
      const appointment = anAppointment("08p000000000001AAA", times, { title: "Jane Doe" });
      await sendAt(stage, "09:58", aDueMessage({ appointment, privacy }));
      const { notification } = JSON.parse(stage.subscriber.received[0] ?? "");
      expect(notification).toMatchObject({ body, title: "Start recording" });
      if (privacy !== "full") {
        expect(stage.subscriber.received[0]).not.toContain("Jane");
      }
    }
  });

  test.each<[string, Partial<DueMessage>, boolean]>([
    ["a link with twenty objects", { link: `https://app.siro.ai/?${"o".repeat(1_500)}` }, true],
    ["a link beyond all measure", { link: `https://app.siro.ai/?${"o".repeat(10_000)}` }, false],
    [
      "a title of a thousand faces",
      {
        appointment: anAppointment("08p000000000001AAA", ["10:00", "11:00"], {
          title: "👩‍👩‍👧‍👦".repeat(250),
        }),
      },
      true,
    ],
  ])("no more than 2500 bytes: %s", async (_what, own, hasLink) => {
    const stage = await openStage();
    expect(await sendAt(stage, "09:58", aDueMessage(own))).toMatchObject({ kind: "accepted" });
    const [text = ""] = stage.subscriber.received;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_500);
    expect("link" in JSON.parse(text).notification.data).toBe(hasLink);
    // The first attempt fits: nothing was too large for the push service.
    expect(stage.service.requestCount()).toBe(1);
    expect(stage.service.taken[0]?.body.length).toBeLessThan(2_744);
  });
});

function titleOf(text: string): string {
  return JSON.parse(text).notification.title;
}

describe("who sends", () => {
  test("says so with our key and contact, for this push service, for twelve hours", async () => {
    const stage = await openStage();
    await sendAt(stage, "09:58");
    const [{ sender } = { sender: undefined }] = stage.service.taken;
    expect(sender).toMatchObject({
      publicKey: VAPID.publicKey,
      claims: { aud: stage.service.origin, sub: "mailto:ops@acme-roofing.com" },
    });
    const hours = ((sender?.claims.exp ?? 0) - Date.now() / 1000) / 3600;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThanOrEqual(12);
  });

  test("signs once for many messages, and anew after six hours", async () => {
    const stage = await openStage();
    for (const time of ["01:00", "01:01", "06:59", "07:01"]) {
      await sendAt(stage, time);
    }
    const [first, ...others] = stage.service.taken.map(({ authorization }) => authorization);
    expect(others.map((one) => one === first)).toEqual([true, true, false]);
  });

  test("keeps its connection from message to message", async () => {
    const stage = await openStage();
    for (let count = 0; count < 10; count += 1) {
      await sendAt(stage, "09:58");
    }
    // A second one is opened when the first still reads the end of an answer.
    expect(stage.service.connectionCount()).toBeLessThanOrEqual(2);
    expect(stage.subscriber.received).toHaveLength(10);
  });
});

describe("what a push service answers", () => {
  test.each([
    [{ status: 200 }, { kind: "accepted", answer: "HTTP 200" }],
    [{ status: 202 }, { kind: "accepted", answer: "HTTP 202" }],
    [{ status: 404 }, { kind: "device-gone", answer: "HTTP 404" }],
    [{ status: 410 }, { kind: "device-gone", answer: "HTTP 410" }],
    [{ status: 400 }, { kind: "refused", reason: "VAPID_REFUSED" }],
    [{ status: 401 }, { kind: "refused", reason: "VAPID_REFUSED" }],
    [{ status: 403 }, { kind: "refused", reason: "VAPID_REFUSED" }],
    [
      { status: 429, headers: { "retry-after": "30" } },
      { kind: "try-later", answer: "HTTP 429", retryAfterMs: 30_000 },
    ],
    [
      { status: 503, headers: { "retry-after": "2" } },
      { kind: "try-later", answer: "HTTP 503", retryAfterMs: 2_000 },
    ],
    [{ status: 503 }, { kind: "try-later", answer: "HTTP 503" }],
    [
      { status: 500, headers: { "retry-after": "2" } },
      { kind: "try-later", answer: "HTTP 500" },
    ],
    [{ status: 502 }, { kind: "try-later", answer: "HTTP 502" }],
    [{ status: 302, headers: { location: "/wpush/v2/x" } }, { kind: "try-later" }],
    ["hang-up" as const, { kind: "try-later" }],
  ])("%j", async (answer, expected) => {
    const stage = await openStage();
    stage.service.answerNext(answer);
    const outcome = await sendAt(stage, "09:58");
    expect(outcome).toMatchObject(expected);
    expect("retryAfterMs" in outcome).toBe("retryAfterMs" in expected);
    expect(stage.service.requestCount()).toBe(1);
    expect(JSON.stringify(outcome)).not.toMatch(/dana|localhost|internal|wpush/);
  });

  test("an unknown subscription is a device that is gone", async () => {
    const stage = await openStage();
    stage.service.forget(stage.subscriber.subscription.endpoint.split("/").at(-1) ?? "");
    expect(await sendAt(stage, "09:58")).toMatchObject({ kind: "device-gone" });
  });

  test("a subscription made with another key is our fault, and the device stays", async () => {
    const stage = await openStage();
    const subscriber = subscribe(stage.service, aVapid(2).publicKey);
    const outcome = await sendAt({ ...stage, subscriber }, "09:58");
    expect(outcome).toMatchObject({
      kind: "refused",
      reason: "VAPID_REFUSED",
      answer: expect.stringContaining("HTTP 403"),
    });
  });

  test("too large: it is sent once more, as small as can be", async () => {
    const stage = await openStage();
    stage.service.answerNext({ status: 413 });
    expect(await sendAt(stage, "09:58")).toMatchObject({ kind: "accepted" });
    const [text = ""] = stage.subscriber.received;
    expect(JSON.parse(text).notification).toMatchObject({
      title: "Start recording",
      body: "",
      data: { kind: "due", promptId: "p1", openUrl: "https://bridge.example.com/go/token" },
    });
    expect(Buffer.byteLength(text)).toBeLessThan(500);
    expect(stage.service.requestCount()).toBe(2);
  });

  test("too large even then: nothing is tried again", async () => {
    const stage = await openStage();
    stage.service.answerNext({ status: 413 });
    stage.service.answerNext({ status: 413 });
    expect(await sendAt(stage, "09:58")).toEqual({
      kind: "refused",
      reason: "PUSH_TOO_LARGE",
      answer: "HTTP 413",
    });
    expect(stage.service.requestCount()).toBe(2);
  });

  test("nothing at all: tried later, within seven seconds", async () => {
    const stage = await openStage();
    stage.service.answerNext("silence");
    const startedMs = performance.now();
    expect(await sendAt(stage, "09:58")).toMatchObject({ kind: "try-later" });
    expect(performance.now() - startedMs).toBeLessThan(7_000);
  });
});

describe("taking back what is shown", () => {
  const visit = {
    kind: "clear",
    connection: "acme",
    recordId: "08p000000000001AAA",
    userId: DANA.userId,
  } as const;
  const context = { idempotencyKey: "k", nowMs: at("10:00") };

  test("tells the service worker the tag of what was shown", async () => {
    const stage = await openStage();
    await sendAt(stage, "09:58");
    const { tag } = JSON.parse(stage.subscriber.received[0] ?? "").notification;
    const outcome = await stage.channel.clear?.(visit, stage.subscriber.subscription, context);
    expect(outcome).toMatchObject({ kind: "accepted", answer: "HTTP 201" });
    expect(JSON.parse(stage.subscriber.received[1] ?? "")).toEqual({ kind: "clear", tag });
    expect(stage.service.taken[1]).toMatchObject({ ttlSeconds: 60, urgency: "low", topic: tag });
  });

  test("sends nothing to Safari", async () => {
    const stage = await openStage();
    const address = {
      ...stage.subscriber.subscription,
      endpoint: "https://web.push.apple.com/QGuQyavXutnMH",
    };
    expect(await stage.channel.clear?.(visit, address, context)).toEqual({
      kind: "accepted",
      tookMs: 0,
      answer: "nothing to clear",
    });
    expect(stage.channel.canClear?.(address)).toBe(false);
    expect(stage.channel.canClear?.(stage.subscriber.subscription)).toBe(true);
  });
});
