import { randomBytes } from "node:crypto";
import { afterAll, describe, expect, test } from "@jest/globals";
import { webPushChannel } from "../../src/devices/channels/web-push.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster } from "../../src/outbound/post-json.ts";
import { aDueMessage } from "../contracts/channel.ts";
import { aVapid, startPushService } from "../support/push-service.ts";
import { subscribe } from "../support/push-subscriber.ts";

const service = await startPushService();
const { keys } = subscribe(service).subscription;
const posters: { close(): Promise<void> }[] = [];

afterAll(async () => {
  await Promise.all(posters.map((poster) => poster.close()));
  await service.stop();
});

function channelWith(allow: readonly string[]) {
  const poster = createPoster(createAddressGuard(allow), service.cert);
  posters.push(poster);
  return webPushChannel({ poster, vapid: aVapid(), allow });
}

const channel = channelWith([]);
const verdictOn = (address: unknown) => channel.checkAddress(address, "acme");

describe("a subscription", () => {
  test.each([
    "https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3AycjUf4O-byuxb_wJsKRaKvV_iKw56s16",
    "https://android.googleapis.com/gcm/send/abc",
    "https://jmt17.google.com/fcm/send/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABi",
    "https://eu.push.services.mozilla.com/wpush/v2/gAAAAABi",
    "https://web.push.apple.com/QGuQyavXutnMH",
    "https://api.push.apple.com/3/device/abc",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD",
    "https://fcm.googleapis.com:443/fcm/send/abc",
    "https://FCM.googleapis.com/fcm/send/abc",
  ])("at %s is fine", (endpoint) => {
    expect(verdictOn({ endpoint, expirationTime: null, keys })).toEqual({ kind: "usable" });
  });

  test.each([
    "https://hooks.example.com/x",
    "https://updates.push.services.mozilla.com.evil.com/wpush/v2/x",
    "https://evilfcm.googleapis.com/x",
    "https://notify.windows.com.evil.com/",
    "https://evilnotify.windows.com/",
    "https://169.254.169.254/.google.com/",
    "https://169.254.169.254/latest/meta-data/?.notify.windows.com",
    "https://evil.com/#.push.apple.com",
    "https://evil.com\\.push.apple.com/",
    "https://fcm.googleapis.com@evil.com/",
    "https://evil.com@fcm.googleapis.com/",
    "https://user:pw@fcm.googleapis.com/",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com:80/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com%2eevil.com/x",
    "https://fcm。googleapis。com.evil.com/x",
    "http://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://localhost/",
    "https:// fcm.googleapis.com/x",
    "https://fcm.googleapis.com/x\r\nX-Injected: 1",
    "https://fcm.goo\tgleapis.com/x",
    `https://fcm.googleapis.com/${"x".repeat(2_048)}`,
    "fcm.googleapis.com",
    "",
    7,
    null,
  ])("at %j is refused, with the reason at its path", (endpoint) => {
    expect(verdictOn({ endpoint, keys })).toMatchObject({
      kind: "unusable",
      message: expect.stringMatching(/^address\.endpoint: \w{4}/),
    });
  });

  const point = Buffer.from(keys.p256dh, "base64url");
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(point);
    copy[at] = value;
    return copy.toString("base64url");
  };

  test.each([
    ["not on the curve", changed(64, (point[64] ?? 0) ^ 1)],
    ["of a compressed form", changed(0, 2)],
    ["of a hybrid form", changed(0, 6)],
    ["that is too short", point.subarray(0, 64).toString("base64url")],
    ["that is too long", Buffer.concat([point, Buffer.from([0])]).toString("base64url")],
    ["at infinity", Buffer.alloc(65).toString("base64url")],
    ["of noise", Buffer.concat([Buffer.from([4]), randomBytes(64)]).toString("base64url")],
    ["with line breaks", `${keys.p256dh}\r\n`],
    ["that is none", ""],
  ])("with a point %s is refused", (_what, p256dh) => {
    const endpoint = "https://web.push.apple.com/x";
    expect(verdictOn({ endpoint, keys: { ...keys, p256dh } })).toMatchObject({
      kind: "unusable",
      message: expect.stringMatching(/^address\.keys\.p256dh: /),
    });
  });

  test.each([
    "",
    "AAAA",
    randomBytes(15).toString("base64url"),
    randomBytes(17).toString("hex"),
  ])("with the secret %j is refused", (auth) => {
    const endpoint = "https://web.push.apple.com/x";
    expect(verdictOn({ endpoint, keys: { ...keys, auth } })).toMatchObject({
      kind: "unusable",
      message: expect.stringMatching(/^address\.keys\.auth: /),
    });
  });
});

describe("hosts of our own", () => {
  test("may have any port, and are still called by https alone", () => {
    const own = channelWith(["push.acme.test"]);
    const check = (endpoint: string) => own.checkAddress({ endpoint, keys }, "acme").kind;
    expect(check("https://push.acme.test:8443/x")).toBe("usable");
    expect(check("http://push.acme.test:8443/x")).toBe("unusable");
    expect(check("https://a.push.acme.test/x")).toBe("unusable");
  });
});

describe("sending to an address that was stored", () => {
  const context = { idempotencyKey: "k", nowMs: Date.now() };

  test("is refused when its host is no push service any more", async () => {
    const { subscription } = subscribe(service);
    const poster = createPoster(createAddressGuard(["localhost"]), service.cert);
    posters.push(poster);
    const strict = webPushChannel({ poster, vapid: aVapid(), allow: [] });
    expect(await strict.send(aDueMessage(), subscription, context)).toMatchObject({
      kind: "refused",
      reason: "ADDRESS_REFUSED",
      answer: expect.stringMatching(/^address\.endpoint: must be at a known push service/),
    });
    expect(service.requestCount()).toBe(0);
  });

  test("is refused when the name of a push service leads into our own network", async () => {
    // What a rebound name does: the URL looks right, and the look-up gives a private address.
    const guard = { ...createAddressGuard([]), checkUrl: () => undefined };
    const poster = createPoster(guard, service.cert);
    posters.push(poster);
    const trusting = webPushChannel({ poster, vapid: aVapid(), allow: ["localhost"] });
    const { subscription } = subscribe(service);
    expect(await trusting.send(aDueMessage(), subscription, context)).toMatchObject({
      kind: "refused",
      reason: "ADDRESS_REFUSED",
      answer: expect.stringContaining("private"),
    });
    expect(service.connectionCount()).toBe(0);
  });
});
