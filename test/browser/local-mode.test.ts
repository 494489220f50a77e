import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { shotPath, startBrowser } from "../support/browser.ts";

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
  await page.getByLabel("Customer").fill(customer);
  await page.getByLabel("starts in").fill(String(startsIn));
  await page.getByLabel("lasts").fill(String(lasts));
  await page.getByRole("button", { name: "Book the visit" }).click();
}

describe("local mode", () => {
  test("says loudly that it is local mode, on the page and on the terminal", async () => {
    const page = await openStage(1280, "light");
    expect(await page.getByRole("status").textContent()).toContain("Local mode.");
    expect(bridge.output()).toContain("LOCAL MODE");
    expect(bridge.output()).toMatch(/operator password\s+\S{12,}/);
    await page.close();
  });

  test("a visit booked on the page brings a start, then a stop, and every step is shown", async () => {
    const page = await openStage(1280, "light");
    await book(page, "Jane <b>Doe</b>", [3, 3]);
    const phone = page.getByRole("region", { name: "Dana's device" });
    await phone.getByText("start · Roof inspection – Jane <b>Doe</b>").waitFor({ timeout: 10_000 });
    const link = phone.getByRole("link").first();
    expect(await link.getAttribute("href")).toMatch(
      /^https:\/\/app\.siro\.ai\/record\?action=start&title=Roof%20inspection/,
    );
    await phone.getByText("stop · Roof inspection").waitFor({ timeout: 10_000 });
    for (const step of ["Appointment stored", "Planned: start", "The start is due", "accepted"]) {
      await page.getByText(step).first().waitFor();
    }
    await page.screenshot({ path: shotPath("local-mode-laptop"), fullPage: true });
    await page.close();
  });

  test("touching visits become one restart, shown on a phone-sized dark page", async () => {
    const page = await openStage(390, "dark");
    await book(page, "First", [3, 3]);
    await book(page, "Second", [6, 3]);
    await page.getByText("restart · Roof inspection – Second").waitFor({ timeout: 12_000 });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(390);
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
    await page.getByText(/start · Roof inspection – Later/).waitFor({ timeout: 30_000 });
    expect(await page.getByText(/start · Roof inspection – Nobody/).count()).toBe(0);
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
