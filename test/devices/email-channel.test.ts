import { afterEach, describe, expect, test } from "@jest/globals";
import { emailChannel } from "../../src/devices/channels/email.ts";
import { connectionSchema } from "../../src/domain/connection.ts";
import type { DueMessage } from "../../src/domain/prompt-message.ts";
import { createMailer } from "../../src/outbound/mailer.ts";
import { aDueMessage, type ChannelStage, channelContract } from "../contracts/channel.ts";
import { DANA } from "../support/builders.ts";
import { type MailServer, type MailTrouble, startMailServer } from "../support/mail-server.ts";
import { allParts, partOf } from "../support/read-mail.ts";
import { until } from "../support/until.ts";

const EMAIL = "rep.of.roofing@example.com";
const address = { email: EMAIL };
const context = { idempotencyKey: "p1-d1", nowMs: Date.now() };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

function channelTo(smtpUrl: string | undefined) {
  const mailer = smtpUrl === undefined ? undefined : createMailer(smtpUrl);
  if (mailer !== undefined) {
    closing.push(() => mailer.close());
  }
  const acme = connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    channels: { email: { from: "Siro bridge <prompts@acme-roofing.example>" } },
  });
  return { mailer, channel: emailChannel({ mailer, connections: new Map([["acme", acme]]) }) };
}

interface Stage extends ReturnType<typeof channelTo> {
  readonly server: MailServer;
}

async function openStage(
  credentials?: readonly [string, string],
  used = credentials,
): Promise<Stage> {
  const server = await startMailServer(credentials);
  closing.unshift(() => server.stop());
  const login = used === undefined ? "" : `${used.map(encodeURIComponent).join(":")}@`;
  return { server, ...channelTo(`smtp://${login}127.0.0.1:${server.port}`) };
}

const TROUBLES: Readonly<
  Record<Exclude<Parameters<ChannelStage["answerNext"]>[0], "accept">, MailTrouble>
> = {
  gone: { at: "recipient", status: 550, text: `5.1.1 <${EMAIL}> no such user` },
  busy: { at: "message", status: 451, text: `4.7.1 <${EMAIL}> try again in 7 seconds` },
  broken: { at: "greeting", status: 421, text: "4.3.2 shutting down" },
  "hang-up": { at: "message", status: "hang-up" },
};

describe("the email channel keeps the channel contract", () => {
  channelContract(async () => {
    const { server, channel } = await openStage();
    return {
      channel,
      address,
      received: () =>
        server.arrived.map(({ mail }) =>
          allParts(mail)
            .map(({ headers, text }) => `${[...headers].join("\n")}\n${text}`)
            .join("\n"),
        ),
      answerNext: (how) => {
        if (how !== "accept") {
          server.troubleNext(TROUBLES[how]);
        }
      },
      badAddresses: [
        null,
        {},
        { email: "" },
        { email: "dana" },
        { email: "dana@example.com\r\nBcc: eve@example.com" },
        { email: "dana@example.com, eve@example.com" },
        { email: "Dana <dana@example.com>" },
        { email: EMAIL, name: "Dana" },
      ],
      carries: "openUrl",
      namesNoTime: true,
      secrets: [EMAIL, "acme-roofing", "127.0.0.1"],
    };
  });
});

/** A mail for a start; what a test changes of the message. */
async function arriving(own: Partial<DueMessage> = {}) {
  const { server, channel } = await openStage();
  await channel.send(aDueMessage(own), address, context);
  const [arrived] = server.arrived;
  if (arrived === undefined) {
    throw new Error("nothing arrived");
  }
  return { ...arrived, header: (name: string) => arrived.mail.headers.get(name) };
}

describe("a prompt as a mail", () => {
  test("has our page in text, HTML and calendar, and says who sent it and that nobody need answer", async () => {
    const { to, mail, header } = await arriving();
    expect(to).toEqual([EMAIL]);
    expect(header("to")).toBe(EMAIL);
    expect(header("from")).toBe("Siro bridge <prompts@acme-roofing.example>");
    expect(header("subject")?.replaceAll("\u202f", " ")).toBe(
      "Start recording: Müller & Söhne <b> X-Injected: 1, 10:00 AM UTC to 11:00 AM UTC",
    );
    expect(header("auto-submitted")).toBe("auto-generated");
    expect(partOf(mail, "text/plain")?.text).toContain("\nhttps://bridge.example.com/go/token");
    const html = partOf(mail, "text/html")?.text;
    expect(html).toContain('href="https://bridge.example.com/go/token"');
    expect(html).toContain("Müller &amp; Söhne &lt;b&gt;");
    expect(allParts(mail).map(({ headers }) => headers.get("content-type")?.split(";")[0])).toEqual(
      [
        ...["multipart/mixed", "multipart/alternative", "text/plain", "text/html"],
        ...["text/calendar", "application/ics"],
      ],
    );
  });

  test("cannot be given headers by a title", async () => {
    const title =
      "Roof\r\nBcc: eve@example.com\n\nX: 1\u0000\u2028\u0085Y: =?utf-8?Q?a=0D=0ABcc:?=";
    const base = aDueMessage();
    const { to, mail } = await arriving({ appointment: { ...base.appointment, title } });
    expect(to).toEqual([EMAIL]);
    for (const { headers } of allParts(mail)) {
      expect([...headers.keys()].filter((name) => /^(bcc|x|y)$/.test(name))).toEqual([]);
    }
    expect(mail.headers.get("subject")).toContain("Roof Bcc: eve@example.com X: 1");
  });

  test.each([
    ["initials", "Start recording: M.S.B, 5:00 AM to 6:00 AM"],
    ["none", "Start recording: 5:00 AM to 6:00 AM"],
  ] as const)("says no more than %s anywhere, in the rep's time zone", async (privacy, subject) => {
    const base = aDueMessage();
    const { mail, header } = await arriving({
      privacy,
      appointment: { ...base.appointment, title: "Müller & Söhne Bau" },
      rep: { ...DANA, timeZone: "America/New_York" },
    });
    expect(header("subject")?.replaceAll("\u202f", " ")).toBe(subject);
    const texts = allParts(mail).map(({ headers, text }) => `${[...headers].join()} ${text}`);
    expect(texts.join()).not.toMatch(/Söhne|Müller/);
  });

  test("has the same Message-ID when it is sent again, and another for another delivery", async () => {
    const { server, channel } = await openStage();
    await channel.send(aDueMessage(), address, context);
    await channel.send(aDueMessage(), address, context);
    await channel.send(aDueMessage(), address, { ...context, idempotencyKey: "p1>\r\nX: 1" });
    const ids = server.arrived.map(({ mail }) => mail.headers.get("message-id"));
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@acme-roofing\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toMatch(/^<[0-9a-f]{40}@acme-roofing\.example>$/);
    expect(ids[2]).not.toBe(ids[0]);
    expect(server.sessions()).toBe(1);
  });
});

describe("the calendar entry of a mail", () => {
  const unfolded = (text = "") => text.replaceAll(/\r\n[ \t]/g, "").split("\r\n");

  test("is the visit with our page and an alarm at its start", async () => {
    const { mail } = await arriving();
    const calendar = partOf(mail, "text/calendar");
    expect(calendar?.headers.get("content-type")).toMatch(/method=PUBLISH/i);
    expect(unfolded(calendar?.text)).toEqual(
      expect.arrayContaining([
        "METHOD:PUBLISH",
        "DTSTART:20261123T100000Z",
        "DTEND:20261123T110000Z",
        "SEQUENCE:2",
        "URL:https://bridge.example.com/go/token",
        "BEGIN:VALARM",
        "TRIGGER;VALUE=DATE-TIME:20261123T100000Z",
      ]),
    );
    expect(calendar?.text).not.toMatch(/^X-Injected/m);
  });

  test("of a stop takes the place of its start", async () => {
    const { server, channel } = await openStage();
    const start = aDueMessage();
    const dueAtMs = start.appointment.endAtMs;
    const stop = { ...start, prompt: { ...start.prompt, action: "stop", dueAtMs } } as const;
    await channel.send(start, address, context);
    await channel.send(stop, address, context);
    const [first, second] = server.arrived.map(({ mail }) =>
      unfolded(partOf(mail, "text/calendar")?.text),
    );
    const uid = first?.find((line) => line.startsWith("UID:"));
    expect(uid).toMatch(/^UID:[-\w]{32}@siro-bridge$/);
    expect(second).toEqual(
      expect.arrayContaining([uid, "SEQUENCE:3", "TRIGGER;VALUE=DATE-TIME:20261123T110000Z"]),
    );
  });
});

describe("what a mail server says", () => {
  test.each<[at: "greeting" | "sender" | "recipient" | "message", reply: string, object]>([
    ["recipient", "550 5.1.1 unknown", { kind: "device-gone", answer: "SMTP 550 5.1.1" }],
    ["recipient", "550 5.2.1 disabled", { kind: "device-gone", answer: "SMTP 550 5.2.1" }],
    ["recipient", "550 5.7.1 relaying denied", refused("SMTP 550 5.7.1")],
    ["recipient", "550 relay not permitted", refused("SMTP 550")],
    ["recipient", "450 4.2.0 greylisted", { kind: "try-later", answer: "SMTP 450 4.2.0" }],
    ["sender", "553 5.1.8 bad sender", refused("SMTP 553 5.1.8")],
    ["message", "554 5.7.1 spam", refused("SMTP 554 5.7.1")],
    ["message", "452 4.3.1 full", { kind: "try-later", answer: "SMTP 452 4.3.1" }],
    ["greeting", "421 busy", { kind: "try-later", answer: "SMTP 421" }],
  ])("at the %s, %s", async (at, reply, expected) => {
    const { server, channel } = await openStage();
    server.troubleNext({ at, status: Number(reply.slice(0, 3)), text: reply.slice(4) });
    expect(await channel.send(aDueMessage(), address, context)).toEqual(expected);
    expect(await channel.send(aDueMessage(), address, context)).toMatchObject({ kind: "accepted" });
  });

  test("signs in, and a wrong password is an operator's business", async () => {
    const user = ["bridge@acme", "p@ss:word/1"] as const;
    const right = await openStage(user);
    expect(await right.channel.send(aDueMessage(), address, context)).toMatchObject({
      kind: "accepted",
    });
    const wrong = await openStage(user, ["bridge@acme", "wrong"]);
    expect(await wrong.channel.send(aDueMessage(), address, context)).toEqual({
      kind: "refused",
      reason: "CHANNEL_ACCESS_REFUSED",
      answer: "SMTP 535 5.7.8",
    });
  });

  test("nobody there is tried again later", async () => {
    const { server, channel } = await openStage();
    await server.stop();
    expect(await channel.send(aDueMessage(), address, context)).toEqual({
      kind: "try-later",
      answer: expect.stringMatching(/^E[A-Z]+$/),
    });
  });

  test("an attempt that hangs is cut when the process ends", async () => {
    const { server, channel, mailer } = await openStage();
    server.troubleNext({ at: "message", status: "hang" });
    const attempt = channel.send(aDueMessage(), address, context);
    await until(() => server.isHanging(), { timeoutMs: 5000, what: "the server to keep silent" });
    await mailer?.abort();
    expect(await attempt).toEqual({ kind: "try-later", answer: "EABORT" });
  });
});

describe("enrolling an e-mail address", () => {
  const message =
    "address: e-mail is not set up; set SMTP_URL and channels.email.from of the connection";

  test("needs a mail server and a sender", () => {
    expect(channelTo(undefined).channel.checkAddress(address, "acme")).toEqual({
      kind: "unusable",
      message: `${message} acme`,
    });
    expect(channelTo("smtp://127.0.0.1:1").channel.checkAddress(address, "other")).toEqual({
      kind: "unusable",
      message: `${message} other`,
    });
  });

  test("is an operator's business when the settings are gone", async () => {
    expect(await channelTo(undefined).channel.send(aDueMessage(), address, context)).toMatchObject({
      kind: "refused",
      reason: "CHANNEL_NOT_CONFIGURED",
    });
  });
});

function refused(answer: string): object {
  return { kind: "refused", reason: "CHANNEL_MESSAGE_REFUSED", answer };
}
