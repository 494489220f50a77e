import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
  bodyOf,
  startAdmin,
  startStore,
} from "../admin/admin-server.ts";
import { aVisit, hearOf } from "../admin/what-if-stage.ts";
import { startBrowser } from "../support/browser.ts";
import {
  lookAtScreens,
  type OperatorScreen,
  openOperatorScreen,
  signInAt,
} from "../support/operator-screen.ts";

let store: AdminStore;
let admin: AdminServer;
let browser: Browser;
let screen: OperatorScreen;

beforeAll(async () => {
  [store, browser] = await Promise.all([startStore(), startBrowser()]);
  const auth = { kind: "client-credentials", clientId: "client", clientSecret: "secret" };
  const connections = new Map([
    ["acme", aConnection({ integrationConnectionId: "01HACME0000000000000000000" })],
    [
      "beta",
      aConnection({ name: "beta", salesforce: { instanceUrl: "http://127.0.0.1:9", auth } }),
    ],
  ]);
  const served = new Map([...connections, ["gamma", aConnection({ name: "gamma" })]]);
  admin = await startAdmin(store, {
    connections: served,
    fileConnections: connections,
    publicUrl: new URL("http://127.0.0.1"),
  });
  const settings = {
    name: "gamma",
    organizationId: "00D5f000004XyZa",
    schedule: { horizonDays: 9 },
  };
  const made = await admin.api("/connections", { method: "POST", body: { settings } });
  expect(made.status).toBe(201);
  screen = await openOperatorScreen(browser);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await admin?.stop();
  await store?.stop();
});

test("other rules are tried on the last appointments before anybody saves them", async () => {
  const { page, complaints } = screen;
  await hearOf(store.redis, aVisit(1, ["09:00", "10:00"], { title: "Roof inspection – Jane Doe" }));
  await hearOf(store.redis, aVisit(2, ["10:10", "11:00"], { title: "Gutters – Max Hale" }));
  await hearOf(store.redis, aVisit(3, ["15:00", "16:00"], { status: "canceled" }));
  await signInAt(page, `${admin.url}/admin`);
  await page.getByRole("link", { name: "What if" }).click();
  await page.getByRole("heading", { level: 1, name: "What if" }).waitFor();
  await page.getByText("Change something first").waitFor();
  expect(await page.getByRole("button", { name: "Compare" }).isDisabled()).toBe(true);

  await page.getByLabel("Join visits closer than (seconds)").fill("15 minutes");
  await page.getByLabel("Start, seconds before the visit").fill("300");
  await page.getByText("was 120").first().waitFor();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("1 setting could not stand in the connections file").waitFor();
  const gap = page.getByLabel("Join visits closer than (seconds)");
  expect(await gap.getAttribute("aria-invalid")).toBe("true");
  expect(await lookAtScreens(page, "what-if-refused")).toEqual([]);

  await gap.fill("900");
  await page.getByRole("button", { name: "Compare" }).click();
  const visits = page.getByRole("region", { name: "Appointments" });
  await visits.getByText(/^Stop prompt at .+ would not be planned$/).waitFor();
  await visits.getByText(/would become a restart prompt/).waitFor();
  expect(await visits.getByRole("listitem").filter({ hasText: "Visit 3" }).count()).toBe(0);
  await visits.getByText("Before and after").first().click();
  await visits.getByText("As it would be").first().waitFor();
  const snippet = page.getByRole("region", { name: "To keep these rules" });
  expect(JSON.parse((await snippet.locator("pre").textContent()) ?? "")).toEqual({
    schedule: { startLeadSeconds: 300, restartGapSeconds: 900 },
  });
  // This one is of the file, and changed there.
  expect(await snippet.getByRole("button", { name: "Apply these rules" }).count()).toBe(0);
  await page.getByText("Links", { exact: true }).click();
  expect(await lookAtScreens(page, "what-if")).toEqual([]);
  await visits.getByRole("button", { name: "All" }).click();
  await visits.getByText("The same").waitFor();

  await page.getByText("Links", { exact: true }).click();
  await page.getByRole("button", { name: "Start over" }).click();
  await page.getByText("Change something first").waitFor();
  await page.getByRole("button", { name: "Add a rung" }).click();
  await page.getByLabel("Rung 4: after so many seconds").fill("600");
  await page.getByLabel("Rung 4: whom").fill("sms");
  await page.getByLabel("Rung 4: whom").press("Tab");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("Nothing would come out differently").waitFor();
  await page.getByRole("combobox", { name: "Connection" }).selectOption("beta");
  await page.getByLabel("Stop, seconds after its end").fill("5");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("No appointment is known yet").waitFor();
  await page.getByText("Mapping", { exact: true }).click();
  expect(await lookAtScreens(page, "what-if-nothing")).toEqual([]);
  expect(complaints).toEqual([]);
}, 120_000);

test("what was compared is saved for a connection that was made in the page, after a question", async () => {
  const { page, complaints } = screen;
  await hearOf(store.redis, aVisit(4, ["09:00", "10:00"]), { connection: "gamma" });
  await page.goto(`${admin.url}/admin/what-if?connection=gamma`);
  await page.getByLabel("Start, seconds before the visit").fill("300");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("button", { name: "Apply these rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Apply these rules to gamma?" });
  await dialog.getByRole("button", { name: "Save and apply" }).click();
  await page.waitForURL("**/admin/connections/gamma");
  const { settings } = await bodyOf(await admin.api("/connections/gamma"));
  expect(settings.schedule).toEqual({ horizonDays: 9, startLeadSeconds: 300 });
  const [told] = (await bodyOf(await admin.api("/audit?limit=1"))).items;
  expect(told).toMatchObject({
    who: "admin",
    what: "Changed the connection",
    connection: "gamma",
    before: { schedule: { horizonDays: 9 } },
    after: { schedule: { startLeadSeconds: 300 } },
  });
  expect(complaints).toEqual([]);
}, 60_000);
