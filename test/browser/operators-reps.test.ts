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
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const DANA = { userId: "005Hs00000DanaFAAV", email: "dana@acme.example", name: "Dana Field" };
const LEE = { userId: "005Hs00000LeeNoAAV", email: "lee@acme.example", name: "Lee Nodevice" };

let bridge: BridgeProcess;
let browser: Browser;
let sink: WebhookSink;
let screen: OperatorScreen;

beforeAll(async () => {
  sink = await startWebhookSink();
  sink.answer = ({ path }) => ({ status: path === "/busy" ? 503 : 204 });
  [bridge, browser] = await Promise.all([startBridge(), startBrowser()]);
  await bridge.enrolSink(DANA, sink, "/good");
  await bridge.enrolSink(DANA, sink, "/busy");
  await bridge.api(`/reps/${ACME.name}`, {
    method: "POST",
    body: { ...LEE, timeZone: "America/Denver" },
  });
  screen = await openOperatorScreen(browser);
  await signInAt(screen.page, `${bridge.url}/admin/reps`);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await sink?.stop();
});

function rowOf(name: string) {
  return screen.page.getByRole("region", { name: "Reps of acme" }).locator("li.rep", {
    hasText: name,
  });
}

describe("the reps' page", () => {
  test("shows who cannot be reached, and invites them by a link and its picture", async () => {
    const { page, complaints } = screen;
    await rowOf("Dana Field").waitFor();
    await page.getByRole("button", { name: "No device" }).click();
    await rowOf("Dana Field").waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.get("show")).toBe("no-device");
    await rowOf("Lee Nodevice").getByText("No device").waitFor();

    await rowOf("Lee Nodevice").getByRole("button", { name: "Invite: Lee Nodevice" }).click();
    const picture = rowOf("Lee Nodevice").getByRole("img", { name: /QR code/ });
    await picture.waitFor();
    expect(await picture.evaluate("document.querySelector('.invite img').naturalWidth")).not.toBe(
      0,
    );
    const link = await page.getByRole("textbox", { name: "Invite link" }).inputValue();
    expect(link).toMatch(/\/rep\/invite\/[\w-]{43}$/);
    expect(await lookAtScreens(page, "invite")).toEqual([]);
    const phone = await openOperatorScreen(browser);
    await phone.page.goto(link);
    await phone.page.getByRole("heading", { name: "Hello Lee" }).waitFor();
    await phone.close();
    expect(complaints).toEqual([]);
  });

  test("sends a test to every device, tells how each fared, and takes a device away", async () => {
    const { page, complaints } = screen;
    await page.getByRole("button", { name: "Everybody" }).click();
    const row = rowOf("Dana Field");
    await row.getByRole("button", { name: "Send a test: Dana Field" }).click();
    const results = row.getByRole("status", { name: "Test results" });
    await results.getByText("Accepted", { exact: true }).waitFor();
    await results.getByText("Not reached", { exact: true }).waitFor();
    expect(sink.arrived.map(({ type }) => type)).toContain("prompt.test");
    expect(await lookAtScreens(page, "reps")).toEqual([]);

    await row
      .getByRole("button", { name: /^Revoke: / })
      .first()
      .click();
    await row.getByRole("button", { name: "Keep it" }).click();
    await row
      .getByRole("button", { name: /^Revoke: / })
      .first()
      .click();
    await row.getByRole("button", { name: /^Revoke it/ }).click();
    await row.locator("li.device").nth(1).waitFor({ state: "detached" });
    const { items } = await readJson(await bridge.api(`/reps/${ACME.name}`));
    const devices = items.find(({ name }: typeof DANA) => name === DANA.name).devices;
    expect(devices.filter(({ state }: { state: string }) => state === "active")).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  test("finds a rep by a part of the name", async () => {
    await screen.page.getByLabel("Find a rep").fill("lee@");
    await rowOf("Dana Field").waitFor({ state: "detached" });
    await rowOf("Lee Nodevice").waitFor();
    await screen.page.getByLabel("Find a rep").fill("nobody");
    await screen.page.getByText("Nobody fits").waitFor();
  });
});
