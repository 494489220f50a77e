import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runDemoFlow } from "../../src/local-mode/demo-flow.ts";
import { addCustomer, addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { type StubSiro, startStubSiro } from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const SEEN = "Siro_Recording_Seen__c";
const STOPPED = "Siro_Recording_Stopped__c";
const LINKED = "Siro_Recording_Linked__c";
const SIRO_SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;
const EVENTS_PATH = "/core/mobile-events";
const TIMEOUT_MS = 20_000;

let org: StubOrg;
let siro: StubSiro;
let sink: WebhookSink;
let bridge: BridgeProcess;
let stopFlow: () => void;

beforeAll(async () => {
  const stamps = [SEEN, STOPPED, LINKED].map((name) => ({ name, type: "datetime" as const }));
  org = await startStubOrg({
    organizationId: ACME.organizationId,
    extraFields: { ServiceAppointment: stamps },
  });
  siro = await startStubSiro();
  sink = await startWebhookSink();
  const { clientId, clientSecret } = org.app;
  bridge = await startBridge({
    connection: {
      salesforce: {
        instanceUrl: org.url,
        auth: { kind: "client-credentials", clientId, clientSecret },
      },
      writeBack: {
        recordingSeenField: SEEN,
        recordingStoppedField: STOPPED,
        recordingLinkedField: LINKED,
      },
      siro: { ...siro.settings, webhookSecret: SIRO_SECRET, pollSeconds: 1 },
    },
    env: { PUBLIC_URL: "https://bridge.example.com" },
  });
  siro.webhooks.endpoint = { url: `${bridge.url}/webhooks/siro/${ACME.name}`, secret: SIRO_SECRET };
  // The org tells of every change, those the bridge itself makes included.
  stopFlow = runDemoFlow(
    org,
    `${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`,
  );
}, 90_000);

afterAll(async () => {
  stopFlow();
  await bridge.cleanUp();
  await Promise.all([org.stop(), siro.stop(), sink.stop()]);
});

/** Books a visit of ten minutes that begins in two seconds; returns its id. */
function book(resourceId: string): string {
  const { accountId, contactId } = addCustomer(org.store, ["Ada", "Example"], {});
  const iso = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const visitId = idOf(
    org.store.insert("ServiceAppointment", {
      ParentRecordId: accountId,
      ContactId: contactId,
      Subject: "Roof inspection",
      Status: "Scheduled",
      SchedStartTime: iso(2),
      SchedEndTime: iso(600),
    }),
  );
  org.store.insert("AssignedResource", {
    ServiceAppointmentId: visitId,
    ServiceResourceId: resourceId,
    IsPrimaryResource: true,
  });
  return visitId;
}

async function shown(visitId: string) {
  return readJson(await bridge.api(`/appointments/${ACME.name}/${visitId}`));
}

describe("a whole bridge that asks Siro", () => {
  test("from an appointment in Salesforce to the stamps of its recording, and no write after that", async () => {
    const { userId, resourceId } = addRep(org.store, "Dana", "Reed");
    const roleId = idOf(org.store.insert("UserRole", { Name: "Field Sales East" }));
    org.store.update(userId, { UserRoleId: roleId });
    const email = String(org.store.get(userId)?.["Email"]);
    await bridge.enrolSink({ userId, email, name: "Dana Reed" }, sink);
    const { phone } = siro.addRep({ email });
    const visitId = book(resourceId);
    const link = await untilLink(visitId);
    const before = (await shown(visitId)).prompts[0];
    expect(before).toMatchObject({ action: "start", confirmation: "unknown" });
    await phone.tap(link);
    await until(() => org.store.get(visitId)?.[SEEN], { timeoutMs: TIMEOUT_MS, what: SEEN });
    const recordingId = phone.recording?.id ?? "";
    expect(org.store.get(visitId)?.[STOPPED] ?? null).toBeNull();
    phone.press("stop");
    await until(() => org.store.get(visitId)?.[STOPPED], { timeoutMs: TIMEOUT_MS, what: STOPPED });
    await siro.process(recordingId);
    await until(() => org.store.get(visitId)?.[LINKED], { timeoutMs: TIMEOUT_MS, what: LINKED });
    const { prompts, receipts, timeline } = await shown(visitId);
    expect(prompts[0]).toMatchObject({
      confirmation: "confirmed",
      recording: { recordingId, certainty: "token" },
    });
    const kinds = receipts.map(({ kind }: { kind: string }) => kind).sort();
    expect(kinds).toEqual(["consumed", "linked", "received", "recording", "stopped"]);
    // Salesforce keeps whole seconds.
    const stampMs = (name: string) => Date.parse(String(org.store.get(visitId)?.[name]));
    const wholeMs = (text: string) => Math.floor(Date.parse(text) / 1000) * 1000;
    expect(stampMs(SEEN)).toBe(wholeMs(prompts[0].recording.seenAt));
    expect(stampMs(STOPPED)).toBe(wholeMs(prompts[0].recording.endedAt));
    const reported = timeline.filter(({ kind }: { kind: string }) => kind === "siro.reported");
    expect(reported).toHaveLength(5);
    await untilQuiet(visitId);
    // One for the recording, one for its end, one for its link: their own messages changed nothing, so nothing was
    // written again.
    expect(org.calls.entries.filter(({ method }) => method === "PATCH")).toHaveLength(3);
    const overview = await readJson(await bridge.api("/overview"));
    expect(JSON.stringify(overview)).toContain('"siro":{"state":"connected"');
    // The rep's role in Salesforce is the team in which the visit counts.
    const { teams } = await readJson(await bridge.api("/coverage"));
    expect(teams).toMatchObject([{ team: "Field Sales East", visits: 1, confirmed: 1 }]);
  }, 90_000);

  test("a worker that dies while it waits for Siro's answer holds nobody up", async () => {
    const { userId, resourceId } = addRep(org.store, "Milo", "Hart");
    const email = String(org.store.get(userId)?.["Email"]);
    await bridge.enrolSink({ userId, email, name: "Milo Hart" }, sink);
    const { phone } = siro.addRep({ email });
    const visitId = book(resourceId);
    const link = await untilLink(visitId);
    siro.faults.inject({ kind: "hang" }, { times: "forever", path: EVENTS_PATH });
    const asked = () => siro.calls.filter(({ path }) => path.includes(EVENTS_PATH)).length;
    const before = asked();
    await phone.tap(link);
    await until(() => asked() > before, { timeoutMs: TIMEOUT_MS, what: "a question" });
    process.kill(bridge.childPid("worker"), "SIGKILL");
    siro.faults.clear();
    await until(() => org.store.get(visitId)?.[SEEN], { timeoutMs: TIMEOUT_MS, what: SEEN });
  }, 90_000);
});

function untilLink(visitId: string): Promise<string> {
  return until(
    () => sink.arrived.find(({ data }) => data.appointment?.recordId === visitId)?.data.link,
    { timeoutMs: TIMEOUT_MS, what: "the link to arrive" },
  );
}

/** Resolves once the messages that the stamps fired have been followed. */
async function untilQuiet(visitId: string): Promise<void> {
  const unchanged = async () => {
    const { timeline } = await shown(visitId);
    return timeline.filter(({ kind }: { kind: string }) => kind === "event.unchanged").length;
  };
  await until(async () => (await unchanged()) >= 3, {
    timeoutMs: TIMEOUT_MS,
    what: "the messages about the stamps",
  });
}
