import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { recorderStateOf } from "../../src/domain/recorder-trail.ts";
import { siroEventSchema } from "../../src/domain/siro-event.ts";
import { createSiroEventsQueue } from "../../src/queues/siro-events.ts";
import { buildLink } from "../../src/recording-link.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { addSigns } from "../../src/siro/add-signs.ts";
import { correlateEvents } from "../../src/siro/correlate.ts";
import { correlateLinked } from "../../src/siro/correlate-linked.ts";
import type { OutstandingPrompt } from "../../src/siro/outstanding-prompt.ts";
import { findSiroUser } from "../../src/siro/read-users.ts";
import { aConnection, intakeServers } from "../support/intake-server.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { clientOf, siroStage } from "./siro-stage.ts";
import { aPrompt, readLink, tokenOf } from "./visits.ts";

const SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;
const VISIT = { objectType: "ServiceAppointment", objectId: "08pWs0000001AbCIAU" } as const;

const { start } = siroStage();
const intake = intakeServers();
let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openProducerRedis(server.url);
  await untilReady(redis, 5000);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** A link as the bridge issues it. */
function issue(action: "start" | "stop" | "restart", token: string): string {
  const built = buildLink(
    {
      action,
      redirectUrl: `https://bridge.example.com/done/${token}`,
      ...(action === "stop" ? {} : { integrationConnectionId: "C1", crmObjects: [VISIT] }),
    },
    "app.siro.ai",
  );
  return built.kind === "issued" ? built.url : "";
}

describe("from a tap on the phone to the evidence", () => {
  test("each rung is proven over the API, and the last by a webhook", async () => {
    const events = createSiroEventsQueue(redis);
    await events.queue.waitUntilReady();
    const connection = aConnection({ siro: { webhookSecret: SECRET } });
    const door = await intake.start({
      siroInbox: events,
      connections: new Map([["acme", connection]]),
    });
    const siro = await start();
    siro.webhooks.endpoint = { url: `${door.url}/webhooks/siro/acme`, secret: SECRET };
    const { phone } = siro.addRep({ email: "ann@example.com" });
    const client = clientOf(siro);
    const user = findSiroUser(await client.readUsers(), "Ann@example.com");
    const window = { siroUserId: user?.siroUserId ?? "", fromMs: 0, untilMs: Date.now() + 60_000 };
    const prompts: readonly OutstandingPrompt[] = [
      aPrompt({ promptId: "p1", objectIds: [VISIT.objectId], ...window }),
      aPrompt({ promptId: "p2", action: "stop", ...window }),
    ];
    const sinceMs = Date.now() - 1000;
    const { recordingId = "" } = await phone.tap(issue("start", tokenOf("p1")));
    const running = await client.readMobileEvents({ afterMs: sinceMs });
    const trail = addSigns([], running.events, readLink);
    expect(recorderStateOf(trail, Date.now())).toMatchObject({ state: "recording", recordingId });

    await phone.tap(issue("stop", tokenOf("p2")));
    const { events: all } = await client.readMobileEvents({ afterMs: sinceMs });
    const ended = addSigns(trail, all, readLink);
    expect(recorderStateOf(ended, Date.now()).state).toBe("idle");
    const found = correlateEvents(all, prompts, readLink);
    expect(
      found.map(({ promptId, kind, certainty }) => `${promptId} ${kind} ${certainty}`),
    ).toEqual([
      "p1 received token",
      "p1 consumed token",
      "p1 recording token",
      "p1 stopped token",
      "p2 received token",
      "p2 consumed token",
      "p2 stopped token",
    ]);

    await siro.process(recordingId);
    expect(siro.webhooks.sent.map(({ statuses }) => statuses)).toEqual([[204], [204]]);
    const jobs = await events.queue.getJobs(["waiting"]);
    const linked = jobs.map(({ data }) =>
      correlateLinked(siroEventSchema.parse(data), prompts, ended),
    );
    expect(linked).toMatchObject([
      { promptId: "p1", kind: "linked", certainty: "objects", recordingId },
      { promptId: "p1", kind: "linked", certainty: "objects", recordingId },
    ]);
    await events.queue.close();
  });

  test("a phone that was without network reports late, and proves the same", async () => {
    const siro = await start();
    const { phone, id } = siro.addRep();
    const client = clientOf(siro);
    const prompt = aPrompt({ siroUserId: id, fromMs: 0, untilMs: Date.now() + 60_000 });
    phone.isOnline = false;
    await phone.tap(issue("start", prompt.token));
    const before = await client.readMobileEvents({ afterMs: 0 });
    expect(correlateEvents(before.events, [prompt], readLink)).toEqual([]);
    phone.isOnline = true;
    const after = await client.readMobileEvents({ afterMs: 0 });
    const kinds = correlateEvents(after.events, [prompt], readLink).map(({ kind }) => kind);
    expect(kinds).toEqual(["received", "consumed", "recording"]);
  });
});
