import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf, type RecordInput } from "../../src/local-mode/stub-org/store/record.ts";
import { type StubSiro, startStubSiro } from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import {
  ACME,
  aVisitEvent,
  type BridgeProcess,
  readJson,
  startBridge,
} from "../support/bridge-process.ts";
import { startBrowser } from "../support/browser.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { type OperatorScreen, openOperatorScreen, signInAt } from "../support/operator-screen.ts";
import { anOutboundMessage } from "../support/outbound-message.ts";
import { findHarm, harmless, planted, watchForHarm } from "../support/planted-markup.ts";
import { partOf } from "../support/read-mail.ts";
import { svixHeaders } from "../support/signed-events.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const PATIENCE = { timeoutMs: 10_000 };
const REP = { userId: "005Hs00000PlantRAAV", email: "plant@acme.example" };
const JSON_VISIT = "08pHs0000PlantJAAV";
/** What a person reads, also where it can be changed or must be unfolded. */
const TEXT_OF_PAGE = `document.body.textContent +
  [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join()`;
const OBJECTS_VISIT = "08pHs0000PlantOAAV";

const SIRO_SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;

let org: StubOrg;
let siro: StubSiro;
let mails: MailServer;
let bridge: BridgeProcess;
let browser: Browser;
let sink: WebhookSink;
let screen: OperatorScreen;
let orgVisits: readonly string[];

beforeAll(async () => {
  [org, sink, siro, mails] = await Promise.all([
    startStubOrg({ organizationId: ACME.organizationId }),
    startWebhookSink(),
    startStubSiro(),
    startMailServer(),
  ]);
  const { clientId, clientSecret } = org.app;
  const auth = { kind: "client-credentials", clientId, clientSecret };
  const salesforce = { instanceUrl: org.url, auth };
  [bridge, browser] = await Promise.all([
    startBridge({
      connection: {
        salesforce,
        siro: { ...siro.settings, webhookSecret: SIRO_SECRET },
        channels: { email: { from: "bridge@example.com" } },
        schedule: {
          startLeadSeconds: 1,
          restartGapSeconds: 1,
          ladder: [
            { afterSeconds: 0, to: "primary" },
            { afterSeconds: 1, to: "others" },
          ],
        },
        reconcile: { everySeconds: 0 },
      },
      env: { SMTP_URL: `smtp://127.0.0.1:${mails.port}` },
    }),
    startBrowser(),
  ]);
  sink.answer = ({ path }) => ({
    status: path === "/refuses" ? 500 : 204,
    headers: { "retry-after": planted("answer") },
  });
  await plantAll();
  screen = await openOperatorScreen(browser);
  await watchForHarm(screen.context);
  await signInAt(screen.page, `${bridge.url}/admin`);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.cleanUp();
  await Promise.all([org?.stop(), sink?.stop(), siro?.stop(), mails?.stop()]);
});

/** Puts the text into every field that people outside can write, by the doors they have. */
async function plantAll(): Promise<void> {
  await post(`/reps/${ACME.name}`, { ...REP, name: planted("rep"), team: planted("=team") });
  for (const path of ["/phone", "/refuses"]) {
    await post(`/reps/${ACME.name}/${REP.userId}/devices`, {
      channel: "webhook",
      label: planted(path),
      address: { url: sink.url + path, secret: sink.secret },
    });
  }
  const address = { email: REP.email };
  await post(`/reps/${ACME.name}/${REP.userId}/devices`, { channel: "email", address });
  siro.addRep({ id: planted("siro-user"), email: REP.email });
  await tellOfRecording();
  await plantEvents();
  orgVisits = [
    visitOfOrg({ Subject: planted("subject") }),
    visitOfOrg({ Subject: "Roof", customer: planted("customer") }),
  ];
  await tellOfOrg(orgVisits);
  await untilKnown([JSON_VISIT, OBJECTS_VISIT, ...orgVisits]);
  await plantParked();
}

async function plantEvents(): Promise<void> {
  const reps = [{ ...REP, name: planted("rep"), team: planted("=team") }];
  const soon = { startsIn: 2, endsIn: 7_200, reps };
  const event = aVisitEvent({
    recordId: JSON_VISIT,
    title: planted("title", 900),
    eventId: planted("event"),
    ...soon,
  });
  await tell(event);
  // Once more: the timeline names it.
  await tell(event);
  const visit = aVisitEvent({
    recordId: OBJECTS_VISIT,
    title: "Objects",
    ...soon,
    startsIn: 5_000,
  });
  const crmObjects = [{ objectType: "Lead", objectId: planted("object") }];
  await tell({ ...visit, appointment: { ...Object(visit).appointment, crmObjects } });
}

/** A visit of which only the org knows what is in it. */
function visitOfOrg({ customer, ...own }: RecordInput): string {
  const { store } = org;
  const user = store.insert("User", {
    FirstName: "",
    LastName: planted("user"),
    Email: "user@acme.example",
    Username: `user-${Math.random()}@acme.example`,
    TimeZoneSidKey: "America/New_York",
  });
  const resource = store.insert("ServiceResource", { Name: "R", RelatedRecordId: idOf(user) });
  const account =
    customer === undefined
      ? {}
      : { ParentRecordId: idOf(store.insert("Account", { Name: customer })) };
  const startMs = Date.now() + 3_600_000;
  const visit = store.insert("ServiceAppointment", {
    Status: "Scheduled",
    SchedStartTime: new Date(startMs).toISOString(),
    SchedEndTime: new Date(startMs + 3_600_000).toISOString(),
    ...account,
    ...own,
  });
  store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: idOf(resource),
    IsPrimaryResource: true,
  });
  return idOf(visit);
}

/** Work that stops: what the org answers, and messages about what the bridge does not know. */
async function plantParked(): Promise<void> {
  const errorCode = planted("code");
  const trouble = org.faults.inject(
    { kind: "api-error", status: 400, errorCode, message: planted("message") },
    { times: "forever" },
  );
  await tellOfOrg([visitOfOrg({ Subject: "Refused" })]);
  await until(async () => (await countParked()) === 1, { ...PATIENCE, what: "refused work" });
  trouble.clear();
  const name = planted("field");
  const type = planted("type").replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const body = anOutboundMessage({
    notifications: [
      {
        id: "04l5f0000000901AAA",
        objectType: type.replaceAll("<", "&lt;"),
        fields: { Id: "001Hs00000PlantRAAV", Name: name },
      },
      { id: "04l5f0000000902AAA", fields: { Id: planted("id"), Name: name } },
    ],
  });
  const answer = await fetch(door(), {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' },
    body,
  });
  expect(answer.status).toBe(200);
  await until(async () => (await countParked()) === 3, { ...PATIENCE, what: "parked work" });
}

/** What Siro says of a recording: its ids, and the records that it is linked to. */
async function tellOfRecording(): Promise<void> {
  const body = JSON.stringify({
    eventType: "recording.processed",
    recordingId: planted("recording"),
    recordingProcessed: true,
    recordingLinked: true,
    siroUserId: planted("siro-user"),
    crm: { objectType: planted("crm"), objectId: JSON_VISIT },
  });
  const headers = { "content-type": "application/json", ...svixHeaders(SIRO_SECRET, body) };
  const door = `${bridge.url}/webhooks/siro/${ACME.name}`;
  expect((await fetch(door, { method: "POST", headers, body })).status).toBe(204);
}

async function post(path: string, body: object) {
  const answer = await bridge.api(path, { method: "POST", body });
  expect([path, answer.status]).toEqual([path, 201]);
  return readJson(answer);
}

async function tell(event: object): Promise<void> {
  expect((await bridge.postEvents([event])).status).toBe(202);
}

function door(): string {
  return `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`;
}

async function tellOfOrg(recordIds: readonly string[]): Promise<void> {
  await org.sendOutboundMessage(door(), {
    objectType: "ServiceAppointment",
    recordIds: [...recordIds],
  });
}

async function countParked(): Promise<number> {
  return (await readJson(await bridge.api("/parked?limit=1"))).total;
}

async function untilKnown(recordIds: readonly string[]): Promise<void> {
  for (const recordId of recordIds) {
    const isKnown = async () => (await bridge.api(`/appointments/${ACME.name}/${recordId}`)).ok;
    await until(isKnown, { ...PATIENCE, what: `the visit ${recordId}` });
  }
}

/** Waits until the page shows all of these texts, as texts, and nothing came of them. */
async function expectShown(page: Page, ...names: readonly string[]): Promise<void> {
  const isThere = async () => {
    const text: string = await page.evaluate(TEXT_OF_PAGE);
    const missing = names.filter((name) => !isIn(text, planted(name)));
    if (missing.length > 0) {
      throw new Error(`not there: ${missing.join(", ")}`);
    }
    return true;
  };
  await until(isThere, { ...PATIENCE, what: `what was planted for ${page.url()}` });
  expect([page.url(), await findHarm(page)]).toEqual([page.url(), harmless]);
}

/** Work is shown as JSON. */
function isIn(text: string, wanted: string): boolean {
  return text.includes(wanted) || text.includes(JSON.stringify(wanted).slice(1, -1));
}

function storyOf(recordId: string): string {
  return `/admin/appointments/${ACME.name}/${recordId}`;
}

async function look(path: string, ...names: readonly string[]): Promise<void> {
  await screen.page.goto(bridge.url + path);
  await screen.page.locator("main h1").first().waitFor();
  await expectShown(screen.page, ...names);
}

describe("what anybody outside can write", () => {
  test("stays text on every page of the operators", async () => {
    await look("/admin");
    await look("/admin/appointments?day=any", "title", "subject", "customer", "rep", "user");
    await look(storyOf(JSON_VISIT), "title", "rep", "event", "/phone");
    await look(storyOf(OBJECTS_VISIT), "object", "rep");
    await look(storyOf(orgVisits[0] ?? ""), "subject", "user");
    await look(storyOf(orgVisits[1] ?? ""), "customer");
    await look("/admin/parked", "id");
    await look("/admin/reps", "rep", "/phone", "/refuses", "user");
    await look("/admin/coverage", "rep");
    await screen.page.getByRole("button", { name: "By team" }).click();
    await expectShown(screen.page, "=team");
    for (const path of ["", "/people", "/account", "/failures", `/connections/${ACME.name}`]) {
      await look(`/admin${path}`);
    }
  }, 60_000);

  test("stays text in what is opened, tried and told on them", async () => {
    const { page } = screen;
    await look("/admin/parked");
    const group = page.getByRole("region", { name: "UNKNOWN_RECORD_TYPE" });
    await group.getByRole("button", { name: /^Look inside/ }).click();
    await page.getByRole("button", { name: "Show in full" }).click();
    await expectShown(page, "type", "field");

    await look("/admin/reps");
    await page.getByRole("button", { name: `Invite: ${planted("rep")}` }).click();
    await page.getByRole("button", { name: `Send a test: ${planted("rep")}` }).click();
    await page.getByRole("status", { name: "Test results" }).waitFor();
    await expectShown(page, "rep", "/phone");
    await page.getByRole("button", { name: `Invite many: ${ACME.name}` }).click();
    const list = page.getByLabel("List of reps");
    const quoted = (name: string) => `"${planted(name).replaceAll('"', '""')}"`;
    await list.fill(quoted("column"));
    await page.getByRole("button", { name: "Check the list" }).click();
    await page.getByText(/must name its columns/).waitFor();
    await expectShown(page, "column");
    await list.fill(`userId,email,name\n005Hs00000ManyRAAV,many@acme.example,${quoted("cell")}`);
    await page.getByRole("button", { name: "Check the list" }).click();
    await expectShown(page, "cell");

    await look(`/admin/what-if?connection=${ACME.name}`);
    await page.getByLabel("Start, seconds before the visit").fill("300");
    await page.getByRole("button", { name: "Compare" }).click();
    await page
      .getByRole("region", { name: "Appointments" })
      .getByRole("button", { name: "All" })
      .click();
    await expectShown(page, "title", "subject");
    await look("/admin/audit");
    await page.getByText("Sent a test prompt").waitFor();
    await expectShown(page);
  }, 60_000);

  test("stays text where an address says it", async () => {
    const text = encodeURIComponent(planted("asked", 600).replace("\0", ""));
    const inQuery = (names: string) =>
      names
        .split(" ")
        .map((name) => `${name}=${text}`)
        .join("&");
    await look(`/admin/appointments?${inQuery("q rep")}&day=any`, "asked");
    for (const path of [
      `appointments?${inQuery("state day connection")}`,
      `appointments/${text}/${text}`,
      `parked?${inQuery("reason connection")}`,
      `reps?${inQuery("q show connection")}`,
      `coverage?${inQuery("from to by connection")}`,
      `audit?${inQuery("q who")}`,
      `what-if?${inQuery("connection")}`,
      `connections/${text}`,
      `connections/${text}/edit`,
      `failures#${text}`,
    ]) {
      await look(`/admin/${path}`);
    }
  }, 60_000);

  test("stays text on the form for signing in, and in what a server answers by itself", async () => {
    const nobody = await openOperatorScreen(browser);
    await watchForHarm(nobody.context);
    const { page } = nobody;
    await page.goto(`${bridge.url}/admin/appointments?q=${encodeURIComponent(planted("next"))}`);
    await page.getByLabel("User name").fill(planted("who"));
    await page.getByLabel("Password").fill(planted("password"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await expectShown(page, "who");
    await nobody.close();
    const text = encodeURIComponent(planted("path"));
    for (const path of ["", "admin/", "admin/api/", "rep/", "rep/invite/", "go/", "done/", "v1/"]) {
      const answer = await fetch(`${bridge.url}/${path}${text}`);
      expect([path, await answer.text()]).toEqual([
        path,
        expect.not.stringContaining("<img src=x"),
      ]);
    }
    const answer = await bridge.api("/coverage?format=csv&by=team");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment/);
    const csv = await answer.text();
    expect(csv).toContain("'=team");
    expect(csv).not.toMatch(/(^|[,"])[=+\-@]/m);
  }, 60_000);

  test("stays text on the queues' pages, which are not our own", async () => {
    const { page } = screen;
    await page.goto(`${bridge.url}/admin/queues/queue/crm-events?status=completed`);
    await page.getByText("data-planted").first().waitFor();
    const { stopped, ...harm } = await findHarm(page);
    expect(harm).toEqual({ hasRun: false, grown: [], addresses: [] });
    // They ask for letters from elsewhere, and do not get them.
    expect(stopped.filter((one) => !one.includes("https://fonts."))).toEqual([]);
  }, 30_000);

  test("stays text in mails and in what a notification says", async () => {
    const written = async () =>
      mails.arrived
        .map(({ mail }) => partOf(mail, "text/html")?.text ?? "")
        .find((text) => text.includes("data-planted"));
    const html = await until(written, { ...PATIENCE, what: "the mail" });
    const page = await screen.context.newPage();
    await page.route("https://mail.example/", (route) =>
      route.fulfill({ body: html, contentType: "text/html; charset=utf-8" }),
    );
    await page.goto("https://mail.example/");
    expect(await page.evaluate(TEXT_OF_PAGE)).toContain(`title"'><img`);
    expect(await findHarm(page)).toEqual(harmless);
    await page.close();
    const sent = sink.arrived.find(({ path, type }) => path === "/phone" && type === "prompt.due");
    expect(isIn(JSON.stringify(sent?.data), planted("title"))).toBe(true);
  }, 30_000);

  test("stays text on the reps' pages", async () => {
    const viewport = { width: 390, height: 844 };
    const context = await browser.newContext({ viewport, userAgent: planted("agent") });
    await watchForHarm(context);
    const page = await context.newPage();
    const { url } = await post(`/reps/${ACME.name}/${REP.userId}/invites`, {});
    await page.goto(url);
    await page.getByRole("button", { name: /^Set up this/ }).click();
    await page.waitForURL(/\/rep(#|$)/);
    await page.goto(`${bridge.url}/rep#/`);
    await expectShown(page, "title");
    await page.goto(`${bridge.url}/rep#/devices`);
    await expectShown(page, "/phone", "/refuses");
    const sent = sink.arrived.find(({ path, type }) => path === "/phone" && type === "prompt.due");
    const openUrl = String(sent?.data.openUrl);
    await page.goto(openUrl);
    await expectShown(page, "title");
    await page.route("https://**", (route) => route.fulfill({ body: "the CRM" }));
    await page.goto(openUrl.replace("/go/", "/done/"));
    await context.close();
    // Of what a browser says of itself only known names are taken.
    await look("/admin/reps", "rep");
    expect(await screen.page.content()).not.toContain("agent&quot;");
  }, 60_000);
});
