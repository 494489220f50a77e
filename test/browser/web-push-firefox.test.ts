import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "puppeteer-core";
import { z } from "zod";
import type { Channel } from "../../src/devices/channels/channel.ts";
import { webPushChannel } from "../../src/devices/channels/web-push.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster, type Poster } from "../../src/outbound/post-json.ts";
import { aDueMessage } from "../contracts/channel.ts";
import { ACK, type Autopush, startAutopush } from "../support/autopush.ts";
import { anAppointment, DANA } from "../support/builders.ts";
import { type Firefox, startFirefox } from "../support/firefox.ts";
import { aVapid, type PushService, startPushService } from "../support/push-service.ts";
import { until } from "../support/until.ts";
import { startWorkerSite, type WorkerSite } from "../support/worker-site.ts";

const VAPID = aVapid();
const CONTEXT = { idempotencyKey: "k", nowMs: Date.now() };
const PATIENCE = { timeoutMs: 20_000 };

/** What a page can see of what Firefox shows. */
const shownSchema = z.array(
  z.object({ title: z.string(), body: z.string(), tag: z.string(), data: z.unknown() }),
);

let service: PushService;
let autopush: Autopush;
let firefox: Firefox;
let site: WorkerSite;
let poster: Poster;
let channel: Channel;

beforeAll(async () => {
  [service, site] = await Promise.all([startPushService(), startWorkerSite()]);
  autopush = await startAutopush(service);
  firefox = await startFirefox(autopush.url);
  poster = createPoster(createAddressGuard(["localhost"]), service.cert);
  channel = webPushChannel({ poster, vapid: VAPID, allow: ["localhost"] });
}, 120_000);

afterAll(async () => {
  await firefox?.close();
  await poster?.close();
  await Promise.all([autopush?.stop(), site?.stop()]);
  await service?.stop();
});

interface Phone {
  readonly page: Page;
  readonly address: unknown;
  shown(): Promise<z.infer<typeof shownSchema>>;
}

const pages: Page[] = [];

afterEach(async () => {
  for (const page of pages.splice(0)) {
    await page.evaluate(`navigator.serviceWorker.ready.then(async (registration) => {
      for (const one of await registration.getNotifications()) one.close();
      await (await registration.pushManager.getSubscription())?.unsubscribe();
    })`);
    await page.close();
  }
});

/** Opens the page in Firefox and subscribes with the bridge's key. */
async function subscribedPhone(): Promise<Phone> {
  const page = await firefox.browser.newPage();
  pages.push(page);
  await page.goto(site.url);
  const address = await page.evaluate(`(async () => {
    window.told = [];
    navigator.serviceWorker.addEventListener("message", ({ data }) => window.told.push(data));
    await navigator.serviceWorker.register("/rep/sw.js", { scope: "/rep" });
    const { pushManager } = await navigator.serviceWorker.ready;
    const applicationServerKey = ${JSON.stringify(VAPID.publicKey)};
    const options = { userVisibleOnly: true, applicationServerKey };
    return (await pushManager.subscribe(options)).toJSON();
  })()`);
  const shown = async () =>
    shownSchema.parse(
      await page.evaluate(`navigator.serviceWorker.ready
        .then((registration) => registration.getNotifications())
        .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))`),
    );
  return { page, address, shown };
}

/** Waits until Firefox has said what became of one more message. */
async function nextAck(before: number): Promise<number | undefined> {
  await until(() => autopush.acks.length > before, { ...PATIENCE, what: "an ack of Firefox" });
  return autopush.acks[before];
}

describe("Firefox, subscribed with the bridge's key", () => {
  test("decrypts a prompt by itself, shows it, and says so to the bridge and to the page", async () => {
    const phone = await subscribedPhone();
    expect(channel.checkAddress(phone.address, "acme")).toEqual({ kind: "usable" });
    const message = aDueMessage({ ackUrl: `${new URL(site.url).origin}/ack/a-token` });
    const before = autopush.acks.length;
    expect(await channel.send(message, phone.address, CONTEXT)).toMatchObject({ kind: "accepted" });
    expect(await nextAck(before)).toBe(ACK.delivered);
    await until(() => site.posted.includes("/ack/a-token"), { ...PATIENCE, what: "the ack" });
    expect(await phone.shown()).toEqual([
      {
        title: "Start recording",
        body: "Müller & Söhne <b> X-Injected: 1, 10:00 AM UTC to 11:00 AM UTC",
        tag: service.taken.at(-1)?.topic,
        data: expect.objectContaining({ kind: "due", promptId: "p1", link: message.link }),
      },
    ]);
    await until(() => phone.page.evaluate("window.told.length > 0"), {
      ...PATIENCE,
      what: "the page to hear of it",
    });
    expect(await phone.page.evaluate("window.told")).toMatchObject([
      { type: "shown", kind: "due", promptId: "p1" },
    ]);
  });

  test("replaces the start of a visit by its stop, beside that of another visit", async () => {
    const phone = await subscribedPhone();
    const usual = aDueMessage();
    const recordId = "08p000000000002AAA";
    await channel.send(usual, phone.address, CONTEXT);
    await channel.send(
      {
        ...usual,
        appointment: anAppointment(recordId, ["12:00", "13:00"]),
        prompt: { ...usual.prompt, recordId },
      },
      phone.address,
      CONTEXT,
    );
    await channel.send(
      { ...usual, prompt: { ...usual.prompt, action: "stop" } },
      phone.address,
      CONTEXT,
    );
    const titles = await until(
      async () => {
        const all = (await phone.shown()).map(({ title }) => title).toSorted();
        // While one is being shown another may be left out of the list.
        return all.includes("Stop recording") && all.length === 2 && all;
      },
      { ...PATIENCE, what: "the stop" },
    );
    expect(titles).toEqual(["Start recording", "Stop recording"]);
  });

  test("takes back what it shows when the bridge clears it", async () => {
    const phone = await subscribedPhone();
    await channel.send(aDueMessage(), phone.address, CONTEXT);
    await until(async () => (await phone.shown()).length === 1, { ...PATIENCE, what: "the start" });
    const visit = { connection: "acme", recordId: "08p000000000001AAA", userId: DANA.userId };
    const outcome = await channel.clear?.({ kind: "clear", ...visit }, phone.address, CONTEXT);
    expect(outcome).toMatchObject({ kind: "accepted" });
    await until(async () => (await phone.shown()).length === 0, { ...PATIENCE, what: "nothing" });
  });

  test("refuses a message that was changed under way, and shows nothing", async () => {
    const phone = await subscribedPhone();
    const before = autopush.acks.length;
    autopush.spoilNext();
    await channel.send(aDueMessage(), phone.address, CONTEXT);
    expect(await nextAck(before)).toBe(ACK.decryptionFailed);
    await channel.send(aDueMessage(), phone.address, CONTEXT);
    expect(await nextAck(before + 1)).toBe(ACK.delivered);
    await until(() => phone.page.evaluate("window.told.length > 0"), {
      ...PATIENCE,
      what: "the good one",
    });
    expect(await phone.page.evaluate("window.told.length")).toBe(1);
  });

  test("is gone once the rep turned alerts off", async () => {
    const phone = await subscribedPhone();
    await phone.page.evaluate(`navigator.serviceWorker.ready
      .then((registration) => registration.pushManager.getSubscription())
      .then((subscription) => subscription.unsubscribe())`);
    const outcome = await until(
      async () => {
        const answer = await channel.send(aDueMessage(), phone.address, CONTEXT);
        return answer.kind !== "accepted" && answer;
      },
      { ...PATIENCE, what: "the push service to know" },
    );
    expect(outcome).toMatchObject({ kind: "device-gone", answer: "HTTP 410" });
  });

  test("gets twenty messages one after the other, each in a moment", async () => {
    const phone = await subscribedPhone();
    const tookMs: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const before = autopush.acks.length;
      const startedMs = performance.now();
      await channel.send(aDueMessage(), phone.address, CONTEXT);
      expect(await nextAck(before)).toBe(ACK.delivered);
      tookMs.push(performance.now() - startedMs);
    }
    expect(tookMs.toSorted((left, right) => left - right)[10]).toBeLessThan(1_000);
  });
});
