import { afterEach, describe, expect, test } from "@jest/globals";
import { smsChannel } from "../../src/devices/channels/sms.ts";
import { connectionSchema } from "../../src/domain/connection.ts";
import type { DueMessage } from "../../src/domain/prompt-message.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster } from "../../src/outbound/post-json.ts";
import { aDueMessage, type ChannelStage, channelContract } from "../contracts/channel.ts";
import { at, DANA } from "../support/builders.ts";
import {
  startTwilioServer,
  type TwilioAnswer,
  type TwilioServer,
} from "../support/twilio-server.ts";

const PHONE = "+12025550143";
const FROM = "+12025550100";
const address = { phone: PHONE };
const context = { idempotencyKey: "p1-d1", nowMs: at("09:58") };
const closing: (() => Promise<unknown>)[] = [];

/** The 7-bit alphabet of GSM 03.38 with its extension; anything else makes a message UCS-2. */
const GSM =
  /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

async function openStage(own: object = {}, allow = ["127.0.0.1"]) {
  const server: TwilioServer = await startTwilioServer();
  const { url: apiBaseUrl, accountSid, authToken } = server;
  const poster = createPoster(createAddressGuard(allow));
  closing.push(
    () => server.stop(),
    () => poster.close(),
  );
  const acme = connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    channels: { sms: { accountSid, authToken, from: FROM, apiBaseUrl, ...own } },
  });
  return { server, channel: smsChannel({ poster, connections: new Map([["acme", acme]]) }) };
}

async function textOf(own: Partial<DueMessage>): Promise<string> {
  const { server, channel } = await openStage();
  expect(await channel.send(aDueMessage(own), address, context)).toMatchObject({
    kind: "accepted",
  });
  return server.texts[0]?.["Body"] ?? "";
}

function titled(title: string): Partial<DueMessage> {
  return { appointment: { ...aDueMessage().appointment, title } };
}

const ANSWERS: Readonly<
  Record<Exclude<Parameters<ChannelStage["answerNext"]>[0], "accept">, TwilioAnswer>
> = {
  gone: { status: 400, code: 21610 },
  busy: { status: 429, code: 20429, headers: { "retry-after": "7" } },
  broken: { status: 503, code: 20503 },
  "hang-up": "hang-up",
};

describe("the sms channel keeps the channel contract", () => {
  channelContract(async () => {
    const { server, channel } = await openStage();
    return {
      channel,
      address,
      received: () => server.texts.map((text) => JSON.stringify(text)),
      answerNext: (how) => {
        if (how !== "accept") {
          server.answerNext(ANSWERS[how]);
        }
      },
      badAddresses: [
        null,
        {},
        { phone: "202 555 0143" },
        { phone: "+1 202 555 0143" },
        { phone: "+02025550143" },
        { phone: `${PHONE}\n` },
        { phone: "+1202555014300000" },
        { phone: PHONE, name: "Dana" },
      ],
      carries: "openUrl",
      secrets: [PHONE, FROM, server.authToken, server.accountSid, "127.0.0.1"],
    };
  });
});

describe("a prompt as a text", () => {
  test("says what to do and ends in our page; it is worthless when the prompt is", async () => {
    const { server, channel } = await openStage();
    await channel.send(aDueMessage({ ...titled("Müller roof") }), address, context);
    expect(server.texts).toEqual([
      {
        To: PHONE,
        From: FROM,
        Body: "Start recording: Müller roof, 10:00 AM UTC to 11:00 AM UTC https://bridge.example.com/go/token",
        ValidityPeriod: "3720",
      },
    ]);
  });

  test.each([
    ["a minute before the end", at("10:59"), 60],
    ["at the very end", at("11:00"), 5],
    ["days before", at("11:00") - 86_400_000, 36_000],
  ])("keeps to the times that Twilio takes: %s", async (_when, nowMs, seconds) => {
    const { server, channel } = await openStage();
    await channel.send(aDueMessage(), address, { ...context, nowMs });
    expect(server.texts[0]?.["ValidityPeriod"]).toBe(String(seconds));
  });

  test("goes through a messaging service where there is one", async () => {
    const from = `MG${"ab".repeat(16)}`;
    const { server, channel } = await openStage({ from });
    await channel.send(aDueMessage(), address, context);
    expect(server.texts[0]).toMatchObject({ MessagingServiceSid: from });
    expect(server.texts[0]).not.toHaveProperty("From");
  });

  test.each([
    ["Łukasz “Dach” Żółć…", 'Start recording: Lukasz "Dach" Zolc., '],
    ["Ωmega’s roof – 2", "Start recording: Ωmega's roof - 2, "],
    ["田中 太郎", "Start recording: 10:00"],
    ["Dana 🏠 Reed", "Start recording: Dana Reed, "],
  ])("stays within the 7-bit alphabet: %s", async (title, start) => {
    const text = await textOf(titled(title));
    expect(text).toMatch(GSM);
    expect(text.startsWith(start)).toBe(true);
  });

  test("is two messages at most, whatever the title and the page: the text is cut, never the link", async () => {
    const openUrl = `https://bridge.example.com/${"x".repeat(230)}/go/token`;
    const text = await textOf({ ...titled("{".repeat(300)), openUrl });
    expect([...text].length + (text.match(/[\^{}\\[~\]|€]/g) ?? []).length).toBeLessThanOrEqual(
      306,
    );
    expect(text.endsWith(` ${openUrl}`)).toBe(true);
    expect(text.startsWith("Start recording:")).toBe(true);
  });

  test.each([
    ["initials", "Start recording: M.S.B, 5:00 AM to 6:00 AM https"],
    ["none", "Start recording: 5:00 AM to 6:00 AM https"],
  ] as const)("says no more than %s, in the rep's time zone", async (privacy, start) => {
    const rep = { ...DANA, timeZone: "America/New_York" };
    const text = await textOf({ ...titled("Müller & Söhne Bau"), privacy, rep });
    expect(text.startsWith(start)).toBe(true);
  });

  test("is one line: a title cannot add another", async () => {
    expect(await textOf(titled("Roof\r\nSTOP\u2028now"))).not.toMatch(/[\r\n\u2028]/);
  });
});

describe("what Twilio says", () => {
  test.each<[string, number, number, object]>([
    ["no such number", 400, 21211, gone(21211)],
    ["no mobile phone", 400, 21614, gone(21614)],
    ["the person answered STOP", 400, 21610, gone(21610)],
    ["a landline", 400, 21635, gone(21635)],
    ["wrong credentials", 401, 20003, access("HTTP 401, Twilio error 20003")],
    ["an account that is suspended", 403, 20005, access("HTTP 403, Twilio error 20005")],
    ["a sender that is not ours", 400, 21606, access("HTTP 400, Twilio error 21606")],
    ["a region that is switched off", 400, 21408, message("HTTP 400, Twilio error 21408")],
    ["too many at once", 429, 20429, { kind: "try-later", answer: "HTTP 429" }],
    ["broken", 500, 20500, { kind: "try-later", answer: "HTTP 500" }],
  ])("%s", async (...[, status, code, expected]) => {
    const { server, channel } = await openStage();
    server.answerNext({ status, code });
    expect(await channel.send(aDueMessage(), address, context)).toEqual(expected);
  });

  test("wrong settings are found by the account's own checks", async () => {
    const { server, channel } = await openStage({ authToken: "another" });
    expect(await channel.send(aDueMessage(), address, context)).toEqual(
      access("HTTP 401, Twilio error 20003"),
    );
    expect(server.texts).toEqual([]);
  });
});

describe("enrolling a phone number", () => {
  test("needs the connection's settings; so does sending", async () => {
    const { channel } = await openStage();
    expect(channel.checkAddress(address, "other")).toEqual({
      kind: "unusable",
      message: "address: SMS is not set up; add channels.sms to the connection other",
    });
    const outcome = await channel.send(aDueMessage({ connection: "other" }), address, context);
    expect(outcome).toMatchObject({ kind: "refused", reason: "CHANNEL_NOT_CONFIGURED" });
  });
});

function gone(code: number): object {
  return { kind: "device-gone", answer: `HTTP 400, Twilio error ${code}` };
}

function access(answer: string): object {
  return { kind: "refused", reason: "CHANNEL_ACCESS_REFUSED", answer };
}

function message(answer: string): object {
  return { kind: "refused", reason: "CHANNEL_MESSAGE_REFUSED", answer };
}
