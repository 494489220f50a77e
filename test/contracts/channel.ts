import { expect, test } from "@jest/globals";
import type { Channel } from "../../src/devices/channels/channel.ts";
import type { DueMessage, PromptMessage } from "../../src/domain/prompt-message.ts";
import { anAppointment, at, DANA } from "../support/builders.ts";

/** A stand-in of one channel's provider, told how to answer next. */
export interface ChannelStage {
  readonly channel: Channel;
  readonly address: unknown;
  /** What the provider received so far, as text. */
  received(): readonly string[];
  /** What of it others than the rep and the operators' own systems can read: all, unless said otherwise. */
  readonly othersRead?: () => readonly string[];
  answerNext(answer: "accept" | "gone" | "busy" | "broken" | "hang-up"): void;
  readonly badAddresses: readonly unknown[];
  /** What brings the rep to Siro: Siro's link (unless said otherwise), our page, or the record in Salesforce. */
  readonly carries?: "link" | "openUrl" | "record";
  /** The provider's protocol has no word for when to come back. */
  readonly namesNoTime?: boolean;
  /** Parts of the address and of the settings that no answer may quote. */
  readonly secrets?: readonly string[];
}

/** A prompt that is due, as every channel gets it. */
export function aDueMessage(own: Partial<DueMessage> = {}): DueMessage {
  const appointment = anAppointment("08p000000000001AAA", ["10:00", "11:00"], {
    title: "Müller & Söhne <b>\r\nX-Injected: 1",
  });
  return {
    kind: "due",
    connection: "acme",
    appointment,
    rep: DANA,
    link: "https://app.siro.ai/record?action=start",
    privacy: "full",
    openUrl: "https://bridge.example.com/go/token",
    ackUrl: "https://bridge.example.com/ack/token",
    prompt: {
      promptId: "p1",
      userId: DANA.userId,
      recordType: appointment.recordType,
      recordId: appointment.recordId,
      action: "start",
      dueAtMs: at("09:58"),
      expiresAtMs: at("11:00"),
      generation: 1,
      state: "due",
      reason: "the visit begins",
      token: "token",
    },
    ...own,
  };
}

/** What every channel must hold to, whatever its provider is. */
export function channelContract(open: () => Promise<ChannelStage>): void {
  const context = { idempotencyKey: "p1-d1", nowMs: Date.now() };
  const openUrl = "https://bridge.example.com/rep";
  const test_: PromptMessage = {
    kind: "test",
    connection: "acme",
    promptId: "t1",
    rep: DANA,
    openUrl,
  };

  test("an accepted prompt is accepted, and the provider has what brings the rep to Siro", async () => {
    const stage = await open();
    const { carries = "link" } = stage;
    const message = aDueMessage();
    const outcome = await stage.channel.send(message, stage.address, context);
    expect(outcome).toMatchObject({ kind: "accepted", tookMs: expect.any(Number) });
    const ways = { link: message.link, openUrl: message.openUrl, record: "08p000000000001AAA" };
    const received = stage.received().join();
    expect(received).toContain(ways[carries]);
    // Where Siro's link is not what is tapped, it is nowhere: a scanner or a preview must not follow it.
    expect(received.includes("app.siro.ai")).toBe(carries === "link");
  });

  test("a test message is accepted and carries no Siro action", async () => {
    const stage = await open();
    expect(await stage.channel.send(test_, stage.address, context)).toMatchObject({
      kind: "accepted",
    });
    expect(stage.received()).toHaveLength(1);
    expect(stage.received().join()).not.toContain("app.siro.ai");
  });

  test("a device that is gone is told apart", async () => {
    const stage = await open();
    stage.answerNext("gone");
    expect(await stage.channel.send(aDueMessage(), stage.address, context)).toMatchObject({
      kind: "device-gone",
    });
  });

  test("a busy provider's own time is honoured", async () => {
    const stage = await open();
    stage.answerNext("busy");
    expect(await stage.channel.send(aDueMessage(), stage.address, context)).toEqual({
      kind: "try-later",
      answer: expect.any(String),
      ...(stage.namesNoTime === true ? {} : { retryAfterMs: 7000 }),
    });
  });

  test.each(["broken", "hang-up"] as const)("a %s provider is tried again later", async (how) => {
    const stage = await open();
    stage.answerNext(how);
    const outcome = await stage.channel.send(aDueMessage(), stage.address, context);
    expect(outcome).toMatchObject({ kind: "try-later" });
    expect(outcome).not.toHaveProperty("retryAfterMs");
  });

  test("an address of the wrong shape is refused before anything is sent", async () => {
    const stage = await open();
    for (const address of stage.badAddresses) {
      expect(stage.channel.checkAddress(address, "acme")).toMatchObject({
        kind: "unusable",
        message: expect.stringMatching(/address/),
      });
    }
    expect(stage.channel.checkAddress(stage.address, "acme")).toEqual({ kind: "usable" });
  });

  test("it says which host an attempt is sent to", async () => {
    const { channel, address } = await open();
    expect(channel.hostOf(address, "acme")).toMatch(/^(127\.0\.0\.1|localhost)$/);
  });

  test.each([
    "initials",
    "none",
  ] as const)("with privacy %s nobody on the way reads the customer's name", async (privacy) => {
    const stage = await open();
    const { appointment } = aDueMessage();
    const message = aDueMessage({
      appointment: { ...appointment, title: "Jane Doe" },
      link: "https://app.siro.ai/record?action=start&title=Jane%20Doe",
      privacy,
    });
    expect(await stage.channel.send(message, stage.address, context)).toMatchObject({
      kind: "accepted",
    });
    expect(stage.received()).toHaveLength(1);
    expect((stage.othersRead ?? stage.received)().join()).not.toMatch(/jane|doe/i);
  });

  test("no answer quotes an address, a link or a person", async () => {
    const stage = await open();
    for (const how of ["accept", "gone", "busy", "broken", "hang-up"] as const) {
      stage.answerNext(how);
      const { ...outcome } = await stage.channel.send(aDueMessage(), stage.address, context);
      const told = JSON.stringify(outcome);
      expect(told).not.toMatch(/whsec_|https?:|app\.siro\.ai|dana|müller/i);
      expect((stage.secrets ?? []).filter((secret) => told.includes(secret))).toEqual([]);
    }
  });
}
