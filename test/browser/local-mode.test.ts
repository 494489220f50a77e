import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import { z } from "zod";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { shotPath, startBrowser } from "../support/browser.ts";
import { findBarriers } from "../support/rep-phone.ts";
import { until } from "../support/until.ts";

let bridge: BridgeProcess;
let browser: Browser;

beforeAll(async () => {
  [bridge, browser] = await Promise.all([startBridge({ isLocalMode: true }), startBrowser()]);
}, 90_000);

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

let plays = 0;

type Span = readonly [startsInSeconds: number, lastsSeconds: number];

async function book(page: Page, customer: string, [startsIn, lasts]: Span): Promise<void> {
  const form = page.locator("#book");
  if (!(await form.isVisible())) {
    await page.getByText("Book your own").click();
  }
  await page.getByLabel("Customer", { exact: true }).fill(customer);
  await page.getByLabel("starts in").fill(String(startsIn));
  await page.getByLabel("lasts").fill(String(lasts));
  await page.getByRole("button", { name: "Book the visit" }).click();
  await storyOf(page, customer).waitFor();
}

/** The heading over the story of a visit; one that is booked is picked by itself. */
function storyOf(page: Page, customer: string): Locator {
  return page.getByRole("heading", { name: `${customer}, Roof inspection` });
}

function storyOn(page: Page): Locator {
  return page.getByRole("region", { name: "Why?" });
}

function phoneOn(page: Page, name = "Dana"): Locator {
  return page.getByRole("region", { name: `${name}'s phone` });
}

/** The ladder of the picked visit, each rung as `name: time` or `name: not yet`. */
async function rungs(page: Page): Promise<readonly string[]> {
  const list = page.getByRole("list", { name: "How far the recording got" });
  const items = await list.getByRole("listitem").all();
  return Promise.all(
    items.map(async (item) => (await item.locator("b, small").allTextContents()).join(": ")),
  );
}

async function untilDone(page: Page, names: readonly string[]): Promise<void> {
  await until(
    async () => {
      const found = await rungs(page);
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
    // It is said once everything serves; the page is there a moment before.
    const isSaid = () => bridge.output().includes("LOCAL MODE");
    await until(isSaid, { timeoutMs: 20_000, what: "the announcement" });
    expect(bridge.output()).toMatch(/operator password\s+\S{12,}/);
    await page.close();
  });

  test("from a booked visit to linked: tapped on the phone, every rung appears by itself", async () => {
    const page = await openStage(1440, "light");
    await book(page, "Jane Doe", [3, 6]);
    const phone = phoneOn(page);
    const start = phone.getByRole("button", { name: "Start recording" });
    await start.getByText("Roof inspection – Jane Doe").waitFor({ timeout: 10_000 });
    await phone.getByText("The link it carries").click();
    expect(await phone.getByRole("listitem").locator("code").textContent()).toMatch(
      /^https:\/\/app\.siro\.ai\/record\?action=start&title=Roof%20inspection/,
    );
    await start.click();
    const recorder = phone.getByRole("region", { name: "Siro's recorder" });
    await recorder.getByRole("heading", { name: "Roof inspection – Jane Doe" }).waitFor();
    await recorder.getByText(/^ServiceAppointment SA-/).waitFor();
    await recorder.getByText(/^recording since \d\d:\d\d:\d\d/).waitFor();
    await untilDone(page, ["booked", "planned", "sent", "received", "consumed", "recording"]);
    expect(await rungs(page)).toContain("stopped: not yet");
    await storyOn(page)
      .getByText(/^Sent to Dana's Demo phone on the page at .*, recording since /)
      .waitFor();
    await roomOn(page, "Siro")
      .getByText(/^Jane Doe: /)
      .waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.evaluate("scrollTo(0, 0)");
    const clip = { x: 0, y: 0, width: 1440, height: 1390 };
    await page.screenshot({ path: shotPath("local-mode"), fullPage: true, clip });
    await page.screenshot({ path: shotPath("local-mode-recording"), fullPage: true });
    const stop = phone.getByRole("button", { name: "Stop recording" });
    await stop.click({ timeout: 15_000 });
    await phone.getByText("Nothing is recording").waitFor();
    await untilDone(page, ["stopped", "processed", "linked"]);
    await phone.getByText(/· linked$/).waitFor();
    for (const step of ["Appointment stored", "Planned: start", "The start is due", "accepted"]) {
      await storyOn(page).getByText(step).first().waitFor();
    }
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: shotPath("local-mode-laptop"), fullPage: true });
    await page.close();
  }, 90_000);

  test("offline, what happens is known once the phone is back; a customer who declines is not recorded", async () => {
    const page = await openStage(390, "light");
    const phone = phoneOn(page);
    await phone.getByLabel("Siro's app is offline").check();
    await book(page, "Cellar <b>x</b>", [3, 60]);
    await phone.getByRole("button", { name: /Start recording Roof inspection – Cellar/ }).click();
    await phone.getByRole("region", { name: "Siro's recorder" }).waitFor();
    await phone.getByRole("button", { name: "Stop", exact: true }).click();
    await phone.getByText(/· waiting for network$/).waitFor();
    expect(await rungs(page)).toContain("received: not yet");
    await page.screenshot({ path: shotPath("local-mode-phone-offline"), fullPage: true });
    await phone.getByLabel("Siro's app is offline").uncheck();
    await phone
      .getByText(/· linked$/)
      .first()
      .waitFor();
    await untilDone(page, ["received", "recording", "stopped", "linked"]);
    await phone.getByLabel("The customer declines to be recorded").check();
    await phone.getByRole("button", { name: /Start recording Roof inspection – Cellar/ }).click();
    await phone.getByText(/· thrown away$/).waitFor();
    await storyOn(page).getByText("The customer declined to be recorded").waitFor();
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
    const place = "getComputedStyle(document.querySelector('.pocket')).position";
    expect(await page.evaluate(place)).toBe("static");
    await page.screenshot({ path: shotPath("local-mode-phone-dark"), fullPage: true });
    await page.close();
  });

  test("a canceled visit sends nothing; one that is handed over comes to the other rep alone", async () => {
    const page = await openStage(1280, "light");
    // Far enough ahead to be changed in time on a slow machine.
    await book(page, "Nobody", [9, 30]);
    // Changed before the bridge read it for the first time, there would be nothing to drop.
    const story = storyOn(page);
    await story.getByText(/Planned: (re)?start/).waitFor();
    await cardOf(page, "Nobody").getByRole("button", { name: "Cancel" }).click();
    await cardOf(page, "Nobody").getByText("· canceled").waitFor();
    await story.getByText(/Dropped: (re)?start/).waitFor();
    await book(page, "Handed", [11, 30]);
    await story.getByText(/Planned: (re)?start/).waitFor();
    await cardOf(page, "Handed").getByRole("button", { name: "Hand to Milo" }).click();
    const milos = page.getByRole("region", { name: "Milo Hart's day" });
    await milos.getByRole("button", { name: /^Handed/ }).waitFor();
    await page.getByRole("button", { name: "Milo · new" }).click({ timeout: 30_000 });
    await phoneOn(page, "Milo").getByText("Roof inspection – Handed").waitFor();
    await page.getByRole("button", { name: "Dana", exact: true }).click();
    const danas = phoneOn(page);
    expect(await danas.getByText("Roof inspection – Handed").count()).toBe(0);
    expect(await danas.getByText("Roof inspection – Nobody").count()).toBe(0);
    await page.close();
  }, 90_000);

  test("a link that cannot get through is tried again; a worker that is killed loses nothing", async () => {
    const page = await openStage(1280, "dark");
    const phone = phoneOn(page);
    await phone.getByLabel("No network").check();
    await book(page, "Tunnel", [3, 60]);
    await storyOn(page)
      .getByText(/HTTP 503/)
      .first()
      .waitFor();
    expect(await phone.getByText("Roof inspection – Tunnel").count()).toBe(0);
    await phone.getByLabel("No network").uncheck();
    await phone.getByText("Roof inspection – Tunnel").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Kill the worker" }).click();
    await page.getByText("The worker is dead.").waitFor();
    await page.screenshot({ path: shotPath("local-mode-worker-dead"), fullPage: true });
    await book(page, "Survivor", [8, 60]);
    await page.getByText("The worker runs.").waitFor({ timeout: 20_000 });
    await phone.getByText("Roof inspection – Survivor").waitFor({ timeout: 40_000 });
    await page.close();
  }, 120_000);

  test("the day is played in a minute", async () => {
    const page = await openStage(1440, "light");
    // Of the day's own visits none is ahead any more when this is tried again.
    plays += 1;
    const customer = `Evening ${plays}`;
    await book(page, customer, [1000, 600]);
    const next = cardOf(page, customer);
    await next.getByText(/· in \d+ min$/).waitFor();
    await page.getByRole("button", { name: "Play the day in a minute" }).click();
    await next.getByText(/· in \d+ s$/).waitFor();
    const link = phoneOn(page).getByText(`Roof inspection – ${customer}`).first();
    await link.click({ timeout: 40_000 });
    await roomOn(page, "Siro")
      .getByText(new RegExp(`^${customer}: `))
      .waitFor();
    await page.close();
  }, 90_000);

  test("every page that explains is there", async () => {
    const page = await openStage(1280, "light");
    const links = page.locator('a[href^="/docs"]');
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(new Set(paths).size).toBeGreaterThan(7);
    for (const path of new Set(paths)) {
      const answer = await page.goto(`${bridge.url}${path}`);
      expect([path, answer?.status()]).toEqual([path, 200]);
      const { hash } = new URL(page.url());
      expect(hash === "" || (await page.locator(hash).count()) === 1).toBe(true);
    }
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
    const { reps } = z
      .object({ reps: z.array(z.object({ userId: z.string() })) })
      .parse(await (await fetch(`${bridge.url}/local/facts`)).json());
    const visit = { userId: reps[0]?.userId, customer: "x", startsInSeconds: 5, lastsSeconds: 5 };
    expect(await postPlain("/local/visits", visit)).toBe(400);
    expect(await postPlain("/local/day/play", {})).toBe(400);
    expect(await postPlain("/local/worker/kill", {})).toBe(409);
  });
});

/** As a page elsewhere may post without being asked first. */
async function postPlain(path: string, body: object): Promise<number> {
  const answer = await fetch(bridge.url + path, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify(body),
  });
  return answer.status;
}

function roomOn(page: Page, name: string): Locator {
  return page
    .getByRole("region", { name: "2 · The bridge" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name, exact: true }) });
}

function cardOf(page: Page, customer: string): Locator {
  return page.getByRole("article").filter({ hasText: customer });
}
