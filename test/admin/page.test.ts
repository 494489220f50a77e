import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";
import { park } from "../../src/books/parked-book.ts";
import { appendTimeline } from "../../src/books/timeline-book.ts";
import {
  type AdminServer,
  type AdminStore,
  PASSWORD,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import {
  anAppointment,
  aParkedEvent,
  aPrompt,
  RECORD_ID,
  storeAppointment,
  storePrompts,
} from "./state.ts";

const EVIL = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

let store: AdminStore;
let admin: AdminServer;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
  browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox"] });
});
beforeEach(async () => {
  await store.redis.flushall();
  page = await browser.newPage({ viewport: { width: 375, height: 700 } });
  complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterEach(() => page.close());
afterAll(async () => {
  await browser.close();
  await admin.stop();
  await store.stop();
});

async function signIn(): Promise<void> {
  await page.goto(`${admin.url}/admin`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
}

describe("the operators' page", () => {
  test("a person signs in, finds an appointment, reads its story, replays parked work, signs out", async () => {
    await storeAppointment(store.redis, anAppointment());
    await storePrompts(store.redis, [aPrompt({ reason: "because it begins" })]);
    await appendTimeline(store.redis, { connection: "acme", recordId: RECORD_ID }, [
      { atMs: Date.now(), kind: "event.applied", text: "Appointment stored" },
    ]);
    await park(store.redis, aParkedEvent());
    await signIn();

    await page.getByRole("link", { name: "Appointments" }).click();
    await page.getByLabel("Customer, rep or record").fill("rita");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "Roof inspection" }).click();
    const prompts = page.getByRole("region", { name: "Prompts" });
    await prompts.getByText("Due now").waitFor();
    await prompts.getByText("because it begins").waitFor();
    await page.getByText("Appointment stored").waitFor();

    await page.getByRole("link", { name: /^Parked/ }).click();
    await page.getByRole("button", { name: /^Replay: / }).click();
    await page.getByText("Nothing is parked").waitFor();
    expect(await store.queues.crmEvents.queue.getWaitingCount()).toBe(1);

    await page.getByRole("link", { name: "Reps" }).click();
    await page.getByText("Rita Rep").waitFor();
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(375);

    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("a rep is invited by a link and its picture, told once", async () => {
    await storeAppointment(store.redis, anAppointment());
    await signIn();
    await page.getByRole("link", { name: "Reps" }).click();
    await page.getByRole("button", { name: "Invite: Rita Rep" }).click();
    const link = await page.getByRole("textbox", { name: "Invite link" }).inputValue();
    expect(link).toMatch(/^http:\/\/bridge\.example\.com\/rep\/invite\/[\w-]{43}$/);
    const picture = page.getByRole("img", { name: "The same link as a QR code" });
    await picture.waitFor();
    expect(
      await picture.evaluate("document.querySelector('.invite img').naturalWidth"),
    ).toBeGreaterThan(0);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(375);
    await page.getByRole("button", { name: "Copy" }).click();
    await page
      .getByText(/Copied|Press Ctrl/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
  });

  test("a wrong password is told in words", async () => {
    await page.goto(`${admin.url}/admin`);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("do not belong together").waitFor();
  });

  test("what a CRM or a sender wrote stays text everywhere", async () => {
    await storeAppointment(
      store.redis,
      anAppointment({ title: EVIL, reps: [{ userId: "0055f00000ZzZzZAAV", name: EVIL }] }),
    );
    await park(store.redis, aParkedEvent({ detail: EVIL, recordId: EVIL }));
    await signIn();
    const views = ["appointments?day=any", `appointments/acme/${RECORD_ID}`, "parked", "reps"];
    for (const view of views) {
      await page.goto(`${admin.url}/admin/${view}`);
      await page.getByText("<script>").first().waitFor();
      expect(await page.locator("main img, main script").count()).toBe(0);
    }
    expect(await page.title()).toBe("Reps and devices · Siro Bridge");
    expect(complaints).toEqual([]);
  });

  test("bull-board works under the page's rules, and asks nobody else for anything", async () => {
    const hosts = new Set<string>();
    page.on("response", (response) => hosts.add(new URL(response.url()).host));
    await signIn();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("link", { name: "Queues" }).click();
    await page.getByText("crm-events").first().waitFor();
    expect([...hosts]).toEqual([new URL(admin.url).host]);
  });

  test("a store that is gone is told, not hidden", async () => {
    await signIn();
    await store.server.kill();
    await page.getByRole("link", { name: /^Parked/ }).click();
    await page.getByRole("alert").getByText("STORE_UNAVAILABLE").first().waitFor();
    await store.server.restart();
  });
});

function browserPath(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const dirs = (process.env["PATH"] ?? "").split(delimiter);
  const found = dirs
    .flatMap((dir) => names.map((name) => join(dir, name)))
    .find((path) => isProgram(path));
  if (found === undefined) {
    throw new Error("no browser: run `node bin/bootstrap.mjs test` first");
  }
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
