import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { shotPath, startBrowser } from "../support/browser.ts";
import { findBarriers } from "../support/rep-phone.ts";
import { until } from "../support/until.ts";

let bridge: BridgeProcess;
let browser: Browser;

beforeAll(async () => {
  [bridge, browser] = await Promise.all([startBridge({ isLocalMode: true }), startBrowser()]);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await bridge.cleanUp();
});

async function openStage(width: number, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  await page.goto(bridge.url);
  await page.getByText("Connected: everything below is live.").waitFor();
  return page;
}

async function book(page: Page, customer: string, [startsIn, lasts]: readonly [number, number]) {
  await page.getByLabel("Customer", { exact: true }).fill(customer);
  await page.getByLabel("starts in").fill(String(startsIn));
  await page.getByLabel("lasts").fill(String(lasts));
  await page.getByRole("button", { name: "Book the visit" }).click();
}

/** The ladder of a visit, each rung as `name: time` or `name: not yet`. */
async function rungs(card: Locator): Promise<readonly string[]> {
  const list = card.getByRole("list", { name: "How far the recording got" });
  const items = await list.getByRole("listitem").all();
  return Promise.all(
    items.map(async (item) => (await item.locator("b, small").allTextContents()).join(": ")),
  );
}

async function untilDone(card: Locator, names: readonly string[]): Promise<void> {
  await until(
    async () => {
      const found = await rungs(card);
      return names.every((name) =>
        found.some((rung) => rung.startsWith(`${name}: `) && !rung.endsWith("not yet")),
      );
    },
    { timeoutMs: 20_000, what: `the rungs ${names.join(", ")}` },
  );
}

describe("local mode", () => {
  test("says loudly that it is local mode, on the page and on the terminal", async () => {
    const page = await openStage(1280, "light");
    expect(await page.getByRole("status").textContent()).toContain("Local mode.");
    expect(bridge.output()).toContain("LOCAL MODE");
    expect(bridge.output()).toMatch(/operator password\s+\S{12,}/);
    await page.close();
  });

  test("from a booked visit to linked: tapped on the phone, every rung appears by itself", async () => {
    const page = await openStage(1280, "light");
    await book(page, "Jane <b>Doe</b>", [3, 6]);
    const phone = page.getByRole("region", { name: "Dana's phone" });
    const start = phone.getByRole("button", { name: "Start recording" });
    await start.getByText("Roof inspection – Jane <b>Doe</b>").waitFor({ timeout: 10_000 });
    await phone.getByText("The link it carries").click();
    expect(await phone.getByRole("listitem").locator("code").textContent()).toMatch(
      /^https:\/\/app\.siro\.ai\/record\?action=start&title=Roof%20inspection/,
    );
    await start.click();
    const recorder = phone.getByRole("region", { name: "Siro's recorder" });
    await recorder.getByRole("heading", { name: "Roof inspection – Jane <b>Doe</b>" }).waitFor();
    await recorder.getByText(/^ServiceAppointment SA-/).waitFor();
    await recorder.getByText(/^recording since \d\d:\d\d:\d\d/).waitFor();
    const card = page.getByRole("article").filter({ hasText: "Jane <b>Doe</b>" });
    await untilDone(card, ["booked", "planned", "sent", "received", "consumed", "recording"]);
    expect(await rungs(card)).toContain("stopped: not yet");
    expect(await findBarriers(page)).toEqual([]);
    await page.screenshot({ path: shotPath("local-mode-recording"), fullPage: true });
    const stop = phone.getByRole("button", { name: "Stop recording" });
    await stop.click({ timeout: 15_000 });
    await phone.getByText("Nothing is recording").waitFor();
    await untilDone(card, ["stopped", "processed", "linked"]);
    await phone.getByText(/· linked$/).waitFor();
    for (const step of ["Appointment stored", "Planned: start", "The start is due", "accepted"]) {
      await card.getByText(step).first().waitFor();
    }
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: shotPath("local-mode-laptop"), fullPage: true });
    await page.close();
  }, 90_000);

  test("offline, what happens is known once the phone is back; a customer who declines is not recorded", async () => {
    const page = await openStage(390, "light");
    const phone = page.getByRole("region", { name: "Dana's phone" });
    await phone.getByLabel("The app is offline").check();
    await book(page, "Cellar", [3, 60]);
    const card = page.getByRole("article").filter({ hasText: "Cellar" });
    await phone.getByRole("button", { name: /Start recording Roof inspection – Cellar/ }).click();
    await phone.getByRole("region", { name: "Siro's recorder" }).waitFor();
    await phone.getByRole("button", { name: "Stop", exact: true }).click();
    await phone.getByText(/· waiting for network$/).waitFor();
    expect(await rungs(card)).toContain("received: not yet");
    await page.screenshot({ path: shotPath("local-mode-phone-offline"), fullPage: true });
    await phone.getByLabel("The app is offline").uncheck();
    await phone.getByText(/· linked$/).waitFor();
    await untilDone(card, ["received", "recording", "stopped", "linked"]);
    await phone.getByLabel("The customer declines to be recorded").check();
    await phone.getByRole("button", { name: /Start recording Roof inspection – Cellar/ }).click();
    await phone.getByText(/· thrown away$/).waitFor();
    await card.getByText("The customer declined to be recorded").waitFor();
    await phone.getByLabel("The customer declines to be recorded").uncheck();
    await page.close();
  }, 90_000);

  test("touching visits become one restart, shown on a phone-sized dark page", async () => {
    const page = await openStage(390, "dark");
    await book(page, "First", [3, 3]);
    await book(page, "Second", [6, 3]);
    const restart = page.getByRole("button", {
      name: /Restart recording Roof inspection – Second/,
    });
    await restart.waitFor({ timeout: 12_000 });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(390);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("heading", { name: "What the bridge does" }).scrollIntoViewIfNeeded();
    const place = "getComputedStyle(document.querySelector('.pocket')).position";
    expect(await page.evaluate(place)).toBe("static");
    await page.screenshot({ path: shotPath("local-mode-phone-dark"), fullPage: true });
    await page.close();
  });

  test("a canceled visit sends nothing", async () => {
    const page = await openStage(1280, "light");
    // Far enough ahead to be canceled in time on a slow machine.
    await book(page, "Nobody", [9, 30]);
    const card = page.getByRole("article").filter({ hasText: "Nobody" });
    // Canceled before the bridge read it for the first time, there would be nothing to drop.
    await card.getByText(/Planned: (re)?start/).waitFor();
    await card.getByRole("button", { name: "Cancel" }).click();
    await card.getByText("canceled ·").waitFor();
    await card.getByText(/Dropped: (re)?start/).waitFor();
    await book(page, "Later", [11, 30]);
    const phone = page.getByRole("region", { name: "Dana's phone" });
    await phone.getByText("Roof inspection – Later").waitFor({ timeout: 30_000 });
    expect(await phone.getByText("Roof inspection – Nobody").count()).toBe(0);
    await page.close();
  }, 60_000);

  test("answers only under this machine's own names, and only to JSON", async () => {
    const page = await fetch(bridge.url);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    const { port } = new URL(bridge.url);
    const { request } = await import("node:http");
    const status = await new Promise((resolve) => {
      request({ host: "127.0.0.1", port, path: "/", headers: { host: "evil.example.com" } })
        .on("response", (response) => resolve(response.resume().statusCode))
        .end();
    });
    expect(status).toBe(421);
    const plain = await fetch(`${bridge.url}/local/visits`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ customer: "x", startsInSeconds: 5, lastsSeconds: 5 }),
    });
    expect(plain.status).toBe(400);
  });
});
