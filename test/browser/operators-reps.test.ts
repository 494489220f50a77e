import { text } from "node:stream/consumers";
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
}, 90_000);

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

  test("signs a rep out everywhere, after a question", async () => {
    const { page, complaints } = screen;
    await page.getByLabel("Find a rep").fill("lee@");
    const row = rowOf("Lee Nodevice");
    await row.getByRole("button", { name: "Invite: Lee Nodevice" }).click();
    const link = await page.getByRole("textbox", { name: "Invite link" }).inputValue();
    await row.getByRole("button", { name: "Done" }).click();
    const phone = await openOperatorScreen(browser);
    await phone.page.goto(link);
    const take = new URL(link).pathname.replace("/rep/invite/", "/rep/api/invites/");
    await phone.page.evaluate(`fetch("${take}", { method: "POST" })`);
    const me = async () => (await phone.page.request.get(`${bridge.url}/rep/api/me`)).status();
    expect(await me()).toBe(200);

    await row.getByRole("button", { name: "Sign out everywhere: Lee Nodevice" }).click();
    await row.getByText(/^Sign Lee Nodevice out on every phone/).waitFor();
    expect(await lookAtScreens(page, "reps-sign-out")).toEqual([]);
    await row.getByRole("button", { name: "Sign out: Lee Nodevice" }).click();
    await row.getByText("Signed out everywhere.").waitFor();
    expect(await me()).toBe(401);
    await phone.close();
    expect(complaints).toEqual([]);
  });

  test("invites many: a list is checked row by row, then the links can be saved", async () => {
    const { page, complaints } = screen;
    await page.goto(`${bridge.url}/admin/reps`);
    await page.getByRole("button", { name: "Invite many: acme" }).click();
    const dialog = page.getByRole("dialog", { name: "Invite many reps of acme" });
    await dialog.getByLabel("List of reps").fill("nonsense");
    await dialog.getByRole("button", { name: "Check the list" }).click();
    await dialog.getByText(/must name its columns on the first line/).waitFor();
    expect(await lookAtScreens(page, "invite-many")).toEqual([]);
    const list = [
      "userId,email,name,timeZone",
      `${LEE.userId},${LEE.email},${LEE.name},`,
      "005Hs00000NewbyAAV,newby@acme.example,=Newby One,Europe/Berlin",
      "005Hs00000WrongAAV,not an address,Wrong Row,",
    ];
    await dialog.getByLabel("List of reps").fill(list.join("\n"));
    await dialog.getByRole("button", { name: "Check the list" }).click();
    await dialog.getByText("email: must be an e-mail address like rita@example.com").waitFor();
    expect(await lookAtScreens(page, "invite-many-checked")).toEqual([]);
    await dialog.getByRole("button", { name: "Invite 2 reps" }).click();
    await dialog.getByText("2 reps invited.").waitFor();
    const saving = page.waitForEvent("download");
    await dialog.getByRole("link", { name: "Save the links as CSV" }).click();
    const csv = await text(await (await saving).createReadStream());
    expect(csv.match(/\/rep\/invite\/[\w-]{43}/g)).toHaveLength(2);
    expect(csv).toContain(",'=Newby One,");
    expect(await lookAtScreens(page, "invite-many-done")).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await rowOf("=Newby One").waitFor();
    expect(complaints).toEqual([]);
  });
});
