import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
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
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await org?.stop();
});

/** Visits that the org knows; told by id alone. */
function bookVisits(): readonly string[] {
  const rep = addRep(org.store, "Pat", "Parked");
  const { accountId } = addCustomer(org.store, ["Ada", "Lovelace"]);
  return Array.from({ length: VISITS }, (_, at) => {
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

async function tellOf(recordIds: readonly string[], recordType = "ServiceAppointment") {
  const events = recordIds.map((recordId) => ({
    eventId: `parked-${recordId}`,
    recordType,
    recordId,
    occurredAt: new Date().toISOString(),
  }));
  expect((await bridge.postEvents(events)).status).toBe(202);
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
});
