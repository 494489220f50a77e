import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";

const DANA = { user: "dana@example.com", password: "an invented passphrase" };

let bridge: BridgeProcess;
let browser: Browser;
let screen: OperatorScreen;

beforeAll(async () => {
  [bridge, browser] = await Promise.all([startBridge(), startBrowser()]);
}, 60_000);

afterEach(() => screen?.close());

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
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
    await page.getByText("No reps are known yet").waitFor();
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
