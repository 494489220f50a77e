import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const PATIENCE = { timeoutMs: 15_000 };
/** The operator's day must not end meanwhile: what was sent a moment ago would be of yesterday. */
const ZONE = hourIn("America/New_York") === 23 ? "America/Los_Angeles" : "America/New_York";
const NASTY = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> & "Söhne"`;
const DANA = {
  userId: "005Hs00000DanaFAAV",
  email: "dana@acme.example",
  name: "Dana Field",
  timeZone: "America/Denver",
};

let bridge: BridgeProcess;
let browser: Browser;
let sink: WebhookSink;
let screen: OperatorScreen;

beforeAll(async () => {
  sink = await startWebhookSink();
  sink.answer = ({ path }) => ({ status: path === "/gone" ? 410 : 204 });
  [bridge, browser] = await Promise.all([startBridge(), startBrowser()]);
  await bridge.enrolSink(DANA, sink, "/phone");
}, 90_000);

beforeEach(async () => {
  screen = await openOperatorScreen(browser, { timezoneId: ZONE });
});

afterEach(async () => {
  expect(screen.complaints).toEqual([]);
  await screen.close();
});

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await sink?.stop();
});

function hourIn(timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hour: "2-digit", hourCycle: "h23" });
  return Number(format.format());
}

async function tell(...events: readonly object[]): Promise<void> {
  const answer = await bridge.postEvents(events);
  expect(answer.status).toBe(202);
}

async function storyOf(recordId: string) {
  return readJson(await bridge.api(`/appointments/${ACME.name}/${recordId}`));
}

async function untilTold(recordId: string, kind: string, times = 1): Promise<void> {
  const isTold = async () => {
    const { timeline = [] } = await storyOf(recordId);
    return timeline.filter((entry: { kind: string }) => entry.kind === kind).length >= times;
  };
  await until(isTold, { ...PATIENCE, what: `${kind} of ${recordId}` });
}

describe("an appointment", () => {
  test("is found by the customer's name, and its page tells why the rep got the link", async () => {
    const recordId = "08pHs0000JaneDoAAV";
    const title = "Roof inspection – Jane Doe";
    await bridge.enrolSink(DANA, sink, "/gone");
    const visit = { recordId, title, reps: [DANA], endsIn: 7200 };
    const booked = aVisitEvent({ ...visit, startsIn: 3600, eventId: "jane-1" });
    await tell(booked);
    await untilTold(recordId, "plan.changed");
    // The same event once more, and another one that says the same.
    const duplicate = await bridge.postEvents([booked]);
    expect(await readJson(duplicate)).toEqual({ accepted: 0, duplicates: 1 });
    await tell({ ...booked, eventId: "jane-1-again", occurredAt: new Date().toISOString() });
    await untilTold(recordId, "event.unchanged");
    await tell(aVisitEvent({ ...visit, startsIn: 2, eventId: "jane-2" }));
    await untilTold(recordId, "delivery.attempted", 2);
    const old = { ...visit, startsIn: 9000, endsIn: 9900, eventId: "jane-0" };
    await tell(aVisitEvent({ ...old, occurredAt: new Date(Date.now() - 3_600_000).toISOString() }));
    await untilTold(recordId, "event.stale");

    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin`);
    await page.getByRole("link", { name: "Appointments" }).click();
    await page.getByLabel("Customer, rep or record").fill("jane");
    await page.getByLabel("Customer, rep or record").press("Enter");
    const row = page.getByRole("listitem").filter({ hasText: title });
    await row.getByText("Sent", { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("q")).toBe("jane");
    expect(await lookAtScreens(page, "appointments")).toEqual([]);
    await row.getByRole("link").click();

    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.getByText(/^Sent to .+ at \d/).waitFor();
    const facts = page.getByRole("region", { name: "Facts" });
    await facts.getByText(/^[EP][SD]T, your time$/).waitFor();
    await facts.getByText(/^M[SD]T, the time of Dana Field$/).waitFor();
    const prompts = page.getByRole("region", { name: "Prompts" });
    await prompts.getByText("Device is gone").waitFor();
    await prompts.getByText("Accepted").first().waitFor();
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByText("stale", { exact: true }).waitFor();
    await timeline.getByText("no change", { exact: true }).waitFor();
    await timeline.getByText(/^Event jane-1 came again.*: ignored as a duplicate/).waitFor();
    expect(await timeline.getByText(/^Appointment stored/).count()).toBe(1);
    // Of the two plans the earlier one is struck through, here and among the prompts.
    expect(
      await timeline
        .locator("s")
        .getByText(/^Planned: st(art|op)/)
        .count(),
    ).toBe(2);
    expect(await timeline.getByText(/^Planned: st(art|op)/).count()).toBe(4);
    await prompts.getByText("2 earlier plans, superseded").click();
    await prompts.locator("s", { hasText: "Start recording" }).waitFor();
    await prompts.getByText("2 earlier plans, superseded").click();

    await prompts.getByText("The link", { exact: true }).first().click();
    const link = await prompts
      .getByRole("textbox", { name: "Recording link" })
      .first()
      .inputValue();
    expect(link).toMatch(/^https:\/\/app\.siro\.ai\/record\?action=start&/);
    await prompts.getByText("crmObjects", { exact: true }).first().waitFor();
    expect(await lookAtScreens(page, "appointment")).toEqual([]);

    await timeline.getByRole("button", { name: "Deliveries" }).click();
    expect(await timeline.getByText("Appointment stored").count()).toBe(0);
    await timeline
      .getByText(/^Attempt 1/)
      .first()
      .waitFor();

    // What was fired counts, by the quarter of an hour and by the rep.
    const { quarters } = await readJson(await bridge.api("/lateness"));
    expect(quarters[0].prompts).toBeGreaterThanOrEqual(1);
    await page.goto(`${bridge.url}/admin`);
    await page
      .getByRole("region", { name: "Lateness today" })
      .getByText(/so far; the latest/)
      .waitFor();
    expect(await lookAtScreens(page, "lateness")).toEqual([]);
    await page.getByRole("link", { name: "By rep and team" }).click();
    await page.getByRole("heading", { level: 1, name: "Coverage" }).waitFor();
    await page.getByRole("rowheader", { name: /^Dana Field/ }).waitFor();
    await page.getByRole("button", { name: "By day" }).click();
    expect(new URL(page.url()).searchParams.get("by")).toBe("day");
    expect(await lookAtScreens(page, "coverage")).toEqual([]);
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download as CSV" }).click();
    expect((await saving).suggestedFilename()).toMatch(/^coverage-.*\.csv$/);
    await page.goto(`${bridge.url}/admin/coverage?from=2020-01-01&to=2020-01-02`);
    await page.getByText("No visit began on these days").waitFor();
    expect(await lookAtScreens(page, "coverage-empty")).toEqual([]);
    await page.goto(`${bridge.url}/admin/coverage?from=2020-01-01&to=2020-12-31`);
    await page.getByText(/no more than 31 days/).waitFor();
  }, 60_000);

  test("shows what happens while it is looked at, and a test to the rep's devices", async () => {
    const recordId = "08pHs0000LiveOnAAV";
    const lou = { userId: "005Hs00000LouOwAAV", email: "lou@acme.example", name: "Lou Live" };
    await bridge.enrolSink(lou, sink, "/lou");
    const visit = { recordId, startsIn: 4000, endsIn: 7200, reps: [lou] };
    await tell(aVisitEvent(visit));
    await untilTold(recordId, "plan.changed");
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin/appointments/${ACME.name}/${recordId}`);
    await page.getByText(/^Waiting: the start is due at/).waitFor();
    await tell(aVisitEvent({ ...visit, status: "canceled" }));
    await page
      .getByText(/the appointment was canceled/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Send a test to Lou Live" }).click();
    const results = page.getByRole("status", { name: "Test results" });
    await results.getByText("Accepted").first().waitFor();
    await page.getByRole("button", { name: "Refresh from CRM" }).click();
    await page.getByRole("alert").getByRole("link", { name: "NO_READER" }).waitFor();
  }, 60_000);

  test("may hold anything a CRM holds: it stays text everywhere", async () => {
    const recordId = "08pHs0000NastyXAAV";
    const nasty = { userId: "005Hs00000NastyAAV", email: "n@acme.example", name: NASTY };
    await tell(aVisitEvent({ recordId, title: NASTY, startsIn: 60, endsIn: 7200, reps: [nasty] }));
    await untilTold(recordId, "plan.changed");
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin/appointments?q=Söhne`);
    for (const path of [`appointments?q=Söhne`, `appointments/acme/${recordId}`, "reps"]) {
      await page.goto(`${bridge.url}/admin/${path}`);
      await page.getByText("window.hacked=1").first().waitFor();
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.locator("main img, main script").count()).toBe(0);
    }
  });

  test("that nobody knows, and filters that fit nothing, say so", async () => {
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin/appointments/acme/08pHs0000NobodyAAV`);
    await page.getByText("The bridge knows nothing of this record").waitFor();
    await page.goto(`${bridge.url}/admin/appointments?q=nobody-of-that-name`);
    await page.getByText("No appointment fits").waitFor();
    expect(await lookAtScreens(page, "nothing-found")).toEqual([]);
    await page.getByRole("link", { name: "Clear the filters" }).click();
    await until(() => new URL(page.url()).search === "", { ...PATIENCE, what: "no filters" });
    await page.getByRole("button", { name: "Yesterday" }).click();
    await page.getByText("No appointments on this day").waitFor();
  });

  test("is one of many: the list grows by pages, and the filters stay in the address", async () => {
    const reps = [{ userId: "005Hs00000ManyRAAV", email: "many@acme.example", name: "Many Rep" }];
    const events = Array.from({ length: 60 }, (_, at) =>
      aVisitEvent({
        recordId: `08pHs0000Many${String(at).padStart(2, "0")}`.padEnd(15, "0"),
        startsIn: 200_000 + at * 60,
        endsIn: 200_000 + at * 60 + 50,
        title: `Gutter check ${at}`,
        reps,
      }),
    );
    await tell(...events);
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin`);
    const count = async () => {
      const { items } = await readJson(await bridge.api("/appointments?q=gutter&limit=200"));
      return items.length === 60;
    };
    await until(count, { ...PATIENCE, what: "sixty appointments" });
    await page.goto(`${bridge.url}/admin/appointments?q=gutter`);
    await page.getByText("Gutter check 49", { exact: true }).waitFor();
    expect(await page.getByText("Gutter check 50", { exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("Gutter check 59", { exact: true }).waitFor();
    expect(await page.getByText(/^Gutter check \d+$/).count()).toBe(60);
    await page.getByLabel("State").selectOption("canceled");
    await page.getByText("No appointment fits").waitFor();
    await page.goBack();
    await page.getByText("Gutter check 0", { exact: true }).waitFor();
    expect(await page.getByLabel("State").inputValue()).toBe("");
  }, 60_000);
});
