import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { APP_PATHS } from "../../src/admin/pages.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { shotPath, startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";
import { until } from "../support/until.ts";

const DANA = { user: "dana@example.com", password: "an invented passphrase" };

const VIC = { user: "vic@example.com", password: "an invented passphrase" };
const VISIT = "08pHs0000ViewedAAV";
const PRESSABLE = `[...document.querySelectorAll("button, a.small")]
  .map((one) => (one.getAttribute("aria-label") ?? one.innerText).trim())`;
/** What reads, filters, or is about who presses it alone. */
const HARMLESS =
  /^(More|Sign out|Search|Yesterday|Today|Tomorrow|Any day|More filters|Try other rules|Try rules first|What if|Copy: .*|All|Events|Plans|Prompts|Deliveries|Look inside: .*|Close|Everybody|No device|Needs a look|Download as CSV|Last \d+ days|Take rung \d away|Add a rung|Compare|Look again|Try again|Change the password|End: .*|Sign out everywhere else)$/;
/** Some of what changes something. */
const CHANGING = [/^Replay/, /^Invite/, /^Put on hold/, /^Edit/, /^Revoke/, /^Sign out everywhere/];

let bridge: BridgeProcess;
let browser: Browser;
let screen: OperatorScreen;

beforeAll(async () => {
  [bridge, browser] = await Promise.all([startBridge(), startBrowser()]);
}, 90_000);

afterEach(() => screen?.close());

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
});

/** Something on every page that somebody could change. */
async function fillPages(): Promise<void> {
  const { user: name, password } = VIC;
  const person = { name, password, role: "viewer" };
  expect((await bridge.api("/people", { method: "POST", body: person })).status).toBe(201);
  const rep = { userId: "005Hs00000DanaFAAV", email: "dana@acme.example", name: "Dana Field" };
  await bridge.api(`/reps/${ACME.name}`, { method: "POST", body: rep });
  const device = { channel: "pull" };
  const path = `/reps/${ACME.name}/${rep.userId}/devices`;
  expect((await bridge.api(path, { method: "POST", body: device })).status).toBe(201);
  const visit = aVisitEvent({ recordId: VISIT, startsIn: 4_000, endsIn: 7_200, reps: [rep] });
  // The second one says nothing of its appointment, and nobody can be asked.
  const { appointment: _, ...bare } = { appointment: undefined, ...visit };
  const unread = { ...bare, eventId: "unread", recordId: "08pHs0000UnreadAAV" };
  expect((await bridge.postEvents([visit, unread])).status).toBe(202);
  const isThere = async () =>
    (await bridge.api(`/appointments/${ACME.name}/${VISIT}`)).ok &&
    (await readJson(await bridge.api("/parked"))).total === 1;
  await until(isThere, { timeoutMs: 15_000, what: "a visit and parked work" });
}

/** What can be pressed on each page of the app by who is signed in. */
async function buttonsOnPages(who?: typeof VIC): Promise<ReadonlyMap<string, readonly string[]>> {
  const { page, close } = await openOperatorScreen(browser);
  await signInAt(page, `${bridge.url}/admin`, who);
  const found = new Map<string, readonly string[]>();
  for (const path of APP_PATHS) {
    const real = path.replace(":connection", ACME.name).replace(":recordId", VISIT);
    await page.goto(bridge.url + real.replace(":name", ACME.name));
    await page.locator("main h1").first().waitFor();
    // Who is signed in is asked by the page itself, and so is everything that it shows.
    await page.locator(".own-name:not(:empty)").waitFor();
    await page.locator(".loading").first().waitFor({ state: "detached" });
    if (path === "/admin/parked") {
      await page.getByRole("button", { name: /^Look inside/ }).click();
      await page.getByRole("dialog").getByText("unread", { exact: false }).first().waitFor();
    }
    found.set(path, await page.evaluate(PRESSABLE));
  }
  await close();
  return found;
}

describe("a viewer", () => {
  beforeAll(fillPages);

  test("is offered nothing on any page that changes anything", async () => {
    const boss = await buttonsOnPages();
    const offered = await buttonsOnPages(VIC);
    const tooMuch = [...offered].flatMap(([path, names]) =>
      names.filter((name) => !HARMLESS.test(name)).map((name) => `${path}: ${name}`),
    );
    expect(tooMuch).toEqual([]);
    // What an admin is offered there, so that pages without anything on them do not pass.
    const changing = [...boss.values()].flat().filter((name) => !HARMLESS.test(name));
    for (const word of CHANGING) {
      expect(changing).toContainEqual(expect.stringMatching(word));
    }
  }, 90_000);

  test.each([
    "people",
    "audit",
    "new-connection",
    `connections/${ACME.name}/edit`,
  ])("is told at %s that it takes another role", async (path) => {
    screen = await openOperatorScreen(browser);
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin/${path}`, VIC);
    await page.getByRole("alert").getByText("This needs the role admin; yours is viewer").waitFor();
    expect(await page.getByRole("textbox").count()).toBe(0);
    await page.screenshot({ path: shotPath(`operators-refused-${path.replaceAll("/", "-")}`) });
  });
});

describe("an operator", () => {
  test("signs in, lands on the page that was asked for, and out again", async () => {
    screen = await openOperatorScreen(browser);
    const { page, complaints } = screen;
    await page.goto(`${bridge.url}/admin`);
    expect(await lookAtScreens(page, "sign-in")).toEqual([]);
    await signInAt(page, `${bridge.url}/admin/parked?reason=NO_READER`);
    await page.getByRole("heading", { level: 1, name: "Parked" }).waitFor();
    expect(page.url()).toBe(`${bridge.url}/admin/parked?reason=NO_READER`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").waitFor();
    expect(complaints).toEqual([]);
  });

  test("whose session ends elsewhere is led back to the same page", async () => {
    screen = await openOperatorScreen(browser);
    const { page, context } = screen;
    await signInAt(page, `${bridge.url}/admin/reps`);
    // Until everything is read: what is asked later would lead to the form by itself.
    await page.locator(".own-name:not(:empty)").waitFor();
    await page.getByText(/^Dana Field$|^No reps are known yet$/).waitFor();
    await context.clearCookies();
    await page.getByRole("link", { name: "Parked" }).click();
    await page.getByLabel("Password").waitFor();
    await signInAt(page, page.url());
    await page.getByRole("heading", { level: 1, name: "Parked" }).waitFor();
  });

  test.each([
    "https://evil.example/admin",
    "//evil.example/admin",
    "/admin\\@evil.example",
    "/rep",
    "/adminevil",
  ])("is never led to %s", async (next) => {
    const answer = await fetch(`${bridge.url}/admin/login`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ password: "an-invented-password", next }),
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/admin"]);
  });

  test("may run nothing but the bridge's own files", async () => {
    for (const path of ["/admin", "/admin/appointments", "/admin/page/app.js"]) {
      const answer = await fetch(bridge.url + path);
      expect(answer.status).toBe(200);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(await answer.text()).not.toMatch(/<style|style="|<script>|onclick=/);
    }
  });

  test("who is an admin adds people, and sees who changed what", async () => {
    screen = await openOperatorScreen(browser);
    const { page, complaints } = screen;
    await signInAt(page, `${bridge.url}/admin/people`);
    await page.getByRole("button", { name: "Add a person" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a person" });
    await dialog.getByLabel("User name").fill("Dana@Example.com");
    await dialog.getByLabel("First password").fill(DANA.password);
    await dialog.getByRole("radio", { name: /^Operator/ }).check();
    expect(await lookAtScreens(page, "people-add")).toEqual([]);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    const row = page.getByRole("listitem").filter({ hasText: DANA.user });
    await row.getByText("Never signed in").waitFor();
    await row.getByRole("button", { name: `Role: ${DANA.user}` }).click();
    await page.getByRole("radio", { name: /^Viewer/ }).check();
    await page.getByRole("button", { name: "Change the role" }).click();
    await row.getByText("Viewer", { exact: true }).waitFor();
    expect(await lookAtScreens(page, "people")).toEqual([]);
    await page.getByRole("link", { name: "Audit" }).click();
    const change = page.getByRole("listitem").filter({ hasText: "Changed a person's role" });
    await change.getByText("operator", { exact: false }).first().waitFor();
    expect(await change.locator("del").innerText()).toContain("operator");
    expect(await change.locator("ins").innerText()).toContain("viewer");
    expect(await lookAtScreens(page, "audit")).toEqual([]);
    await page.getByLabel("What was changed").fill("no such word");
    await page.getByText("Nothing to show").waitFor();
    expect(page.url()).toContain("q=no+such+word");
    expect(complaints).toEqual([]);
  });

  test("who is a viewer is led to no page of admins, and changes their own password", async () => {
    screen = await openOperatorScreen(browser);
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin/people`, DANA);
    await page.getByRole("alert").getByText("This needs the role admin").waitFor();
    expect(await page.getByRole("link", { name: "Audit" }).count()).toBe(0);
    await page.getByRole("link", { name: "Your account" }).click();
    const here = page.getByRole("listitem").filter({ hasText: "this browser" });
    await here.getByText("Chrome on Linux").waitFor();
    await page.getByLabel("Present password").fill(DANA.password);
    await page.getByLabel("New password").fill("another invented passphrase");
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByRole("status").getByText("Changed.").waitFor();
    await here.waitFor();
    expect(await lookAtScreens(page, "account")).toEqual([]);
  });

  test("without the password is told so, and after five tries is locked out", async () => {
    screen = await openOperatorScreen(browser);
    const { page } = screen;
    await page.goto(`${bridge.url}/admin/reps`);
    const attempt = async () => {
      await page.getByLabel("Password").fill("not the password");
      await Promise.all([
        page.waitForResponse((one) => one.url().endsWith("/admin/login")),
        page.getByRole("button", { name: "Sign in" }).click(),
      ]);
    };
    await attempt();
    await page
      .getByRole("alert")
      .getByText("That user name and password do not belong together")
      .waitFor();
    expect(await lookAtScreens(page, "wrong-password")).toEqual([]);
    for (let tries = 1; tries < 5; tries += 1) {
      await attempt();
    }
    await attempt();
    await page
      .getByRole("alert")
      .getByText(/^Too many tries/)
      .waitFor();
    await page.getByLabel("Password").fill("an-invented-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page
      .getByRole("alert")
      .getByText(/^Too many tries/)
      .waitFor();
  });
});
