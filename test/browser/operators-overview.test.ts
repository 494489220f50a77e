import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { aVisitEvent, type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const DANA = { userId: "005Hs00000DanaFAAV", email: "dana@acme.example", name: "Dana Field" };
const PATIENCE = { timeoutMs: 15_000 };

let bridge: BridgeProcess;
let browser: Browser;
let sink: WebhookSink;
let screen: OperatorScreen;

beforeAll(async () => {
  sink = await startWebhookSink();
  const env = { ALERT_WEBHOOK_URL: `${sink.url}/alerts`, ALERT_WEBHOOK_SECRET: sink.secret };
  [bridge, browser] = await Promise.all([startBridge({ env }), startBrowser()]);
  await bridge.enrolSink(DANA, sink);
  screen = await openOperatorScreen(browser);
  await signInAt(screen.page, `${bridge.url}/admin`);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await sink?.stop();
});

/** A figure of the connection by its word. */
function figure(page: Page, word: string) {
  return page.getByRole("region", { name: "Connection acme" }).locator(".figure", {
    hasText: word,
  });
}

async function focused(page: Page): Promise<string> {
  return page.evaluate("(document.activeElement.textContent || '').trim()");
}

describe("the overview", () => {
  test("is calm when nothing is wrong, and follows by itself what happens", async () => {
    const { page, complaints } = screen;
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    await page.getByText("Nothing needs you: nothing is late, nothing is parked.").waitFor();
    const reps = [DANA];
    const visits = [
      aVisitEvent({ recordId: "08pHs0000Over01AAV", startsIn: 1800, endsIn: 3600, reps }),
      aVisitEvent({ recordId: "08pHs0000Over02AAV", startsIn: 1, endsIn: 1500, reps }),
    ];
    await bridge.postEvents(visits);
    await figure(page, "appointments known").getByText("2", { exact: true }).waitFor();
    await bridge.postEvents([
      {
        eventId: "unreadable-1",
        recordType: "ServiceAppointment",
        recordId: "08pHs0000Over03AAV",
        occurredAt: new Date().toISOString(),
      },
    ]);
    await page.getByRole("link", { name: "acme: 1 piece of work is parked" }).waitFor();
    await figure(page, "parked").getByText("1", { exact: true }).waitFor();
    await page.locator(".chart canvas").waitFor();
    const alerts = page.getByRole("region", { name: "Alerts" });
    await alerts.getByRole("button", { name: "Send a test alert" }).click();
    await alerts.getByText("Told by webhook. The last one arrived").waitFor();
    expect(sink.arrived.map(({ type, isGenuine }) => [type, isGenuine])).toContainEqual([
      "alert.test",
      true,
    ]);
    expect(await lookAtScreens(page, "overview")).toEqual([]);
    await page.getByRole("link", { name: "acme: 1 piece of work is parked" }).click();
    await page.getByRole("heading", { level: 1, name: "Parked" }).waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);

  test("an older answer that comes late does not hide what the stream told", async () => {
    const { page } = screen;
    const isTold = page.getByRole("link", { name: "acme: 1 piece of work is parked" });
    await page.route("**/admin/api/overview", async (route) => {
      const response = await route.fetch();
      const overview = await response.json();
      const connections = overview.connections.map((one: object) => ({ ...one, parked: 7 }));
      await isTold.waitFor();
      await route.fulfill({ json: { ...overview, asOf: "2020-01-01T00:00:00.000Z", connections } });
    });
    const answered = page.waitForResponse((one) => one.url().endsWith("/admin/api/overview"));
    await page.goto(`${bridge.url}/admin`);
    await (await answered).finished();
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
    await isTold.waitFor();
    expect(await page.getByText("7 pieces of work").count()).toBe(0);
    await page.unroute("**/admin/api/overview");
  }, 30_000);

  test("shows every queue under a name for people", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin`);
    const table = page.getByRole("table").filter({ hasText: "Deliveries to devices" });
    const queues = table.getByRole("rowheader");
    await queues.getByText("Looks at Siro").waitFor();
    const names = await queues.allTextContents();
    expect(names).toHaveLength(10);
    expect(names.filter((name) => !/^[A-Z]/.test(name))).toEqual([]);
  }, 30_000);

  test("is reached by the keyboard: skip link, pages, and the focus goes along", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const walk: string[] = [];
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press("Tab");
      walk.push(await focused(page));
    }
    expect(walk.slice(0, 3)).toEqual(["Skip to the page", "Siro Bridge", "Overview"]);
    expect(walk[3]).toBe("Appointments");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Appointments" }).waitFor();
    await until(async () => (await page.evaluate("document.activeElement.tagName")) === "H1", {
      ...PATIENCE,
      what: "the focus on the title",
    });
    expect(await page.title()).toBe("Appointments · Siro Bridge");
    await page.goto(`${bridge.url}/admin`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("view");
  });

  test("tells when Redis does not answer, and when it does again", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin`);
    await page.getByText("Redis answers").waitFor();
    const redis = bridge.childPid("redis");
    process.kill(redis, "SIGSTOP");
    try {
      await page.getByText("Redis does not answer").waitFor({ timeout: 30_000 });
      await page
        .getByRole("alert")
        .getByRole("link", { name: "STORE_UNAVAILABLE" })
        .first()
        .waitFor();
      await page.getByRole("status").getByText("Not live", { exact: true }).waitFor();
    } finally {
      process.kill(redis, "SIGCONT");
    }
    await page.getByText("Redis answers").waitFor({ timeout: 30_000 });
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
  }, 90_000);

  test("shows the alerts that people were told of, and where each is explained", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin`);
    const alerts = page.getByRole("region", { name: "Alerts" });
    // A worker looks every half minute, and what it looks for is parked since the first test.
    await alerts
      .getByText("acme: 1 piece of work parked and waiting for an operator")
      .waitFor({ timeout: 60_000 });
    expect(await alerts.getByRole("link").getAttribute("href")).toBe("/admin/failures#WORK_PARKED");
    expect(await lookAtScreens(page, "overview-alerts")).toEqual([]);
  }, 90_000);

  test("says what it does not know: how old it is, and that it is not live", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin`);
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    await figure(page, "appointments known").waitFor();
    await bridge.kill();
    await page.getByRole("status").getByText("Not live", { exact: true }).waitFor();
    await page.getByText(/· as of (just now|[\d.]+ s ago)/).waitFor();
    await page
      .getByRole("alert")
      .getByText(/^The bridge cannot be reached/)
      .waitFor();
    await figure(page, "appointments known").waitFor();
    expect(await lookAtScreens(page, "not-live")).toEqual([]);
    await bridge.restart();
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
    await page.getByRole("alert").waitFor({ state: "detached" });
  }, 60_000);
});
