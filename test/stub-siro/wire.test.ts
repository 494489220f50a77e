import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import {
  type StubSiro,
  type StubSiroOptions,
  startStubSiro,
} from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { listenAnywhere } from "../support/webhook-sink.ts";

const START = "https://app.siro.ai/record?action=start";
const AGENT = { "user-agent": "a-test" };
const SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;

const running: StubSiro[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((siro) => siro.stop()));
});

async function aSiro(options: StubSiroOptions = {}): Promise<StubSiro> {
  const siro = await startStubSiro(options);
  running.push(siro);
  return siro;
}

function ask({ settings }: StubSiro, path: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${settings.apiToken}`;
  return fetch(settings.apiBaseUrl + path, { headers: { ...AGENT, authorization, ...headers } });
}

async function listEvents(siro: StubSiro, query = "") {
  return JSON.parse(await (await ask(siro, `/core/mobile-events?${query}`)).text());
}

/** A user's token, made the documented way. */
async function userToken(siro: StubSiro, userId: string, scope: string): Promise<string> {
  const { apiBaseUrl, apiToken, userApp } = siro.settings;
  const reply = await fetch(`${apiBaseUrl}/core/oauth/apps/${userApp.clientId}/access-token`, {
    method: "POST",
    headers: { ...AGENT, authorization: `Bearer ${apiToken}` },
    body: JSON.stringify({ clientSecret: userApp.clientSecret, userId, scope }),
  });
  expect(reply.status).toBe(201);
  const { accessToken } = JSON.parse(await reply.text());
  return accessToken;
}

function patchTitle({ settings }: StubSiro, token: string, id: string) {
  return fetch(`${settings.userApiBaseUrl}/core/recordings`, {
    method: "PATCH",
    headers: { ...AGENT, "x-siro-auth-token": token },
    body: JSON.stringify({ id, title: "New" }),
  });
}

describe("the API of the stub", () => {
  test("refuses a wrong token, a library's user agent, and more than the minute's requests", async () => {
    const siro = await aSiro({ requestsPerMinute: 2 });
    expect((await ask(siro, "/core/users", { authorization: "Bearer no" })).status).toBe(401);
    const blocked = await ask(siro, "/core/users", { "user-agent": "node" });
    expect(blocked.status).toBe(403);
    expect(await blocked.text()).toContain("1010");
    expect((await ask(siro, "/core/users")).status).toBe(200);
    expect((await ask(siro, "/core/users")).status).toBe(200);
    expect((await ask(siro, "/core/users")).status).toBe(429);
  });

  test("lists events newest first, by page, time, code and user", async () => {
    let nowMs = Date.UTC(2026, 10, 23, 9);
    const siro = await aSiro({ nowMs: () => nowMs++ });
    const one = siro.addRep();
    const other = siro.addRep();
    await one.phone.tap(START);
    const middleMs = nowMs;
    await other.phone.tap(START);
    const read = (query: string) => listEvents(siro, query);
    const codes = (rows: { eventCode: string }[]) => rows.map(({ eventCode }) => eventCode);
    expect(codes((await read("")).data)).toEqual([
      ...["deeplinkConsumed", "recorderStateChange", "deeplinkReceived"],
      ...["deeplinkConsumed", "recorderStateChange", "deeplinkReceived"],
    ]);
    const after = new Date(middleMs - 1).toISOString();
    expect((await read(`createdAtGt=${after}`)).data).toHaveLength(3);
    expect((await read(`userId=${one.id}&eventCodeIn=deeplinkReceived`)).data).toMatchObject([
      { userId: one.id, event: { fullUrl: START }, organizationId: "siro-organization-1" },
    ]);
    const first = await read("pageSize=4");
    expect(first.data).toHaveLength(4);
    const rest = await read(`pageSize=4&cursor=${encodeURIComponent(first.cursor)}`);
    expect(rest.data).toHaveLength(3);
    expect(rest.cursor).toBeNull();
    expect((await ask(siro, "/core/mobile-events?pageSize=1001")).status).toBe(400);
  });

  test("has its oddities on demand", async () => {
    const siro = await aSiro();
    await siro.addRep().phone.tap(START);
    Object.assign(siro.oddities, { nestedRows: true, nullRecordingIds: true, repeatedRows: true });
    const { data } = await listEvents(siro);
    expect(data).toHaveLength(1);
    expect(data[0]).toHaveLength(6);
    expect(data[0][0].recordingId).toBeNull();
  });

  test("a user's token is made with the app's secret, limited by its scope, and can be revoked", async () => {
    const siro = await aSiro();
    const { phone, id } = siro.addRep();
    const { recordingId = "" } = await phone.tap(START);
    const reading = await userToken(siro, id, "read");
    expect((await patchTitle(siro, reading, recordingId)).status).toBe(403);
    const writing = await userToken(siro, id, "write");
    expect((await patchTitle(siro, writing, recordingId)).status).toBe(200);
    expect(siro.world.recordings.get(recordingId)?.title).toBe("New");
    siro.tokens.revokeUsers();
    expect((await patchTitle(siro, writing, recordingId)).status).toBe(401);
  });
});

describe("the webhooks of the stub", () => {
  test("are signed as Svix signs, both with both flags, and the same when sent again", async () => {
    const arrived: { readonly content: unknown; readonly id: string }[] = [];
    const sink = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) {
        pieces.push(piece);
      }
      const body = Buffer.concat(pieces).toString("utf8");
      const id = String(request.headers["svix-id"]);
      const standard = {
        "webhook-id": id,
        "webhook-timestamp": String(request.headers["svix-timestamp"]),
        "webhook-signature": String(request.headers["svix-signature"]),
      };
      arrived.push({ content: new Webhook(SECRET).verify(body, standard), id });
      response.writeHead(204).end();
    });
    const siro = await aSiro();
    siro.webhooks.endpoint = {
      url: `http://127.0.0.1:${await listenAnywhere(sink)}/`,
      secret: SECRET,
    };
    const { phone, id } = siro.addRep();
    const objects = encodeURIComponent('[{"objectType":"Event","objectId":"00U1"}]');
    const { recordingId = "" } = await phone.tap(
      `${START}&integrationConnectionId=C&crmObjects=${objects}`,
    );
    await phone.tap("https://app.siro.ai/record?action=stop");
    await siro.process(recordingId);
    const [processed, linked] = siro.webhooks.sent;
    if (linked !== undefined) {
      await siro.webhooks.resend(linked);
    }
    sink.closeAllConnections();
    sink.close();
    expect(arrived.map(({ content }) => content)).toMatchObject([
      { eventType: "integrations.recordingProcessed", recordingId, siroUserId: id },
      {
        eventType: "integrations.recordingLinked",
        recordingProcessed: true,
        recordingLinked: true,
        crm: { integrationConnectionId: "C", engagement: { externalId: "00U1" } },
      },
      { eventType: "integrations.recordingLinked" },
    ]);
    expect(arrived[2]?.id).toBe(arrived[1]?.id);
    expect([processed?.statuses, linked?.statuses]).toEqual([[204], [204, 204]]);
  });

  test("what was never synced is not linked, and no webhook says so", async () => {
    const siro = await aSiro();
    siro.world.unknownObjects.add("00U1");
    const objects = encodeURIComponent('[{"objectType":"Event","objectId":"00U1"}]');
    const { recordingId = "" } = await siro
      .addRep()
      .phone.tap(`${START}&integrationConnectionId=C&crmObjects=${objects}`);
    await siro.process(recordingId);
    expect(siro.webhooks.sent.map(({ body }) => JSON.parse(body))).toMatchObject([
      { eventType: "integrations.recordingProcessed", recordingLinked: false },
    ]);
  });
});
