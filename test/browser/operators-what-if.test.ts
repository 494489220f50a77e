import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import {
  type AdminServer,
  type AdminStore,
  aConnection,
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
  admin = await startAdmin(store, { connections, publicUrl: new URL("http://127.0.0.1") });
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
