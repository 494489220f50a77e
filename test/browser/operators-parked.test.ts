import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { park, parkedIdOf } from "../../src/books/parked-book.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { socketPath } from "../../src/process-tree/socket-path.ts";
import { openWorkerRedis } from "../../src/redis.ts";
import { aParkedEvent } from "../admin/state.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";
import { until } from "../support/until.ts";

const VISITS = 60;
const PATIENCE = { timeoutMs: 30_000 };

let org: StubOrg;
let bridge: BridgeProcess;
let browser: Browser;
let screen: OperatorScreen;

beforeAll(async () => {
  org = await startStubOrg({ organizationId: ACME.organizationId });
  const { clientId, clientSecret } = org.app;
  const auth = { kind: "client-credentials", clientId, clientSecret };
  [bridge, browser] = await Promise.all([
    startBridge({
      connection: {
        salesforce: { instanceUrl: org.url, auth },
        reconcile: { everySeconds: 0 },
      },
    }),
    startBrowser(),
  ]);
  screen = await openOperatorScreen(browser);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await org?.stop();
});

/** Visits that the org knows; told by id alone. */
function bookVisits(visits = VISITS): readonly string[] {
  const rep = addRep(org.store, "Pat", "Parked");
  const { accountId } = addCustomer(org.store, ["Ada", "Lovelace"]);
  return Array.from({ length: visits }, (_, at) => {
    const startMs = Date.now() + (at + 1) * 7_200_000;
    const visit = org.store.insert("ServiceAppointment", {
      ParentRecordId: accountId,
      Status: "Scheduled",
      SchedStartTime: new Date(startMs).toISOString(),
      SchedEndTime: new Date(startMs + 3_600_000).toISOString(),
    });
    org.store.insert("AssignedResource", {
      ServiceAppointmentId: idOf(visit),
      ServiceResourceId: rep.resourceId,
      IsPrimaryResource: true,
    });
    return idOf(visit);
  });
}

async function countParked(): Promise<number> {
  return (await readJson(await bridge.api("/parked?limit=1"))).total;
}

async function tellOf(recordIds: readonly string[]) {
  const events = recordIds.map((recordId) => ({
    eventId: `parked-${recordId}`,
    recordType: "ServiceAppointment",
    recordId,
    occurredAt: new Date().toISOString(),
  }));
  expect((await bridge.postEvents(events)).status).toBe(202);
}

/** Whole events rarely stop: these are parked by hand, in the bridge's own Redis. */
async function parkWhole(reason: string, recordIds: readonly string[]): Promise<void> {
  const redis = openWorkerRedis(`unix:${socketPath(bridge.dataDir, "redis.sock")}`);
  const startAt = Date.now() + 7_200_000;
  for (const recordId of recordIds) {
    const rep = { userId: "005Hs00000DanaFAAV", email: "dana@acme.example", name: "Dana Field" };
    const event: CrmEvent = {
      kind: "record-changed",
      connection: ACME.name,
      source: "json",
      eventId: `mend-${recordId}`,
      receivedAtMs: Date.now(),
      recordType: "ServiceAppointment",
      recordId,
      occurredAtMs: Date.now(),
      appointment: {
        status: "scheduled",
        startAt,
        title: "Roof of Jane Doe",
        crmObjects: [],
        reps: [rep],
      },
    };
    const parked = aParkedEvent({
      id: parkedIdOf(ACME.name, `crm-events-json-${event.eventId}`),
      reason,
      recordId,
      work: { kind: "event", event },
    });
    await park(redis, parked);
  }
  redis.disconnect();
}

/** Keeps the news of how far a replay has come from the page until it is let go. */
async function holdProgress(page: Page): Promise<{ readonly letGo: () => void }> {
  let letGo: () => void = () => undefined;
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route("**/admin/api/parked/replays/*", async (route) => {
    await isFree;
    await route.continue();
  });
  return { letGo: () => letGo() };
}

describe("parked work", () => {
  test("says so where there is none", async () => {
    const { page } = screen;
    await signInAt(page, `${bridge.url}/admin/parked`);
    await page.getByText("Nothing is parked").waitFor();
    expect(await lookAtScreens(page, "parked-none")).toEqual([]);
  });

  test("is explained, counted, replayed by its reason, and followed to the end", async () => {
    const { page, complaints } = screen;
    const trouble = org.faults.inject(
      { kind: "api-error", status: 400, errorCode: "MALFORMED_QUERY" },
      { times: "forever" },
    );
    await tellOf(bookVisits());
    await until(async () => (await countParked()) === VISITS, { ...PATIENCE, what: "parked work" });

    await page.goto(`${bridge.url}/admin/parked`);
    const group = page.getByRole("region", { name: "ORG_QUERY_REFUSED" });
    await group.getByText(/^Salesforce refuses what the bridge asked/).waitFor();
    await page.getByRole("navigation").getByText(`${VISITS}`).waitFor();
    expect(await lookAtScreens(page, "parked")).toEqual([]);
    await group.getByRole("link", { name: "ORG_QUERY_REFUSED" }).click();
    await page.getByRole("heading", { level: 1, name: "Failures explained" }).waitFor();
    expect(await lookAtScreens(page, "failures")).toEqual([]);
    const more = page.getByRole("main").getByRole("link", { name: "Redis", exact: true });
    expect(await more.first().getAttribute("href")).toBe("/docs/operations#redis");
    await page.goBack();

    trouble.clear();
    await group.getByRole("button", { name: "Replay all ORG_QUERY_REFUSED" }).click();
    await page.getByText(`${VISITS} entries will be tried again.`).waitFor();
    expect(await countParked()).toBe(VISITS);
    expect(await lookAtScreens(page, "parked-confirm")).toEqual([]);
    const progress = await holdProgress(page);
    const answered = page.waitForResponse((one) => one.url().endsWith("/admin/api/parked/replay"));
    await page.getByRole("button", { name: `Replay ${VISITS} entries` }).click();
    expect(await (await answered).json()).toMatchObject({ replayed: VISITS });
    await page
      .getByRole("status")
      .getByText(/^Replaying: /)
      .waitFor();
    expect(await page.getByRole("progressbar", { name: "Replay" }).getAttribute("max")).toBe(
      String(VISITS),
    );
    progress.letGo();
    await page.getByText(`${VISITS} of ${VISITS} replayed.`).waitFor();
    await page.getByText("Nothing is parked").waitFor();
    expect(await lookAtScreens(page, "parked-replayed")).toEqual([]);
    const planned = async () => {
      const { items } = await readJson(await bridge.api("/appointments?limit=200"));
      return items.length === VISITS;
    };
    await until(planned, { ...PATIENCE, what: "every visit to be known" });
    expect(complaints).toEqual([]);
  }, 120_000);

  test("can be looked into, shown in full, mended and replayed; the reasons are counted", async () => {
    const { page, complaints } = screen;
    await parkWhole("PARKED_BY_TEST", ["08pHs0000ParkedAAV", "08pHs0000OtherXAAV"]);
    await parkWhole("NO_READER", ["08pHs0000ThirdXAAV"]);
    await page.goto(`${bridge.url}/admin/parked`);
    await page.getByRole("navigation", { name: "Reasons" }).waitFor();
    expect(await lookAtScreens(page, "parked-reasons")).toEqual([]);
    await page.getByRole("link", { name: "PARKED_BY_TEST 2" }).click();
    expect(new URL(page.url()).searchParams.get("reason")).toBe("PARKED_BY_TEST");
    const group = page.getByRole("region", { name: "PARKED_BY_TEST" });
    await group.getByText("2 entries").waitFor();

    await group.getByRole("button", { name: "Look inside: 08pHs0000ParkedAAV" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("•••••").first().waitFor();
    expect(await dialog.getByText("Jane Doe").count()).toBe(0);
    expect(await lookAtScreens(page, "parked-inside")).toEqual([]);
    await dialog.getByRole("button", { name: "Show in full" }).click();
    await dialog.getByText("Roof of Jane Doe").waitFor();
    await dialog.getByRole("button", { name: "Edit and replay" }).click();
    const field = dialog.getByLabel("The event");
    const text = await field.inputValue();
    await field.fill(
      text.replace("Dana Field", "").replace(/"startAt": "[^"]+"/, '"startAt": "soon"'),
    );
    await dialog.getByRole("button", { name: "Replay this" }).click();
    await dialog.getByText(/must be an ISO-8601 date/).waitFor();
    expect(await lookAtScreens(page, "parked-edit")).toEqual([]);
    await field.fill(text.replace("Roof of Jane Doe", "Roof, mended by hand"));
    await dialog.getByRole("button", { name: "Replay this" }).click();
    await group.getByText("1 entry").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const isMended = async () => {
      const answer = await bridge.api(`/appointments/${ACME.name}/08pHs0000ParkedAAV`);
      return answer.ok && (await readJson(answer)).title === "Roof, mended by hand";
    };
    await until(isMended, { ...PATIENCE, what: "the mended visit" });
    expect(complaints).toEqual([]);
  }, 60_000);
});

describe("an appointment", () => {
  test("is read from the CRM again when an operator asks, and says so", async () => {
    const { page, complaints } = screen;
    const [recordId = ""] = bookVisits(1);
    await tellOf([recordId]);
    const path = `/appointments/${ACME.name}/${recordId}`;
    const isKnown = async () => (await bridge.api(path)).ok;
    await until(isKnown, { ...PATIENCE, what: "the visit" });
    await page.goto(`${bridge.url}/admin${path}`);
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByText(/^Appointment stored/).waitFor();
    // The org changes it without telling.
    org.store.update(recordId, { Status: "Completed" });
    await page.getByRole("button", { name: "Refresh from CRM" }).click();
    await page
      .getByRole("status")
      .getByText(/^Read again/)
      .waitFor();
    await timeline.getByText(/^Appointment changed: completed/).waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);
});
