import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { webhookChannel } from "../../src/devices/channels/webhook.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster } from "../../src/outbound/post-json.ts";
import { aDueMessage, type ChannelStage, channelContract } from "../contracts/channel.ts";
import { listenAnywhere, SINK_SECRET, startWebhookSink } from "../support/webhook-sink.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

function openChannel(allow: readonly string[]) {
  const guard = createAddressGuard(allow);
  const poster = createPoster(guard);
  closing.push(() => poster.close());
  return webhookChannel({ poster, guard });
}

async function openStage(): Promise<ChannelStage> {
  const bodies: string[] = [];
  let next: Parameters<ChannelStage["answerNext"]>[0] = "accept";
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      bodies.push(body);
      const how = next;
      next = "accept";
      if (how === "hang-up") {
        request.socket.destroy();
        return;
      }
      const status = { accept: 202, gone: 410, busy: 429, broken: 500 }[how];
      response.writeHead(status, how === "busy" ? { "retry-after": "7" } : {}).end();
    });
  });
  const port = await listenAnywhere(server);
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    channel: openChannel(["127.0.0.1"]),
    address: { url: `http://127.0.0.1:${port}/hook`, secret: SINK_SECRET },
    received: () => bodies,
    // The receiver is the operators' own.
    othersRead: () => [],
    answerNext: (how) => {
      next = how;
    },
    badAddresses: [
      null,
      {},
      { url: "https://hooks.example.com" },
      { url: "ftp://hooks.example.com", secret: SINK_SECRET },
      { url: "https://hooks.example.com", secret: "whsec_short" },
      { url: "http://hooks.example.com", secret: SINK_SECRET },
    ],
  };
}

describe("the webhook channel keeps the channel contract", () => {
  channelContract(openStage);
});

describe("the webhook channel", () => {
  test("signs as Standard Webhooks and says what the contract promises", async () => {
    const sink = await startWebhookSink();
    closing.push(() => sink.stop());
    const channel = openChannel(["127.0.0.1"]);
    const address = { url: `${sink.url}/hook`, secret: sink.secret };
    const nowMs = Date.now();
    await channel.send(aDueMessage(), address, { idempotencyKey: "p1-d1", nowMs });
    const [message] = sink.arrived;
    expect(message).toMatchObject({ isGenuine: true, webhookId: "p1-d1", type: "prompt.due" });
    expect(message?.data).toEqual({
      promptId: "p1",
      action: "start",
      dueAt: "2026-11-23T09:58:00.000Z",
      expiresAt: "2026-11-23T11:00:00.000Z",
      link: "https://app.siro.ai/record?action=start",
      openUrl: "https://bridge.example.com/go/token",
      connection: "acme",
      rep: { userId: "005000000000001AAA", email: "dana@example.com" },
      appointment: {
        recordType: "ServiceAppointment",
        recordId: "08p000000000001AAA",
        title: "Müller & Söhne <b>\r\nX-Injected: 1",
        startAt: "2026-11-23T10:00:00.000Z",
        endAt: "2026-11-23T11:00:00.000Z",
      },
    });
  });

  test("follows no redirect: it counts as an answer to be tried again", async () => {
    const sink = await startWebhookSink();
    closing.push(() => sink.stop());
    sink.answer = ({ path }) =>
      path === "/first" ? { status: 302, headers: { location: "/second" } } : { status: 204 };
    const outcome = await openChannel(["127.0.0.1"]).send(
      aDueMessage(),
      { url: `${sink.url}/first`, secret: sink.secret },
      { idempotencyKey: "k", nowMs: Date.now() },
    );
    expect(outcome).toEqual({ kind: "try-later", answer: "HTTP 302" });
    expect(sink.arrived.map(({ path }) => path)).toEqual(["/first"]);
  });

  test("refuses a private address even when it was stored long ago", async () => {
    const sink = await startWebhookSink();
    closing.push(() => sink.stop());
    const outcome = await openChannel([]).send(
      aDueMessage(),
      { url: sink.url, secret: sink.secret },
      { idempotencyKey: "k", nowMs: Date.now() },
    );
    expect(outcome).toMatchObject({ kind: "refused", reason: "ADDRESS_REFUSED" });
    expect(sink.arrived).toEqual([]);
  });
});
