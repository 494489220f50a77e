import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Worker } from "playwright-core";
import { parseRecordingLink } from "../../src/links/links.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import { noonZone } from "../support/builders.ts";
import { type PushService, startPushService } from "../support/push-service.ts";
import { lookAtAll, openRepPhone, type PhoneOptions, type RepPhone } from "../support/rep-phone.ts";
import { until } from "../support/until.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1";
const PATIENCE = { timeoutMs: 15_000 };
const NASTY = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> & "Söhne"`;

interface Rep {
  readonly userId: string;
  readonly name: string;
}

const dir = mkdtempSync(join(tmpdir(), "siro-bridge-rep-page-"));
let bridge: BridgeProcess;
let browser: Browser;
let service: PushService;
let people = 0;
const phones: RepPhone[] = [];

beforeAll(async () => {
  service = await startPushService();
  const cert = join(dir, "push-service.pem");
  writeFileSync(cert, service.cert);
  [bridge, browser] = await Promise.all([
    startBridge({
      connection: { channels: { ntfy: { serverUrl: "https://ntfy.acme-roofing.com" } } },
      env: {
        VAPID_SUBJECT: "mailto:ops@acme-roofing.com",
        OUTBOUND_ALLOW: "127.0.0.1,localhost",
        NODE_EXTRA_CA_CERTS: cert,
      },
    }),
    startBrowser(),
  ]);
}, 90_000);

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.close()));
});

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await service?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function aPhone(own: Partial<PhoneOptions> = {}): Promise<RepPhone> {
  const phone = await openRepPhone(browser, { service, url: bridge.url, ...own });
  phones.push(phone);
  return phone;
}

async function aRep(own: object = { timeZone: noonZone() }): Promise<Rep> {
  people += 1;
  const userId = `005Hs00000RepP${people}`.padEnd(15, "0");
  const name = "Dana Field";
  const body = { userId, name, email: `rep${people}@acme.example`, ...own };
  const answer = await bridge.api(`/reps/${ACME.name}`, { method: "POST", body });
  return { userId: (await readJson(answer)).userId, name };
}

async function inviteUrl({ userId }: Rep): Promise<string> {
  const path = `/reps/${ACME.name}/${userId}/invites`;
  return (await readJson(await bridge.api(path, { method: "POST", body: {} }))).url;
}

/** A visit that begins and ends so many seconds from now. */
async function book(rep: Rep, [startsIn, endsIn]: readonly [number, number], title?: string) {
  people += 1;
  const recordId = `08pHs0000Visit${people}`.padEnd(15, "0");
  const reps = [{ userId: rep.userId, email: "dana@acme.example", name: rep.name }];
  const visit = { recordId, startsIn, endsIn, reps, ...(title === undefined ? {} : { title }) };
  const answer = await bridge.postEvents([aVisitEvent(visit)]);
  expect(answer.status).toBeLessThan(300);
}

/** Signs a phone in by an invite, without the steps after that. */
async function signIn({ page }: RepPhone, rep: Rep): Promise<void> {
  await page.goto(await inviteUrl(rep));
  await page.getByRole("button", { name: "Set up this phone" }).tap();
  await page.getByRole("heading", { level: 1, name: "Install the app" }).waitFor();
}

async function turnOnAlerts({ page }: RepPhone): Promise<void> {
  await page.goto(`${bridge.url}/rep#/setup/alerts`);
  await page.getByRole("button", { name: "Turn on alerts" }).tap();
  await page.getByRole("heading", { level: 1, name: "Try it" }).waitFor();
}

async function workerOf({ context }: RepPhone): Promise<Worker> {
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

describe("a rep's phone", () => {
  test("goes from the invite to an alert, to a tap, to Siro", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    const { page } = phone;
    await page.goto(await inviteUrl(rep));
    await page.getByRole("heading", { level: 1, name: "Hello Dana" }).waitFor();
    expect(await lookAtAll(page, "invite")).toEqual([]);

    await page.getByRole("button", { name: "Set up this phone" }).tap();
    await page.getByRole("heading", { level: 1, name: "Install the app" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/rep");
    expect(await lookAtAll(page, "install")).toEqual([]);
    await page.getByRole("link", { name: "Go on without installing" }).tap();

    await page.getByRole("heading", { level: 1, name: "Turn on alerts" }).waitFor();
    expect(await lookAtAll(page, "alerts")).toEqual([]);
    await page.getByRole("button", { name: "Turn on alerts" }).tap();

    await page.getByRole("button", { name: "Send a test alert" }).tap();
    expect((await phone.deliver()).notification?.data).toMatchObject({ kind: "test" });
    await page.getByText(/It arrived after \d+\.\d seconds/).waitFor();
    expect(await lookAtAll(page, "test-arrived")).toEqual([]);
    await page.getByRole("button", { name: "Go on" }).tap();

    await page.getByRole("button", { name: "Go on" }).tap();
    await page.getByRole("heading", { level: 2, name: "Android phone" }).waitFor();
    expect(await lookAtAll(page, "set-up")).toEqual([]);
    await page.getByRole("button", { name: "Show today" }).tap();
    await page.getByText("No appointments today.").waitFor();
    expect(await lookAtAll(page, "empty-day")).toEqual([]);

    await book(rep, [-5, 3600], "Roof inspection – Jane Doe");
    const button = page.getByRole("link", { name: "Start recording" });
    await button.waitFor({ timeout: 15_000 });
    const { notification } = await phone.deliver();
    const href = await button.getAttribute("href");
    expect(href).toBe(notification?.data["link"]);
    // The page draws the day anew whenever something changed; in between the button has no box.
    const height = await until(async () => (await button.boundingBox())?.height, {
      timeoutMs: 5_000,
      what: "the button's height",
    });
    expect(height).toBeGreaterThanOrEqual(64);
    expect(await phone.shown()).toContainEqual(
      expect.objectContaining({ title: "Start recording", data: notification?.data }),
    );
    await page.getByText("Alert sent").waitFor();
    expect(await lookAtAll(page, "ready")).toEqual([]);

    const [followed] = await Promise.all([
      page.waitForRequest((request) => request.url().startsWith("https://app.siro.ai/")),
      button.tap(),
    ]);
    expect([followed.url(), followed.isNavigationRequest(), followed.redirectedFrom()]).toEqual([
      href,
      true,
      null,
    ]);
    expect(parseRecordingLink(followed.url())).toMatchObject({
      link: { action: "start", title: "Roof inspection – Jane Doe" },
    });
    await page.getByRole("heading", { name: "Siro" }).waitFor();
    await page.goBack();
    // The tap was told; the button stays for who has to tap again.
    await page.getByText("Opened. Tap again if Siro did not come up.").waitFor();
    await page.getByRole("listitem").getByText("Opened").waitFor();
    const isStarting = async () =>
      (await phone.shown()).some(({ title }) => title === "Start recording");
    await until(async () => !(await isStarting()), { ...PATIENCE, what: "the alert to go" });
    expect(phone.complaints).toEqual([]);
  }, 120_000);

  test("can get a topic and a token, for fewer taps", async () => {
    const phone = await aPhone();
    await signIn(phone, await aRep());
    const { page } = phone;
    await page.goto(`${bridge.url}/rep#/setup/more`);
    await page.getByText("One tap: the ntfy app").tap();
    await page.getByRole("button", { name: "Set up ntfy" }).tap();
    await page.getByText(/^sb-[\w-]{22}$/).waitFor();
    await page.getByText("No tap: a phone automation").tap();
    await page.getByRole("button", { name: "Create a token" }).tap();
    await page.getByText(/^Bearer [\w-]{43}$/).waitFor();
    expect(await lookAtAll(page, "fewer-taps")).toEqual([]);
    expect(phone.complaints).toEqual([]);
  });

  test("says when the next button comes, and has no button before", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await book(rep, [1500, 4000], NASTY);
    const { page } = phone;
    await page.goto(`${bridge.url}/rep`);
    await page.getByText(/^Ready in 2[45] min$/).waitFor();
    await page.getByText("Nothing to do until then.").waitFor();
    expect(await page.getByRole("link", { name: /recording/ }).count()).toBe(0);
    await page.getByRole("listitem").getByText("Planned").waitFor();
    expect(await lookAtAll(page, "waiting")).toEqual([]);
    // What a CRM holds stays text.
    expect(await page.getByRole("heading", { level: 2 }).first().textContent()).toBe(NASTY);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(phone.complaints).toEqual([]);
  });

  test("has a word and a picture for every state, and times where the rep works", async () => {
    const phone = await aPhone({ timezoneId: "America/Denver", serviceWorkers: "block" });
    await signIn(phone, await aRep());
    const { page } = phone;
    const states = ["done", "canceled", "recording", "opened", "sent", "due", "planned"];
    const appointments = states.map((state, at) => ({
      recordType: "ServiceAppointment",
      recordId: `08p${at}`,
      title: `Visit ${at}`,
      startAt: `2026-06-09T1${at}:00:00Z`,
      endAt: `2026-06-09T1${at}:45:00Z`,
      state,
    }));
    const day = { now: "2026-06-09T13:00:00Z", timeZone: "America/New_York", next: null };
    await page.route("**/rep/api/live", (route) => route.abort());
    await page.route("**/rep/api/today", (route) =>
      route.fulfill({ json: { ...day, appointments } }),
    );
    await page.goto(`${bridge.url}/rep`);
    await page.getByText("Tuesday, June 9 · Eastern Time").waitFor();
    await page.getByRole("heading", { level: 2, name: "Nothing to record now" }).waitFor();
    const rows = page.getByRole("listitem");
    const words = await rows.locator(".chip").allTextContents();
    expect(words).toEqual([
      ...["Done", "Canceled", "Recording", "Opened", "Alert sent", "Ready now", "Planned"],
    ]);
    const pictures = await page.evaluate<readonly string[]>(
      "[...document.querySelectorAll('li .chip path')].map((one) => one.getAttribute('d'))",
    );
    expect(new Set(pictures).size).toBe(states.length);
    expect(await rows.first().locator(".hours").textContent()).toBe("6:00 AM to 6:45 AM");
    expect(await lookAtAll(page, "busy-day")).toEqual([]);
  });

  test("says so when times are in UTC, as in the alerts, because nobody knows where the rep works", async () => {
    const phone = await aPhone({ timezoneId: "America/Denver" });
    await signIn(phone, await aRep({}));
    await phone.page.goto(`${bridge.url}/rep`);
    await phone.page.getByText(/^[A-Z][a-z]+day, [A-Z][a-z]+ \d+ · UTC$/).waitFor();
  });

  test("tells that the bridge has a problem, and says a change aloud once it is back", async () => {
    const phone = await aPhone({ serviceWorkers: "block" });
    const rep = await aRep();
    await signIn(phone, rep);
    await book(rep, [3600, 7200], "Far away");
    const { page } = phone;
    await page.goto(`${bridge.url}/rep`);
    await page.getByRole("listitem").getByText("Planned").waitFor();
    await page.route("**/rep/api/live", (route) => route.abort());
    await page.route("**/rep/api/today", (route) => route.fulfill({ status: 503, json: {} }));
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByText(/^The bridge has a problem \(503\)/).waitFor();
    await page.getByRole("listitem").getByText("Far away").waitFor();
    await page.unroute("**/rep/api/today");
    await page.route("**/rep/api/today", async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      await route.fulfill({ response: answer, body: text.replace('"planned"', '"canceled"') });
    });
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByText(/^The bridge has a problem/).waitFor({ state: "detached" });
    expect(await page.locator("#say").textContent()).toBe("Far away: Canceled");
  });

  test("shows the last known day and the alert's own button when it is offline", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    const { page, context } = phone;
    await book(rep, [3600, 7200], "Later visit");
    await page.goto(`${bridge.url}/rep`);
    await page.getByText(/^Ready in/).waitFor();

    await context.setOffline(true);
    await page.reload();
    await page.getByText(/^You are offline; this is what we knew at \d+:\d\d [AP]M\.$/).waitFor();
    await page.getByRole("listitem").getByText("Later visit").waitFor();
    expect(await lookAtAll(page, "offline")).toEqual([]);

    await book(rep, [-5, 3000], "Live visit");
    const { notification } = await phone.deliver();
    await page.getByRole("link", { name: "Start recording" }).waitFor();
    expect(await page.getByRole("link", { name: "Start recording" }).getAttribute("href")).toBe(
      notification?.data["link"],
    );
    await context.setOffline(false);
    await page.getByText("You are offline").waitFor({ state: "detached" });
    await page.getByRole("listitem").getByText("Live visit").waitFor();
  }, 60_000);

  test("asks for the day anew whenever it is looked at again", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    const { page } = phone;
    await page.goto(`${bridge.url}/rep`);
    await page.getByText("No appointments today.").waitFor();
    const asked = page.waitForRequest(/\/rep\/api\/today$/);
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await asked;
    const again = page.waitForRequest(/\/rep\/api\/today$/);
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await again;
  });

  test("is told when an operator removed it, and forgets the appointments", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    await book(rep, [3600, 7200], "Private visit");
    const { page } = phone;
    await page.goto(`${bridge.url}/rep`);
    await page.getByRole("listitem").getByText("Private visit").waitFor();
    const { items } = await readJson(await bridge.api(`/reps/${ACME.name}`));
    const mine = items.find(({ userId }: Rep) => userId === rep.userId);
    await bridge.api(`/devices/${mine.devices[0].deviceId}`, { method: "DELETE" });

    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByText(/^This device was removed or signed out/).waitFor();
    expect(await page.getByText("Private visit").count()).toBe(0);
    expect(await page.evaluate("JSON.stringify(localStorage)")).not.toContain("Private visit");
    expect(await lookAtAll(page, "removed")).toEqual([]);
  });

  test("forgets the appointments although its start address still has an old code", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await book(rep, [3600, 7200], "Private visit");
    const { page, context } = phone;
    await page.goto(`${bridge.url}/rep?pair=22223333`);
    await page.getByRole("listitem").getByText("Private visit").waitFor();
    const path = `/reps/${ACME.name}/${rep.userId}/sessions`;
    expect((await bridge.api(path, { method: "DELETE" })).status).toBe(204);

    await page.reload();
    await page.getByText(/^This device was removed or signed out/).waitFor();
    expect(await page.evaluate("JSON.stringify(localStorage)")).not.toContain("Private visit");
    await context.setOffline(true);
    await page.reload();
    await page.getByText("No answer. Check your connection, then try again.").waitFor();
    expect(await page.getByText("Private visit").count()).toBe(0);
  });

  test("gets its subscription posted at every launch, and a new one when the key changed", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    const { page } = phone;
    const posted = () => page.waitForRequest((one) => one.url().endsWith("/rep/api/devices"));
    await page.goto(`${bridge.url}/rep#/devices`);
    const [launch] = await Promise.all([posted(), page.reload()]);
    expect(launch.postDataJSON()).toMatchObject({
      channel: "web-push",
      address: { keys: expect.anything() },
    });
    await page.getByText("Alerts are on for this device.").waitFor();
    const key = await page.evaluate("localStorage.getItem('test.push')");
    await page.evaluate("localStorage.setItem('test.push', JSON.stringify(Array(65).fill(4)))");
    await Promise.all([posted(), page.reload()]);
    expect(await page.evaluate("localStorage.getItem('test.push')")).toBe(key);
  });

  test("without a session shows the ways in; a pairing code is one", async () => {
    const rep = await aRep();
    const other = await aPhone();
    await signIn(other, rep);
    const code: string = await other.page.evaluate(`fetch("/rep/api/pairing-codes", {
      method: "POST", headers: { "content-type": "application/json" }, body: "{}",
    }).then((answer) => answer.json()).then((answer) => answer.code)`);

    const { page, complaints } = await aPhone();
    await page.goto(`${bridge.url}/rep`);
    await page.getByRole("heading", { level: 1, name: "Set up this device" }).waitFor();
    expect(await lookAtAll(page, "signed-out")).toEqual([]);
    await page.getByLabel("Pairing code").fill("abc");
    await page.getByRole("button", { name: "Connect" }).tap();
    await page.getByText("A pairing code has 8 letters and digits.").waitFor();
    await page.getByLabel("Pairing code").fill("22223333");
    await page.getByLabel("Pairing code").press("Enter");
    await page.getByText(/^This code is not known/).waitFor();
    await page
      .getByLabel("Pairing code")
      .fill(` ${code.slice(0, 4)}-${code.slice(4)} `.toLowerCase());
    await page.getByRole("button", { name: "Connect" }).tap();
    await page.getByRole("heading", { level: 1, name: "Install the app" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("can sign in with Salesforce where that is set up", async () => {
    const { page } = await aPhone({ serviceWorkers: "block" });
    const signIn = [{ connection: "acme", url: "/rep/sign-in/acme" }];
    await page.route("**/rep/api/me", (route) =>
      route.fulfill({ status: 401, json: { error: { code: "REP_UNKNOWN" }, signIn } }),
    );
    await page.goto(`${bridge.url}/rep`);
    const door = page.getByRole("link", { name: "Sign in with Salesforce" });
    expect(await door.getAttribute("href")).toBe("/rep/sign-in/acme");
    expect(await lookAtAll(page, "sign-in")).toEqual([]);
  });

  test("that is an iPhone gets pictures, a manifest with a code, and pairs by it", async () => {
    const rep = await aRep();
    const { page, complaints } = await aPhone({ userAgent: IPHONE });
    await page.goto(await inviteUrl(rep));
    await page.getByRole("button", { name: "Set up this phone" }).tap();
    await page.getByRole("heading", { level: 1, name: "Add it to your Home Screen" }).waitFor();
    expect(await page.getByRole("img", { name: /Share button/ }).count()).toBe(1);
    expect(await lookAtAll(page, "iphone")).toEqual([]);
    const href = await page.locator("link[rel=manifest]").getAttribute("href");
    expect(href).toMatch(/^\/rep\/manifest\.webmanifest\?pair=[2-9A-Z]{8}$/);
    const manifest = await readJson(await fetch(bridge.url + href));
    expect(`/rep${new URL(page.url()).search}`).toBe(manifest.start_url);
    expect(complaints).toEqual([]);

    // The app on the Home Screen has cookies of its own.
    const installed = await aPhone();
    await installed.page.goto(bridge.url + manifest.start_url);
    await installed.page.getByRole("heading", { level: 1, name: "Install the app" }).waitFor();
    expect(new URL(installed.page.url()).search).toBe("");
  });

  test("in the browser of another app sends the rep to a proper one, the invite unused", async () => {
    const rep = await aRep();
    const url = await inviteUrl(rep);
    const inside = await aPhone({ userAgent: `${IPHONE} Instagram 300.0` });
    await inside.page.goto(url);
    await inside.page.getByRole("heading", { name: "Open this page in Safari" }).waitFor();
    expect(await lookAtAll(inside.page, "in-app-browser")).toEqual([]);
    const { page } = await aPhone();
    await page.goto(url);
    await page.getByRole("button", { name: "Set up this phone" }).tap();
    await page.getByRole("heading", { level: 1, name: "Install the app" }).waitFor();
    const late = await aPhone();
    await late.page.goto(url);
    await late.page.getByRole("heading", { name: "This invitation does not work" }).waitFor();
    expect(await lookAtAll(late.page, "dead-invite")).toEqual([]);
  });

  test("that said no is told where to allow alerts", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    const { page } = phone;
    await phone.context.addInitScript(`
      let answer = sessionStorage.getItem("test.answer") ?? "default";
      Object.defineProperty(Notification, "permission", { get: () => answer });
      Notification.requestPermission = async () => {
        sessionStorage.setItem("test.answer", "denied");
        answer = "denied";
        return answer;
      };
    `);
    await page.goto(`${bridge.url}/rep`);
    await page.getByRole("link", { name: "Turn them on" }).tap();
    await page.getByRole("link", { name: "Go on without installing" }).tap();
    await page.getByRole("button", { name: "Turn on alerts" }).tap();
    await page.getByRole("heading", { level: 2, name: "Allow them again" }).waitFor();
    await page.goto(`${bridge.url}/rep#/devices`);
    await page.getByText(/^Alerts are blocked in this browser's settings/).waitFor();
    expect(await lookAtAll(page, "blocked")).toEqual([]);
  });
});

describe("the devices", () => {
  test("are renamed, put first and removed; this one is marked", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    const { page } = phone;
    await page.goto(`${bridge.url}/rep#/devices`);
    await page.getByText("This device", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Rename: Android phone" }).tap();
    await page.getByLabel("Name of this device").fill(NASTY);
    await page.getByLabel("Name of this device").press("Enter");
    await page.getByRole("heading", { level: 2, name: NASTY }).waitFor();
    await page.getByRole("button", { name: "Alert first" }).tap();
    await page.getByText("Alerted first", { exact: true }).waitFor();
    await page.getByText("No tap: a phone automation").tap();
    await page.getByRole("button", { name: "Create a token" }).tap();
    await page.getByText(/^Bearer /).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "New token: Phone automation" }).tap();
    await page.getByText(/^Bearer /).waitFor();
    expect(await lookAtAll(page, "devices")).toEqual([]);
    await page.getByRole("button", { name: "Remove: Phone automation" }).tap();
    await page.getByRole("button", { name: "Remove it" }).tap();
    await page
      .getByRole("heading", { level: 2, name: "Phone automation", exact: true })
      .waitFor({ state: "detached" });
    expect(phone.complaints).toEqual([]);
  });

  test("are all reached by the keyboard, and a change of view moves the focus", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    await book(rep, [-5, 3600], "Keyboard visit");
    const { page } = phone;
    await page.goto(`${bridge.url}/rep#/`);
    await page.getByRole("link", { name: "Start recording" }).waitFor();
    const focused = () =>
      page.evaluate<string>("document.activeElement.textContent.trim().slice(0, 40)");
    const walk: string[] = [];
    for (let stop = 0; stop < 3; stop += 1) {
      await page.keyboard.press("Tab");
      walk.push(await focused());
    }
    expect(walk).toEqual(["Start recording", "Today", "Devices"]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Devices" }).waitFor();
    await until(async () => (await focused()) === "Devices", { ...PATIENCE, what: "the heading" });
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Send a test alert");
    await page.keyboard.press("Enter");
    await until(
      async () => (await page.getByRole("status").last().textContent()) === "Test alert sent",
      {
        ...PATIENCE,
        what: "a word for screen readers",
      },
    );
  });

  test("lose this one by signing out", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    const { page } = phone;
    await page.goto(`${bridge.url}/rep#/devices`);
    await page.getByRole("button", { name: "Sign out" }).tap();
    await page.getByRole("heading", { level: 1, name: "Set up this device" }).waitFor();
    const { items } = await readJson(await bridge.api(`/reps/${ACME.name}`));
    const mine = items.find(({ userId }: Rep) => userId === rep.userId);
    expect(mine.devices).toMatchObject([{ state: "revoked" }]);
  });
});

describe("the service worker", () => {
  async function alertedPhone(): Promise<RepPhone> {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    return phone;
  }

  test("shows something for a message that it cannot read, and clears by tag", async () => {
    const phone = await alertedPhone();
    await phone.deliverText("no JSON");
    expect(await phone.shown()).toMatchObject([{ body: "Open the app to see what is due." }]);
    const due = { title: "Start recording", body: "Jane", tag: "visit-1", data: { kind: "due" } };
    await phone.deliverText(JSON.stringify({ notification: due }));
    expect(await phone.shown()).toHaveLength(2);
    await phone.deliverText(JSON.stringify({ kind: "clear", tag: "visit-1" }));
    await until(async () => (await phone.shown()).length === 1, { ...PATIENCE, what: "one" });
  });

  test("says that it showed an alert, but calls no other address than the bridge's", async () => {
    const phone = await alertedPhone();
    const data = { kind: "due", ackUrl: "https://evil.example/ack/a-token?x=1" };
    const acknowledged = phone.context.waitForEvent("request", (one) =>
      one.url().includes("/ack/"),
    );
    await phone.deliverText(JSON.stringify({ notification: { title: "Start", tag: "t", data } }));
    const request = await acknowledged;
    expect([request.method(), request.url()]).toEqual(["POST", `${bridge.url}/ack/a-token`]);
  });

  test("brings the open page to today on a tap; “Not now” only closes", async () => {
    const phone = await alertedPhone();
    const { page } = phone;
    await page.goto(`${bridge.url}/rep#/devices`);
    await page.getByRole("heading", { level: 1, name: "Devices" }).waitFor();
    const data = { kind: "due", promptId: "p1", openUrl: `${bridge.url}/go/a-token` };
    const notification = { title: "Start recording", tag: "visit-1", data };
    const worker = await workerOf(phone);
    const click = (action: string) =>
      worker.evaluate(`(async () => {
        const [notification] = await registration.getNotifications();
        const waiting = [];
        self.dispatchEvent(Object.assign(new Event("notificationclick"), {
          notification, action: ${JSON.stringify(action)}, waitUntil: (one) => waiting.push(one),
        }));
        await Promise.all(waiting);
        return waiting.length;
      })()`);
    await phone.deliverText(JSON.stringify({ notification }));
    expect(await click("later")).toBe(0);
    await until(async () => (await phone.shown()).length === 0, { ...PATIENCE, what: "nothing" });
    expect(page.url()).toContain("#/devices");
    // Under a tag of its own: the browser may still be busy closing the first one.
    const other = { ...notification, tag: "visit-2" };
    await phone.deliverText(JSON.stringify({ notification: other }));
    expect(await phone.shown()).toHaveLength(1);
    await click("open");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await until(async () => (await phone.shown()).length === 0, { ...PATIENCE, what: "nothing" });
  });

  test("tells the bridge a new address", async () => {
    const phone = await alertedPhone();
    const worker = await workerOf(phone);
    const posted = phone.context.waitForEvent("request", (one) =>
      one.url().endsWith("/rep/api/devices"),
    );
    const address = await phone.page.evaluate<{ keys: object }>(
      "navigator.serviceWorker.ready.then(({ pushManager }) => pushManager.getSubscription()).then((one) => one.toJSON())",
    );
    const renewed = { endpoint: "https://fcm.googleapis.com/fcm/send/new", keys: address.keys };
    await worker.evaluate(`(async () => {
      const waiting = [];
      self.dispatchEvent(Object.assign(new Event("pushsubscriptionchange"), {
        newSubscription: { toJSON: () => (${JSON.stringify(renewed)}) },
        waitUntil: (one) => waiting.push(one),
      }));
      await Promise.all(waiting);
    })()`);
    expect((await posted).postDataJSON()).toMatchObject({ address: renewed });
  });

  test("keeps no call and no prompt's page", async () => {
    const phone = await alertedPhone();
    for (const path of ["/go/a-token", "/rep/invite/a-token"]) {
      await phone.page.goto(bridge.url + path);
    }
    await phone.page.goto(`${bridge.url}/rep`);
    await phone.page.getByText("No appointments today.").waitFor();
    const kept = await phone.page.evaluate<readonly string[]>(`caches.keys()
      .then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys()))))
      .then((all) => all.flat().map(({ url }) => new URL(url).pathname))`);
    expect(kept).toContain("/rep");
    expect(kept.filter((path) => /^\/(rep\/api\/|go\/|rep\/invite)/.test(path))).toEqual([]);
  });
});

describe("the pages without the app", () => {
  test("allow no script and no style of somebody else", async () => {
    const answer = await fetch(`${bridge.url}/rep`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const html = await answer.text();
    expect(html).not.toMatch(/<style|style=|<script>|onclick/);
  });

  test("/go looks like the app, and its one button is the link", async () => {
    const rep = await aRep();
    const phone = await aPhone();
    await signIn(phone, rep);
    await turnOnAlerts(phone);
    await book(rep, [-5, 3600], "Roof inspection – Jane Doe");
    const { notification } = await phone.deliver();
    const { page } = phone;
    await page.goto(String(notification?.data["openUrl"]));
    const button = page.getByRole("link", { name: "Start recording" });
    expect(await button.getAttribute("href")).toBe(notification?.data["link"]);
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(64);
    expect(await lookAtAll(page, "go")).toEqual([]);
    await page.goto(`${bridge.url}/go/nobody-knows-this-one`);
    expect(await lookAtAll(page, "go-unknown")).toEqual([]);
    expect(phone.complaints).toEqual([]);
  });
});
