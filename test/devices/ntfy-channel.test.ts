import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { ntfyChannel } from "../../src/devices/channels/ntfy.ts";
import { connectionSchema } from "../../src/domain/connection.ts";
import type { DueMessage } from "../../src/domain/prompt-message.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster } from "../../src/outbound/post-json.ts";
import { aDueMessage, type ChannelStage, channelContract } from "../contracts/channel.ts";
import { DANA } from "../support/builders.ts";
import { findProgram } from "../support/find-program.ts";
import {
  type NtfyAnswer,
  type NtfyServer,
  type NtfyServerOptions,
  startNtfyServer,
} from "../support/ntfy-server.ts";

const TOPIC = "siro-k3Zr8vQx1bD0_wYt";
const TOKEN = "tk_publishpublishpublish";
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

function channelTo(serverUrl: string, own: object = {}, allow = ["127.0.0.1"]) {
  const guard = createAddressGuard(allow);
  const poster = createPoster(guard);
  closing.push(() => poster.close());
  const acme = connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    channels: { ntfy: { serverUrl, ...own } },
  });
  return ntfyChannel({ poster, guard, connections: new Map([["acme", acme]]) });
}

async function openStage(options: NtfyServerOptions = {}, own: object = {}) {
  const server = await startNtfyServer(options);
  closing.push(() => server.stop());
  return { server, channel: channelTo(server.url, own) };
}

const address = { topic: TOPIC };
const context = { idempotencyKey: "p1-d1", nowMs: Date.now() };

const ANSWERS: Readonly<Record<Parameters<ChannelStage["answerNext"]>[0], NtfyAnswer | undefined>> =
  {
    accept: undefined,
    gone: { status: 400, code: 40010 },
    busy: { status: 429, code: 42901, headers: { "retry-after": "7" } },
    broken: { status: 502 },
    "hang-up": "hang-up",
  };

function aStop(): DueMessage {
  const start = aDueMessage();
  return { ...start, prompt: { ...start.prompt, promptId: "p2", action: "stop" } };
}

describe("the ntfy channel keeps the channel contract", () => {
  channelContract(async () => {
    const { server, channel } = await openStage({ token: TOKEN }, { token: TOKEN });
    return {
      channel,
      address,
      received: () => server.published.map((message) => JSON.stringify(message)),
      answerNext: (how) => {
        const answer = ANSWERS[how];
        if (answer !== undefined) {
          server.answerNext(answer);
        }
      },
      badAddresses: [
        null,
        {},
        { topic: "" },
        { topic: "with space" },
        { topic: "a/b" },
        { topic: "x".repeat(65) },
        { topic: "docs" },
        { topic: TOPIC, token: "tk_ofthephone" },
      ],
      secrets: [TOPIC, TOKEN, "127.0.0.1"],
    };
  });
});

describe("a prompt through ntfy", () => {
  test("opens Siro with one tap and our page with a button", async () => {
    const { server, channel } = await openStage();
    await channel.send(aDueMessage(), address, context);
    expect(server.published).toEqual([
      {
        topic: TOPIC,
        title: "Start recording",
        message: "Müller & Söhne <b> X-Injected: 1, 10:00 AM UTC to 11:00 AM UTC",
        priority: 5,
        tags: ["record_button"],
        click: "https://app.siro.ai/record?action=start",
        actions: [
          {
            action: "view",
            label: "Open page",
            url: "https://bridge.example.com/go/token",
            clear: true,
          },
        ],
        sequenceId: expect.stringMatching(/^[-_A-Za-z0-9]{32}$/),
      },
    ]);
  });

  test.each([
    ["initials", "M.S.B, 5:00 AM to 6:00 AM"],
    ["none", "5:00 AM to 6:00 AM"],
  ] as const)("says no more than %s, in the rep's time zone", async (privacy, text) => {
    const { server, channel } = await openStage();
    const base = aDueMessage();
    const appointment = { ...base.appointment, title: "Müller & Söhne Bau" };
    const rep = { ...DANA, timeZone: "America/New_York" };
    const link = `${base.link}&title=${encodeURIComponent(appointment.title)}`;
    await channel.send({ ...base, appointment, rep, link, privacy }, address, context);
    expect(server.published[0]?.message.replaceAll("\u202f", " ")).toBe(text);
    expect(server.published[0]?.click).toBe(base.openUrl);
    expect(decodeURIComponent(server.bodies.join())).not.toContain("Söhne");
  });

  test("the stop takes the place of the start, and is less loud", async () => {
    const { server, channel } = await openStage();
    await channel.send(aDueMessage(), address, context);
    await channel.send(aStop(), address, context);
    expect(server.published).toHaveLength(2);
    expect(server.shown(TOPIC)).toMatchObject([{ title: "Stop recording", priority: 4 }]);
  });

  test("is taken back, and nothing else with it", async () => {
    const { server, channel } = await openStage({ token: TOKEN }, { token: TOKEN });
    const { connection, appointment, rep } = aDueMessage();
    const { recordId } = appointment;
    await channel.send(aDueMessage(), address, context);
    const other = { ...appointment, recordId: "08p000000000002AAA" };
    await channel.send(aDueMessage({ appointment: other }), address, context);
    const clear = { kind: "clear", connection, recordId, userId: rep.userId } as const;
    expect(await channel.clear?.(clear, address, context)).toMatchObject({ kind: "accepted" });
    expect(server.shown(TOPIC)).toHaveLength(1);
    await channel.send(aDueMessage(), address, context);
    expect(server.shown(TOPIC)).toHaveLength(2);
  });

  test("cannot be taken back from a server of before 2.16, which is no reason to drop the device", async () => {
    const { channel } = await openStage({ isOld: true });
    const clear = { kind: "clear", connection: "acme", recordId: "r", userId: "u" } as const;
    expect(await channel.clear?.(clear, address, context)).toEqual({
      kind: "refused",
      reason: "NTFY_TOO_OLD",
      answer: "HTTP 404: the server is older than ntfy 2.16",
    });
  });

  test("is written small when it would be too large: the text goes, the link stays whole", async () => {
    const { server, channel } = await openStage();
    const link = `https://app.siro.ai/record?action=start&x=${"y".repeat(4000)}`;
    expect(await channel.send(aDueMessage({ link }), address, context)).toMatchObject({
      kind: "accepted",
    });
    expect(server.published).toMatchObject([
      { message: "Start recording", title: undefined, actions: [], click: link },
    ]);
  });

  test("that the server finds too large is sent once more, small, and then refused", async () => {
    const { server, channel } = await openStage();
    server.answerNext({ status: 413, code: 41303 });
    expect(await channel.send(aDueMessage(), address, context)).toMatchObject({ kind: "accepted" });
    expect(server.published).toMatchObject([{ message: "Start recording", actions: [] }]);
    server.answerNext({ status: 413, code: 41303 });
    server.answerNext({ status: 413, code: 41303 });
    expect(await channel.send(aDueMessage(), address, context)).toEqual({
      kind: "refused",
      reason: "CHANNEL_MESSAGE_REFUSED",
      answer: "HTTP 413, ntfy error 41303",
    });
    expect(server.bodies).toHaveLength(4);
  });
});

describe("an ntfy server that does not let us publish", () => {
  test.each([
    ["no token", {}],
    ["a wrong token", { token: "tk_wrong" }],
  ])("is an operator's business: %s", async (_what, own) => {
    const { server, channel } = await openStage({ token: TOKEN }, own);
    expect(await channel.send(aDueMessage(), address, context)).toMatchObject({
      kind: "refused",
      reason: "CHANNEL_ACCESS_REFUSED",
      answer: expect.stringMatching(/^HTTP 40[13], ntfy error 40301$/),
    });
    expect(server.published).toEqual([]);
  });

  test("is tried again when it is not found: a topic is never missing", async () => {
    const { server, channel } = await openStage();
    server.answerNext({ status: 404 });
    expect(await channel.send(aDueMessage(), address, context)).toEqual({
      kind: "try-later",
      answer: "HTTP 404",
    });
  });
});

describe("enrolling for ntfy", () => {
  test("needs the connection's settings", () => {
    const verdict = channelTo("https://ntfy.sh").checkAddress(address, "other");
    expect(verdict).toEqual({
      kind: "unusable",
      message: "address: ntfy is not set up; add channels.ntfy to the connection other",
    });
  });

  test("needs a server that the bridge may call; so does sending", async () => {
    const server: NtfyServer = await startNtfyServer();
    closing.push(() => server.stop());
    const channel = channelTo(server.url, {}, []);
    expect(channel.checkAddress(address, "acme")).toMatchObject({
      kind: "unusable",
      message: expect.stringMatching(/^address: the ntfy server: .*https/),
    });
    expect(await channel.send(aDueMessage(), address, context)).toMatchObject({
      kind: "refused",
      reason: "ADDRESS_REFUSED",
    });
    expect(server.bodies).toEqual([]);
  });

  test("is refused for settings that are gone, when the device is already there", async () => {
    const { channel } = await openStage();
    expect(
      await channel.send(aDueMessage({ connection: "other" }), address, context),
    ).toMatchObject({ kind: "refused", reason: "CHANNEL_NOT_CONFIGURED" });
    expect(await channel.send(aDueMessage(), { topic: "a b" }, context)).toMatchObject({
      kind: "refused",
      reason: "ADDRESS_UNREADABLE",
    });
  });
});

/** Debian's apprise; undefined, and said aloud, where it is not installed. */
function findApprise(): string | undefined {
  try {
    return findProgram(["apprise"]);
  } catch {
    process.stderr.write("ntfy: the check with apprise is skipped; apt-get install apprise\n");
    return undefined;
  }
}

describe("the stand-in itself", () => {
  const apprise = findApprise();
  const testWithApprise = apprise === undefined ? test.skip : test;

  testWithApprise("understands a client that we did not write: apprise", async () => {
    const { server } = await openStage();
    const click = "https://app.siro.ai/record?action=start";
    const query = `priority=max&tags=record_button,siro&click=${click}`;
    const target = `ntfy://${new URL(server.url).host}/${TOPIC}?${query}`;
    const args = ["-t", "Start recording", "-b", "Müller & Söhne", target];
    await promisify(execFile)(apprise ?? "", args);
    expect(server.published).toEqual([
      {
        topic: TOPIC,
        title: "Start recording",
        message: "Müller & Söhne",
        priority: 5,
        tags: ["record_button", "siro"],
        click,
        actions: [],
      },
    ]);
  });
});
