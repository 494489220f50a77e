import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "puppeteer-core";
import { z } from "zod";
import { ACK, type Autopush, startAutopush } from "../support/autopush.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { DANA } from "../support/builders.ts";
import { type Firefox, startFirefox } from "../support/firefox.ts";
import { type PushService, startPushService } from "../support/push-service.ts";
import { until } from "../support/until.ts";

const RECORD_ID = "08p5f000000AbCdAAK";
const TITLE = "Roof inspection, Müller & Söhne";
/** Firefox and a whole bridge on a busy machine take their time. */
const START_MS = 120_000;
const PATIENCE = { timeoutMs: 20_000 };

/** What a page can see of what Firefox shows. */
const shownSchema = z.array(
  z.object({
    title: z.string(),
    body: z.string(),
    data: z.object({ link: z.string().optional(), action: z.string().optional() }),
  }),
);

const dir = mkdtempSync(join(tmpdir(), "siro-bridge-alerts-"));
let service: PushService;
let autopush: Autopush;
let bridge: BridgeProcess;
let firefox: Firefox;
let page: Page;

beforeAll(async () => {
  service = await startPushService();
  const certFile = join(dir, "push-service.pem");
  writeFileSync(certFile, service.cert);
  autopush = await startAutopush(service);
  [bridge, firefox] = await Promise.all([
    startBridge({
      env: {
        // The push service stands on this machine, with a certificate of its own.
        NODE_EXTRA_CA_CERTS: certFile,
        OUTBOUND_ALLOW: "localhost",
        VAPID_SUBJECT: "mailto:ops@acme-roofing.com",
      },
    }),
    startFirefox(autopush.url),
  ]);
  page = await firefox.browser.newPage();
}, START_MS);

afterAll(async () => {
  await firefox?.close();
  await bridge?.cleanUp();
  await autopush?.stop();
  await service?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Presses the button with this text. */
async function press(text: string): Promise<void> {
  await page.locator(`::-p-xpath(//button[normalize-space()="${text}"])`).click();
}

async function shown(): Promise<z.infer<typeof shownSchema>> {
  return shownSchema.parse(
    await page.evaluate(`navigator.serviceWorker.ready
      .then((registration) => registration.getNotifications())
      .then((all) => all.map(({ title, body, data }) => ({ title, body, data })))`),
  );
}

function untilShown(title: string) {
  return until(async () => (await shown()).find((one) => one.title === title), {
    ...PATIENCE,
    what: `the alert "${title}"; the bridge said:\n${bridge.output().slice(-2000)}`,
  });
}

function untilText(selector: string, text: string): Promise<true> {
  const read = `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`;
  return until(async () => String(await page.evaluate(read)).includes(text) || undefined, {
    ...PATIENCE,
    what: `"${text}" in ${selector}`,
  });
}

async function dossier() {
  return readJson(await bridge.api(`/appointments/${ACME.name}/${RECORD_ID}`));
}

describe("a rep with Firefox and a whole bridge", () => {
  test(
    "sets up alerts by an invitation and sees a test arrive",
    async () => {
      await bridge.api(`/reps/${ACME.name}`, { method: "POST", body: DANA });
      const path = `/reps/${ACME.name}/${DANA.userId}/invites`;
      const { url } = await readJson(await bridge.api(path, { method: "POST" }));
      await page.goto(url);
      await press("Set up this computer");
      await untilText("h1", "Install the app");
      await page.evaluate(`location.hash = "#/setup/alerts"`);
      await press("Turn on alerts");
      await press("Send a test alert");
      await untilText("main", "It arrived after");
      expect(autopush.acks).toEqual([ACK.delivered]);
      expect(await shown()).toMatchObject([{ title: "Siro bridge test" }]);
    },
    START_MS,
  );

  test(
    "is told of a visit, and has its button on the page, then of its end",
    async () => {
      await page.evaluate(`location.hash = "#/"`);
      await untilText("h1", "Today");
      const visit = { recordId: RECORD_ID, startsIn: 2, endsIn: 600, reps: [DANA], title: TITLE };
      expect((await bridge.postEvents([aVisitEvent(visit)])).status).toBe(202);
      const alert = await untilShown("Start recording");
      expect(alert.body).toMatch(/^Roof inspection, Müller & Söhne, \d/);
      await untilText(".hero h2", TITLE);
      const link = await page.evaluate(`document.querySelector(".hero a.button").href`);
      expect(link).toBe(alert.data.link);
      expect(link).toMatch(/^https:\/\/app\.siro\.ai\/record\?action=start&/);
      expect(decodeURIComponent(String(link))).toContain(RECORD_ID);

      // One alert for a visit: the stop takes the start's place.
      await bridge.postEvents([aVisitEvent({ ...visit, status: "completed" })]);
      await untilShown("Stop recording");
      expect((await shown()).filter(({ data }) => data.action !== undefined)).toMatchObject([
        { title: "Stop recording", body: expect.stringContaining(TITLE) },
      ]);
      await untilText(".hero a.button", "Stop recording");
      const { deliveries, receipts } = await until(
        async () => {
          const found = await dossier();
          return found.receipts.length >= 2 && found;
        },
        { ...PATIENCE, what: "the phone's word that it showed both" },
      );
      expect(deliveries).toMatchObject([
        { channel: "web-push", state: "accepted", answer: "HTTP 201" },
        { channel: "web-push", state: "accepted", answer: "HTTP 201" },
      ]);
      expect(receipts).toMatchObject([{ kind: "delivered" }, { kind: "delivered" }]);
    },
    START_MS,
  );

  test("is gone for the bridge once Firefox wants no more", async () => {
    await page.evaluate(`navigator.serviceWorker.ready
      .then((registration) => registration.pushManager.getSubscription())
      .then((subscription) => subscription.unsubscribe())`);
    const path = `/reps/${ACME.name}/${DANA.userId}/test-prompt`;
    const { devices } = await until(
      async () => {
        const answer = await readJson(await bridge.api(path, { method: "POST" }));
        return answer.devices[0]?.outcome !== "accepted" && answer;
      },
      { ...PATIENCE, what: "the push service to know" },
    );
    expect(devices).toMatchObject([{ channel: "web-push", outcome: "device-gone" }]);
  });
});
