import { afterEach, describe, expect, test } from "@jest/globals";
import { openChannels } from "../../src/channels.ts";
import type { Channel } from "../../src/devices/channels/channel.ts";
import { connectionSchema } from "../../src/domain/connection.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";
import type { Fault } from "../../src/local-mode/stub-org/wire/faults.ts";
import { aDueMessage, type ChannelStage, channelContract } from "../contracts/channel.ts";
import { DANA } from "../support/builders.ts";

const ACTION = "customNotificationAction";
const RECORD = "08p000000000001AAA";
const context = { idempotencyKey: "p1-d1", nowMs: Date.now() };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

interface StageOptions {
  readonly stub?: StubOrgOptions;
  readonly hasType?: boolean;
}

interface Stage {
  readonly org: StubOrg;
  readonly channel: Channel;
  /** Makes the notification type; made again, it has another id. */
  makeType(): string;
}

function setRep({ store }: StubOrg, isThere: boolean): void {
  const isKnown = store.get(DANA.userId) !== undefined;
  if (isThere && !isKnown) {
    store.insert("User", { Id: DANA.userId, LastName: "Reed", Email: DANA.email });
  }
  if (isKnown && !isThere) {
    store.purge(DANA.userId);
  }
}

/** The channel as the web process opens it: the org is opened when it is needed. */
async function openStage({ stub, hasType = true }: StageOptions = {}): Promise<Stage> {
  const org = await startStubOrg(stub);
  const makeType = () =>
    idOf(
      org.store.insert("CustomNotificationType", {
        DeveloperName: "Siro_Prompt",
        MasterLabel: "Siro Prompt",
      }),
    );
  if (hasType) {
    makeType();
  }
  setRep(org, true);
  const { clientId, clientSecret } = org.app;
  const acme = connectionSchema.parse({
    name: "acme",
    organizationId: org.organizationId,
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    salesforce: {
      instanceUrl: org.url,
      auth: { kind: "client-credentials", clientId, clientSecret },
    },
    channels: { salesforceNotification: {} },
  });
  const unset = { ...acme, name: "unset", channels: {} };
  const connections = new Map([acme, unset].map((one) => [one.name, one]));
  const { channels, abort } = openChannels({ outboundAllow: ["127.0.0.1"], connections });
  closing.push(abort, () => org.stop());
  const channel = channels.get("salesforce-notification");
  if (channel === undefined) {
    throw new Error("no such channel");
  }
  return { org, channel, makeType };
}

const FAULTS: Readonly<
  Record<Exclude<Parameters<ChannelStage["answerNext"]>[0], "accept" | "gone">, Fault>
> = {
  busy: { kind: "too-many-requests", retryAfterSeconds: 7 },
  broken: { kind: "unavailable-html" },
  "hang-up": { kind: "reset" },
};

describe("the salesforce-notification channel keeps the channel contract", () => {
  channelContract(async () => {
    const { org, channel } = await openStage();
    return {
      channel,
      address: {},
      received: () => org.notifications.map((notification) => JSON.stringify(notification)),
      answerNext: (how) => {
        setRep(org, how !== "gone");
        if (how !== "gone" && how !== "accept") {
          org.faults.inject(FAULTS[how], { path: ACTION });
        }
      },
      badAddresses: [null, "", [], { userId: DANA.userId }],
      carries: "record",
      secrets: [DANA.userId, org.app.clientSecret ?? "", "127.0.0.1"],
    };
  });
});

describe("a prompt through Salesforce", () => {
  test("goes to the rep's own user and opens the record", async () => {
    const { org, channel } = await openStage();
    await channel.send(aDueMessage(), {}, context);
    expect(org.notifications).toEqual([
      {
        customNotifTypeId: expect.stringMatching(/^0ML\w{15}$/),
        recipientIds: [DANA.userId],
        title: "Start recording",
        body: expect.stringMatching(
          /^Müller & Söhne <b> X-Injected: 1, 10:00\sAM UTC to 11:00\sAM UTC$/,
        ),
        targetId: RECORD,
      },
    ]);
  });

  test.each([
    ["initials", "M.S.B, 5:00 AM to 6:00 AM"],
    ["none", "5:00 AM to 6:00 AM"],
  ] as const)("says no more than %s, in the rep's time zone", async (privacy, body) => {
    const { org, channel } = await openStage();
    const base = aDueMessage();
    const appointment = { ...base.appointment, title: "Müller & Söhne Bau" };
    const rep = { ...DANA, timeZone: "America/New_York" };
    await channel.send({ ...base, appointment, rep, privacy }, {}, context);
    expect(org.notifications[0]?.body.replaceAll("\u202f", " ")).toBe(body);
  });

  test("of a test opens nothing", async () => {
    const { org, channel } = await openStage();
    const openUrl = "https://bridge.example.com/rep";
    const message = {
      kind: "test",
      connection: "acme",
      promptId: "t1",
      rep: DANA,
      openUrl,
    } as const;
    await channel.send(message, {}, context);
    expect(org.notifications).toMatchObject([{ targetId: "000000000000000AAA" }]);
  });

  test("looks its type up once, and again when it was made anew", async () => {
    const { org, channel, makeType } = await openStage();
    await channel.send(aDueMessage(), {}, context);
    await channel.send(aDueMessage(), {}, context);
    expect(org.calls.count("tooling-query")).toBe(1);
    org.store.purge(org.notifications[0]?.customNotifTypeId ?? "");
    const newId = makeType();
    expect(await channel.send(aDueMessage(), {}, context)).toMatchObject({ kind: "accepted" });
    expect(org.notifications.map(({ customNotifTypeId }) => customNotifTypeId)[2]).toBe(newId);
    expect(org.calls.count("tooling-query")).toBe(2);
  });
});

describe("an org that does not send", () => {
  test("for want of the type is an operator's business, until somebody makes it", async () => {
    const { channel, makeType } = await openStage({ hasType: false });
    expect(await channel.send(aDueMessage(), {}, context)).toEqual({
      kind: "refused",
      reason: "CHANNEL_NOT_CONFIGURED",
      answer: "the org has no custom notification type of that name",
    });
    makeType();
    expect(await channel.send(aDueMessage(), {}, context)).toMatchObject({ kind: "accepted" });
  });

  test("for want of the permission is an operator's business", async () => {
    const { channel } = await openStage({ stub: { canSendNotifications: false } });
    expect(await channel.send(aDueMessage(), {}, context)).toEqual({
      kind: "refused",
      reason: "CHANNEL_ACCESS_REFUSED",
      answer: "the integration user may not send custom notifications",
    });
  });

  test.each<[string, Fault, object]>([
    [
      "does not let us in",
      { kind: "api-error", status: 403, errorCode: "API_DISABLED_FOR_ORG" },
      { kind: "refused", reason: "ORG_ACCESS_REFUSED", answer: expect.not.stringMatching(/http/) },
    ],
    [
      "finds the request wrong",
      { kind: "api-error", status: 400, errorCode: "INVALID_TYPE" },
      { kind: "refused", reason: "CHANNEL_MESSAGE_REFUSED", answer: "INVALID_TYPE" },
    ],
    [
      "has no calls left",
      { kind: "daily-limit" },
      { kind: "try-later", answer: "ORG_API_LIMIT", retryAfterMs: 300_000 },
    ],
    ["answers half", { kind: "cut-json" }, { kind: "try-later", answer: "ORG_UNAVAILABLE" }],
    ["answers with a page", { kind: "html" }, { kind: "try-later", answer: "ORG_UNAVAILABLE" }],
  ])("because it %s", async (_why, fault, expected) => {
    const { org, channel } = await openStage();
    org.faults.inject(fault, { path: ACTION });
    expect(await channel.send(aDueMessage(), {}, context)).toEqual(expected);
    expect(await channel.send(aDueMessage(), {}, context)).toMatchObject({ kind: "accepted" });
  });

  test("renews a session that has ended", async () => {
    const { org, channel } = await openStage();
    await channel.send(aDueMessage(), {}, context);
    org.sessions.endAll();
    expect(await channel.send(aDueMessage(), {}, context)).toMatchObject({ kind: "accepted" });
  });
});

describe("enrolling for Salesforce notifications", () => {
  const message = (name: string) =>
    `address: Salesforce notifications are not set up; add salesforce and channels.salesforceNotification to the connection ${name}`;

  test.each(["unset", "other"])("needs an org and the setting: %s", async (name) => {
    const { channel } = await openStage();
    expect(channel.checkAddress({}, name)).toEqual({ kind: "unusable", message: message(name) });
    expect(await channel.send(aDueMessage({ connection: name }), {}, context)).toMatchObject({
      kind: "refused",
      reason: "CHANNEL_NOT_CONFIGURED",
    });
  });
});
