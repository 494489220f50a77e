import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  type StubSiro,
  type StubSiroOptions,
  startStubSiro,
} from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { listenAnywhere } from "../support/webhook-sink.ts";

const START = "https://app.siro.ai/record?action=start";
const STOP = "https://app.siro.ai/record?action=stop";
const RESTART = "https://app.siro.ai/record?action=restart";
const CRM = encodeURIComponent('[{"objectType":"ServiceAppointment","objectId":"08p1"}]');

const running: StubSiro[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((siro) => siro.stop()));
});

async function aSiro(options: StubSiroOptions = {}) {
  const siro = await startStubSiro(options);
  running.push(siro);
  const { phone, id } = siro.addRep({ email: "rep@example.com" });
  const told = () =>
    siro.world.events.map(({ eventCode, event }) => event["value"] ?? eventCode.slice(8));
  return { siro, phone, id, told };
}

describe("the app on the phone", () => {
  test("start begins a recording with its title and what it is about", async () => {
    const { siro, phone, told } = await aSiro();
    const link = `${START}&title=Roof%20%26%20co&integrationConnectionId=C&crmObjects=${CRM}`;
    const { opened, recordingId } = await phone.tap(link);
    expect(opened).toBe("app");
    expect(siro.world.recordings.get(recordingId ?? "")).toMatchObject({
      title: "Roof & co",
      trigger: "modern-deeplink",
      state: "recording",
      wanted: {
        integrationConnectionId: "C",
        objects: [{ objectType: "ServiceAppointment", objectId: "08p1" }],
      },
      linked: null,
    });
    expect(told()).toEqual(["Received", "start", "Consumed"]);
  });

  test("asks the customer when it is told to, and throws away what a customer declined", async () => {
    const { siro, phone } = await aSiro();
    const consents = () =>
      siro.world.events.flatMap(({ eventCode, event }) =>
        eventCode === "consentStatusChanged" ? [event["status"]] : [],
      );
    await phone.tap(START);
    expect(consents()).toEqual([]);
    phone.consent = "granted";
    await phone.tap(RESTART);
    expect([consents(), phone.screen]).toEqual([["requested", "granted"], "recorder"]);
    phone.consent = "declined";
    const { recordingId } = await phone.tap(RESTART);
    expect([recordingId, phone.screen]).toEqual([undefined, "home"]);
    expect(consents().slice(2)).toEqual(["requested", "declined"]);
    expect([...siro.world.recordings.values()].map(({ state }) => state)).toEqual([
      "ended",
      "ended",
      "cancelled",
    ]);
  });

  test("start continues what records, and what is paused, and never changes what it is about", async () => {
    const { siro, phone, told } = await aSiro();
    const { recordingId } = await phone.tap(START);
    const again = await phone.tap(`${START}&integrationConnectionId=C&crmObjects=${CRM}`);
    expect(again.recordingId).toBe(recordingId);
    expect(siro.world.recordings.get(recordingId ?? "")?.wanted).toBeNull();
    phone.press("pause");
    expect((await phone.tap(START)).recordingId).toBe(recordingId);
    expect(phone.recording?.state).toBe("recording");
    expect(told().filter((what) => !/Received|Consumed/.test(what))).toEqual([
      "start",
      "pause",
      "resume",
    ]);
  });

  test("restart ends one and begins another, without a title", async () => {
    const { siro, phone, told } = await aSiro();
    const first = await phone.tap(START);
    const second = await phone.tap(
      `${RESTART}&title=x&integrationConnectionId=C&crmObjects=${CRM}`,
    );
    expect(second.recordingId).not.toBe(first.recordingId);
    const { recordings } = siro.world;
    expect(recordings.get(first.recordingId ?? "")).toMatchObject({ state: "ended" });
    expect(recordings.get(second.recordingId ?? "")).toMatchObject({
      state: "recording",
      title: null,
    });
    expect(told().slice(-4)).toEqual(["Received", "stop", "start", "Consumed"]);
  });

  test("stop ends it without the debrief that the button leads to", async () => {
    const { phone } = await aSiro();
    await phone.tap(START);
    const { recordingId } = await phone.tap(STOP);
    expect(recordingId).toBeUndefined();
    expect(phone.screen).toBe("home");
    phone.press("record");
    phone.press("stop");
    expect(phone.screen).toBe("debrief");
  });

  test("without sign-in, or for an action it does not know, a link is received and nothing more", async () => {
    const { phone, told } = await aSiro();
    phone.isSignedIn = false;
    await phone.tap(START);
    phone.isSignedIn = true;
    await phone.tap("https://app.siro.ai/record?action=begin");
    expect(told()).toEqual(["Received", "Received"]);
    expect(phone.recording).toBeUndefined();
  });

  test("without a microphone a link is consumed and nothing is recorded", async () => {
    const { phone, told } = await aSiro();
    phone.hasMicrophone = false;
    await phone.tap(START);
    expect(told()).toEqual(["Received", "Consumed"]);
  });

  test("a link of another host opens the browser, and Siro hears nothing", async () => {
    const { phone, told } = await aSiro({ linkHost: "salespro.siro.ai" });
    expect(await phone.tap(START)).toMatchObject({ opened: "browser" });
    expect(told()).toEqual([]);
    expect(await phone.tap(START.replace("app", "salespro"))).toMatchObject({ opened: "app" });
  });

  test("the redirect is opened after the action, over HTTP", async () => {
    const arrived: string[] = [];
    const page = createServer((request, response) => {
      arrived.push(request.url ?? "");
      response.end();
    });
    const url = `http://127.0.0.1:${await listenAnywhere(page)}/done/token?x=1`;
    const { phone } = await aSiro({
      openUrl: async (address) => {
        await fetch(address);
      },
    });
    const { redirectedTo } = await phone.tap(`${STOP}&redirectUrl=${encodeURIComponent(url)}`);
    page.closeAllConnections();
    page.close();
    expect(redirectedTo).toBe(url);
    expect(arrived).toEqual(["/done/token?x=1"]);
  });

  test("a phone without network keeps its events with their times, and uploads them later", async () => {
    let nowMs = Date.UTC(2026, 10, 23, 9);
    const { siro, phone } = await aSiro({ nowMs: () => nowMs });
    phone.isOnline = false;
    await phone.tap(START);
    nowMs += 3_600_000;
    expect(siro.world.events.some(({ isUploaded }) => isUploaded)).toBe(false);
    phone.isOnline = true;
    expect(siro.world.events.every(({ isUploaded }) => isUploaded)).toBe(true);
    expect(siro.world.events[0]?.createdAtMs).toBe(nowMs - 3_600_000);
  });
});
