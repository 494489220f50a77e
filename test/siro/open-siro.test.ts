import { describe, expect, jest, test } from "@jest/globals";
import type { SiroFault } from "../../src/local-mode/stub-siro/wire/siro-faults.ts";
import { judgeReply } from "../../src/siro/judge-reply.ts";
import { mobileEventSchema } from "../../src/siro/mobile-event.ts";
import { openSiro } from "../../src/siro/open-siro.ts";
import { findSiroUser } from "../../src/siro/read-users.ts";
import { aConnection } from "../support/bridge-state.ts";
import { clientOf, NO_LIMIT, siroStage } from "./siro-stage.ts";

const CONNECTION_ID = "01HACME0000000000000000000";
const VISIT = { objectType: "ServiceAppointment", objectId: "08pWs0000001AbCIAU" } as const;
const LINK = `https://app.siro.ai/record?action=start&title=Roof&integrationConnectionId=${CONNECTION_ID}&crmObjects=${encodeURIComponent(JSON.stringify([VISIT]))}`;
const RESTART = LINK.replace("start&title=Roof", "restart");
const STOP = "https://app.siro.ai/record?action=stop";
const NINE_MS = Date.UTC(2026, 10, 23, 9);

const { start } = siroStage();

/** A clock that moves on by a second with every look. */
function aClock() {
  let nowMs = NINE_MS;
  return () => (nowMs += 1000);
}

describe("reading what apps reported", () => {
  test("gives links, recorder and consent, oldest first, since the watermark", async () => {
    const siro = await start({ nowMs: aClock() });
    const { phone, id } = siro.addRep();
    const { recordingId } = await phone.tap(LINK);
    siro.world.events.push({
      id: "consent",
      userId: id,
      recordingId: recordingId ?? null,
      eventCode: "consentStatusChanged",
      event: { status: "granted" },
      createdAtMs: NINE_MS + 60_000,
      isUploaded: true,
    });
    const { events, ...rest } = await clientOf(siro).readMobileEvents({ afterMs: NINE_MS });
    expect(rest).toEqual({ unreadable: 0, isComplete: true });
    expect(events).toMatchObject([
      { kind: "link-received", fullUrl: LINK, siroUserId: id },
      { kind: "recorder", change: "start", trigger: "deeplink", recordingId },
      { kind: "link-consumed", fullUrl: LINK, recordingId },
      { kind: "consent", status: "granted", atMs: NINE_MS + 60_000 },
    ]);
    const newestMs = events.at(-1)?.atMs ?? 0;
    const none = await clientOf(siro).readMobileEvents({ afterMs: newestMs });
    expect(none.events).toEqual([]);
    expect(siro.calls[0]?.query).toMatchObject({
      createdAtGt: "2026-11-23T09:00:00.000Z",
      pageSize: "1000",
      eventCodeIn: "deeplinkReceived,deeplinkConsumed,recorderStateChange,consentStatusChanged",
    });
  });

  test("reads arrays inside arrays, null ids and repeated rows", async () => {
    const siro = await start({ nowMs: aClock() });
    await siro.addRep().phone.tap(LINK);
    Object.assign(siro.oddities, { nestedRows: true, nullRecordingIds: true, repeatedRows: true });
    const { events } = await clientOf(siro).readMobileEvents({ afterMs: 0 });
    expect(events.map(({ kind }) => kind)).toEqual(["link-received", "recorder", "link-consumed"]);
    expect(events.every(({ recordingId }) => recordingId === undefined)).toBe(true);
  });

  test("reads every page, rows at the edge of two pages once", async () => {
    const siro = await start({ nowMs: aClock() });
    const { phone } = siro.addRep();
    for (let at = 0; at < 800; at += 1) {
      await phone.tap(LINK);
    }
    const { events, isComplete } = await clientOf(siro).readMobileEvents({ afterMs: 0 });
    expect(isComplete).toBe(true);
    expect(events).toHaveLength(siro.world.events.length);
    expect(siro.calls).toHaveLength(2);
  });

  test("counts rows that cannot be read", async () => {
    const siro = await start();
    const row = { userId: "u", createdAtMs: NINE_MS, isUploaded: true, recordingId: "r" };
    siro.world.events.push(
      // Known by its code, but not what its code promises.
      { ...row, id: "1", eventCode: "recorderStateChange", event: { value: "paws" } },
      { ...row, id: "2", eventCode: "deeplinkReceived", event: {} },
      { ...row, id: "3", eventCode: "recorderStateChange", event: { value: "pause" } },
    );
    const { events, unreadable } = await clientOf(siro).readMobileEvents({ afterMs: 0 });
    expect(unreadable).toBe(2);
    expect(events).toMatchObject([{ eventId: "3", change: "pause", trigger: "unknown" }]);
  });
});

describe("an event inside a recording", () => {
  const row = { id: "1", userId: "u", recordingId: "r", createdAt: "2026-11-23T09:00:00.000Z" };

  test("has its name for a code, and its own word for consent", () => {
    const read = (event: object) => mobileEventSchema.parse({ ...row, event });
    expect(read({ name: "recorderStateChange", value: "stop", trigger: "deeplink" })).toEqual({
      kind: "recorder",
      eventId: "1",
      atMs: NINE_MS,
      siroUserId: "u",
      recordingId: "r",
      change: "stop",
      trigger: "deeplink",
    });
    expect(read({ name: "consentStatusChange", status: "notRequired" })).toMatchObject({
      kind: "consent",
      status: "notRequired",
    });
    expect(mobileEventSchema.safeParse({ ...row, event: { name: "other" } }).success).toBe(false);
    expect(mobileEventSchema.safeParse(null).success).toBe(false);
  });
});

describe("reading users and recordings", () => {
  test("finds a rep by e-mail, in any case, and nobody where it could be two or none", async () => {
    const siro = await start();
    const ann = siro.addRep({ email: "Ann@Example.com" });
    siro.addRep({ email: "bob@example.com" });
    siro.addRep({ email: "BOB@example.com" });
    siro.addRep({ email: "gone@example.com", disabled: true });
    siro.addRep({ email: null });
    const users = await clientOf(siro).readUsers();
    expect(users).toHaveLength(5);
    expect(findSiroUser(users, "ann@example.COM")?.siroUserId).toBe(ann.id);
    for (const email of ["bob@example.com", "gone@example.com", "who@example.com", "", undefined]) {
      expect(findSiroUser(users, email)).toBeUndefined();
    }
  });

  test("shows recordings with what they hang on, and the visit with its recording", async () => {
    const siro = await start({ nowMs: aClock() });
    const { phone, id } = siro.addRep();
    const { recordingId = "" } = await phone.tap(LINK);
    await phone.tap(STOP);
    const client = clientOf(siro);
    const [before] = (await client.readRecordings({ updatedFromMs: NINE_MS })).recordings;
    expect(before).toMatchObject({
      recordingId,
      siroUserId: id,
      title: "Roof",
      isProcessed: false,
    });
    expect(before?.crm).toBeUndefined();
    expect(await client.readEngagements(VISIT.objectId)).toEqual([]);
    await siro.process(recordingId);
    expect((await client.readRecordings({ updatedFromMs: NINE_MS })).recordings).toMatchObject([
      {
        isProcessed: true,
        crm: { integrationConnectionId: CONNECTION_ID, recordIds: [VISIT.objectId] },
      },
    ]);
    expect(await client.readEngagements(VISIT.objectId)).toMatchObject([{ recordingId }]);
  });

  test("reads more recordings than one page has", async () => {
    const siro = await start();
    const { phone } = siro.addRep();
    for (let at = 0; at < 30; at += 1) {
      await phone.tap(RESTART);
    }
    const { recordings } = await clientOf(siro).readRecordings({ updatedFromMs: 0 });
    expect(new Set(recordings.map(({ recordingId }) => recordingId)).size).toBe(30);
  });
});

describe("mending in a user's name", () => {
  test("links and titles a recording with one token of its owner", async () => {
    const siro = await start();
    const { phone, id } = siro.addRep();
    const { recordingId = "" } = await phone.tap(RESTART);
    const user = clientOf(siro).asUser?.(id);
    await user?.titleRecording(recordingId, "Kitchen");
    await user?.linkRecording({
      recordingId,
      integrationConnectionId: CONNECTION_ID,
      target: VISIT,
    });
    expect(siro.world.recordings.get(recordingId)).toMatchObject({
      title: "Kitchen",
      linked: { integrationConnectionId: CONNECTION_ID, objects: [VISIT] },
    });
    expect(siro.calls.filter(({ path }) => path.endsWith("/access-token"))).toHaveLength(1);
  });

  test("asks for a new token when Siro refuses the old one, and when it is about to run out", async () => {
    let nowMs = NINE_MS;
    const siro = await start({ nowMs: () => nowMs });
    const { phone, id } = siro.addRep();
    const { recordingId = "" } = await phone.tap(RESTART);
    const user = clientOf(siro, { nowMs: () => nowMs }).asUser?.(id);
    const mints = () => siro.calls.filter(({ path }) => path.endsWith("/access-token")).length;
    await user?.titleRecording(recordingId, "One");
    siro.tokens.revokeUsers();
    await user?.titleRecording(recordingId, "Two");
    expect(mints()).toBe(2);
    nowMs += 15 * 3_600_000;
    await user?.titleRecording(recordingId, "Three");
    expect(mints()).toBe(3);
    expect(siro.world.recordings.get(recordingId)?.title).toBe("Three");
  });

  test("a link that Siro answers with an error in a 200 has failed", async () => {
    const siro = await start();
    siro.world.unknownObjects.add(VISIT.objectId);
    const { phone, id } = siro.addRep();
    const { recordingId = "" } = await phone.tap(RESTART);
    const order = { recordingId, integrationConnectionId: CONNECTION_ID, target: VISIT };
    await expect(clientOf(siro).asUser?.(id).linkRecording(order)).rejects.toMatchObject({
      code: "SIRO_ANSWER_UNUSABLE",
      retry: "later",
    });
  });

  test("is not offered without the app that makes users' tokens, nor anything without a token", async () => {
    const siro = await start();
    expect(clientOf(siro, { siro: { userApp: undefined } }).asUser).toBeUndefined();
    const deps = { budget: NO_LIMIT, nowMs: Date.now };
    expect(openSiro(aConnection(), deps)).toBeUndefined();
    expect(openSiro(aConnection({ siro: {} }), deps)).toBeUndefined();
  });
});

describe("when Siro does not answer as it should", () => {
  test.each<[string, SiroFault, string]>([
    ["500", { kind: "status", status: 500 }, "SIRO_UNAVAILABLE later"],
    ["502 with a page", { kind: "status", status: 502, body: "<h1>" }, "SIRO_UNAVAILABLE later"],
    ["408", { kind: "status", status: 408 }, "SIRO_UNAVAILABLE later"],
    ["a reset", { kind: "reset" }, "SIRO_UNAVAILABLE later"],
    ["a page with 200", { kind: "html" }, "SIRO_UNAVAILABLE later"],
    ["an error in a 200", { kind: "error-in-200" }, "SIRO_ANSWER_UNUSABLE later"],
    ["no list", { kind: "status", status: 200, body: { data: "x" } }, "SIRO_ANSWER_UNUSABLE later"],
    ["401", { kind: "status", status: 401 }, "SIRO_ACCESS_REFUSED never"],
    ["403", { kind: "status", status: 403 }, "SIRO_ACCESS_REFUSED never"],
    ["400", { kind: "status", status: 400 }, "SIRO_REQUEST_REFUSED never"],
    ["404", { kind: "status", status: 404 }, "SIRO_REQUEST_REFUSED never"],
    ["429", { kind: "status", status: 429 }, "SIRO_LIMIT later"],
  ])("%s is %s", async (_what, fault, expected) => {
    const siro = await start();
    siro.faults.inject(fault);
    const { code, retry } = await clientOf(siro)
      .readUsers()
      .catch((error) => error);
    expect(`${code} ${retry}`).toBe(expected);
  });

  test("an answer without end is cut off", async () => {
    const siro = await start();
    siro.faults.inject({ kind: "long", bytes: 9 * 1024 * 1024 });
    await expect(clientOf(siro).readUsers()).rejects.toThrow("longer than 8 MiB");
  });

  test("an error in a 200 fails what needs no answer, too", async () => {
    const siro = await start();
    const { phone, id } = siro.addRep();
    const { recordingId = "" } = await phone.tap(RESTART);
    siro.faults.inject({ kind: "error-in-200" }, { path: "/core/recordings" });
    await expect(
      clientOf(siro).asUser?.(id).titleRecording(recordingId, "Roof"),
    ).rejects.toMatchObject({ code: "SIRO_ANSWER_UNUSABLE" });
  });

  test("a redirect is not followed", async () => {
    const siro = await start();
    siro.faults.inject({ kind: "redirect", to: `${siro.url}/api-externalApi/v1/core/users` });
    await expect(clientOf(siro).readUsers()).rejects.toMatchObject({ code: "SIRO_UNAVAILABLE" });
    expect(siro.calls).toHaveLength(1);
  });

  test("a slow answer is waited for, a missing one only so long", async () => {
    const siro = await start();
    siro.addRep();
    siro.faults.inject({ kind: "slow", delayMs: 30 });
    expect(await clientOf(siro).readUsers()).toHaveLength(1);
    siro.faults.clear();
    siro.faults.inject({ kind: "hang" });
    await expect(clientOf(siro, { timeoutMs: 50 }).readUsers()).rejects.toThrow(
      "no answer within 50 ms",
    );
  });

  test("Retry-After counts, where Siro gives one", async () => {
    const siro = await start();
    siro.faults.inject({ kind: "status", status: 429, retryAfter: "7" });
    await expect(clientOf(siro).readUsers()).rejects.toMatchObject({ retryAfterMs: 7000 });
    siro.faults.inject({ kind: "status", status: 429 });
    const { retryAfterMs } = await clientOf(siro)
      .readUsers()
      .catch((error) => error);
    expect(retryAfterMs).toBeGreaterThanOrEqual(20_000);
  });

  test.each([
    ["86400", 3_600_000],
    ["9".repeat(400), 3_600_000],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 3_600_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ])("Retry-After counts for an hour at most: %s", (retryAfter, retryAfterMs) => {
    const reply = { status: 429, text: "", retryAfter };
    expect(judgeReply("acme", reply)).toMatchObject({ kind: "failed", error: { retryAfterMs } });
  });

  test("Retry-After is a whole number of milliseconds", () => {
    const now = jest.spyOn(Date, "now").mockReturnValue(NINE_MS + 0.5);
    const reply = { status: 503, text: "", retryAfter: new Date(NINE_MS + 5000).toUTCString() };
    const judged = judgeReply("acme", reply);
    now.mockRestore();
    expect(judged).toMatchObject({ error: { retryAfterMs: 5000 } });
  });

  test("names the field that Siro does not take, and never a token, a link or a body", async () => {
    const siro = await start();
    const { apiToken } = siro.settings;
    const secretive = { name: "ZodError", issues: [{ path: ["createdAtGt"], message: apiToken }] };
    siro.faults.inject({ kind: "status", status: 422, body: secretive });
    const client = clientOf(siro);
    const errors: Error[] = [];
    const note = (error: Error) => errors.push(error);
    await client.readMobileEvents({ afterMs: 0 }).catch(note);
    siro.faults.inject({ kind: "status", status: 403, body: `${LINK} 1010 ${apiToken}` });
    await client.readUsers().catch(note);
    await siro.stop();
    await client.readUsers().catch(note);
    expect(errors.map(({ message }) => message)).toEqual([
      "Siro refuses a request of acme: it answered 422 (createdAtGt)",
      "Siro refuses access to acme: it answered 403 (code 1010: the way out or the user agent is blocked)",
      expect.stringMatching(/^Siro is not available to acme: (ECONNREFUSED|UND_ERR_SOCKET)$/),
    ]);
    expect(JSON.stringify(errors)).not.toContain(apiToken);
  });

  test("says who it is: Siro's front refuses the names of libraries", async () => {
    const siro = await start();
    expect(await clientOf(siro).readOrganizationId()).toBe("siro-organization-1");
    expect(siro.calls[0]?.userAgent).toBe("siro-bridge");
  });
});
