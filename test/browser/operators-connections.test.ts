import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";

let bridge: BridgeProcess;
let browser: Browser;
let screen: OperatorScreen;

beforeAll(async () => {
  [bridge, browser] = await Promise.all([startBridge(), startBrowser()]);
  screen = await openOperatorScreen(browser);
  await signInAt(screen.page, `${bridge.url}/admin/connections`);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
});

describe("the connections' page", () => {
  test("makes a connection, with messages beside what is wrong, and shows its secrets once", async () => {
    const { page, complaints } = screen;
    await page.getByRole("link", { name: "New connection" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Beta Corp");
    await page.getByLabel("Organization ID").fill("00D5f000004XyZbEAK");
    await page.getByLabel("Use Salesforce sign-in").check();
    await page.getByLabel("My Domain URL").fill("https://beta.example.com");
    await page.getByLabel("Client ID").fill("3MVG9-invented");
    await page.getByLabel("Start, seconds before the visit").fill("soon");
    await page.getByRole("button", { name: "Make the connection" }).click();
    await page.getByRole("alert").waitFor();
    const told = async (label: string) => {
      const id = await page.getByLabel(label, { exact: true }).getAttribute("aria-describedby");
      return page.locator(`#${id?.split(" ").at(-1)}`).textContent();
    };
    expect(await told("Name")).toContain("must be a slug");
    expect(await told("Client secret")).toBe("is needed");
    expect(await told("Start, seconds before the visit")).toBe("must be a number");
    expect(await lookAtScreens(page, "connection-form")).toEqual([]);

    await page.getByLabel("Name", { exact: true }).fill("beta");
    await page.getByLabel("Client secret").fill("an-invented-client-secret");
    await page.getByLabel("Start, seconds before the visit").fill("90");
    await page.getByRole("button", { name: "Make the connection" }).click();
    await page.getByRole("heading", { name: "beta", level: 1 }).waitFor();
    const secret = await page.getByRole("textbox", { name: "Signing secret" }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole("button", { name: "I have copied them" }).click();
    await page.reload();
    await page.getByRole("region", { name: "Secrets" }).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(complaints).toEqual([]);
  }, 60_000);

  test("changes a setting as JSON; the stored secrets stay", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin/connections/beta`);
    await page.getByRole("link", { name: "Edit" }).click();
    expect(await page.getByLabel("Client secret").inputValue()).toBe("");
    await page.getByRole("button", { name: "JSON" }).click();
    const json = page.getByRole("textbox");
    const settings = JSON.parse(await json.inputValue());
    expect(settings.schedule).toEqual({ startLeadSeconds: 90 });
    await json.fill(JSON.stringify({ ...settings, reconcile: { everySeconds: 600 } }));
    const saved = page.waitForResponse((one) => one.request().method() === "POST");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await saved).status()).toBe(200);
    await page.getByRole("link", { name: "Edit" }).waitFor();
    const stored = await readJson(await bridge.api("/connections/beta"));
    expect(stored.settings.reconcile).toEqual({ everySeconds: 600 });
    expect(stored.secrets.map(({ path }: { path: string }) => path)).toContain(
      "salesforce.auth.clientSecret",
    );
  });

  test("rotates a secret: a new one is shown once, the old one is valid until it is retired", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin/connections/beta`);
    await page.getByRole("button", { name: "Make a new one: Signing secret" }).click();
    await page.getByRole("textbox", { name: "Signing secret" }).waitFor();
    await page.getByText("two are valid").waitFor();
    expect(await lookAtScreens(page, "connection")).toEqual([]);
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.getByRole("button", { name: "Retire the old one: Signing secret" }).click();
    await page.getByRole("button", { name: "Make a new one: Signing secret" }).waitFor();
  });

  test("holds and releases a connection of the file, and tells how a test went", async () => {
    const { page, complaints } = screen;
    await page.goto(`${bridge.url}/admin/connections/${ACME.name}`);
    await page.getByText("It stands in the connections file").waitFor();
    await page.getByRole("button", { name: "Put on hold" }).click();
    await page.getByRole("button", { name: "Leave it as it is" }).click();
    await page.getByRole("button", { name: "Put on hold" }).click();
    await page.getByRole("button", { name: "Send nothing" }).click();
    await page.getByText("events are taken in and planned").waitFor();
    await page.getByRole("button", { name: "Test the connection" }).click();
    await page.getByRole("status", { name: "Findings" }).getByText("Secrets").first().waitFor();
    expect(await lookAtScreens(page, "connection-held")).toEqual([]);

    await page.goto(`${bridge.url}/admin`);
    await page.getByText(/acme: on hold since .* nothing is sent/).waitFor();
    await page.goto(`${bridge.url}/admin/connections`);
    await page.getByText("In the file").waitFor();
    await page.getByText(/^On hold since/).waitFor();
    expect(await lookAtScreens(page, "connections")).toEqual([]);
    await page.getByRole("link", { name: ACME.name }).click();
    await page.getByRole("button", { name: "Release" }).click();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("Prompts go out at their moment").waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);

  test("deletes a connection once its name is typed again", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin/connections/beta`);
    await page.getByText("Delete this connection").click();
    await page.getByRole("button", { name: "Delete it: beta" }).click();
    await page.getByText("must be the connection's name").waitFor();
    await page.getByLabel("Type beta to confirm").fill("beta");
    await page.getByRole("button", { name: "Delete it: beta" }).click();
    await page.getByRole("heading", { name: "Connections" }).waitFor();
    expect((await bridge.api("/connections/beta")).status).toBe(404);
  });
});
