import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { callHttp } from "../../src/doctor/call-http.ts";
import { jsonSample, SAMPLE_REP } from "../../src/doctor/json-sample.ts";
import { judgeJsonAnswer, judgeSoapAnswer } from "../../src/doctor/judge-answer.ts";
import { drawNonce } from "../../src/doctor/sample-ids.ts";
import { soapSample } from "../../src/doctor/soap-sample.ts";
import { crmEventInputSchema } from "../../src/domain/crm-event.ts";
import { parseOutboundMessage } from "../../src/intake/parse-outbound-message.ts";
import { ACK } from "../support/soap-client.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 9);
const ORGANIZATION_ID = "00D5f000004XyZaEAK";
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) {
    close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/s3cret`;
}

describe("a SOAP sample", () => {
  test("is a message as Salesforce sends it, up to the limit of a hundred", async () => {
    const text = soapSample({ organizationId: ORGANIZATION_ID, nonce: "AB12Z", count: 100 });
    const message = await parseOutboundMessage(Buffer.from(text));
    expect(message.organizationId).toBe(ORGANIZATION_ID);
    expect(message.notifications).toHaveLength(100);
    expect(message.notifications.every(({ objectType }) => objectType === "Event")).toBe(true);
    const ids = message.notifications.map(({ id, fields }) => [id, fields.get("Id")]);
    expect(ids[7]).toEqual([
      expect.stringMatching(/^04lSMPAB12Z0007.{3}$/),
      expect.stringMatching(/^00USMPAB12Z0007.{3}$/),
    ]);
    expect(new Set(ids.flat()).size).toBe(200);
  });

  test("goes on with other ids where the one before ended", async () => {
    const text = soapSample({
      organizationId: ORGANIZATION_ID,
      nonce: "AB12Z",
      count: 2,
      from: 100,
    });
    expect([...text.matchAll(/04lSMPAB12Z(\d{4})/g)].map(([, at]) => at)).toEqual(["0100", "0101"]);
  });

  test("has ids of its own at every run", () => {
    const nonces = Array.from({ length: 50 }, drawNonce);
    expect(nonces.every((nonce) => /^[A-Z0-9]{5}$/.test(nonce))).toBe(true);
    expect(new Set(nonces).size).toBeGreaterThan(45);
  });
});

describe("a JSON sample", () => {
  test("is what the events endpoint reads", () => {
    const sample = { nonce: "AB12Z", count: 3, from: 5, startsInSeconds: 10, lastsSeconds: 300 };
    const { events } = z
      .object({ events: z.array(crmEventInputSchema) })
      .parse(JSON.parse(jsonSample(sample, NOW_MS)));
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
    expect(events[0]).toMatchObject({
      recordId: expect.stringMatching(/^08pSMPAB12Z0005/),
      occurredAt: NOW_MS,
      appointment: { startAt: NOW_MS + 10_000, endAt: NOW_MS + 310_000, reps: [SAMPLE_REP] },
    });
  });
});

describe("an answer to a sample", () => {
  test("counts when it is the acknowledgment, and only then", async () => {
    const acked = await callHttp(await serve((_, response) => response.end(ACK)));
    expect(judgeSoapAnswer(acked)).toEqual({ kind: "taken" });
    const nacked = await callHttp(
      await serve((_, response) => response.end(ACK.replace("true", "false"))),
    );
    expect(judgeSoapAnswer(nacked)).toMatchObject({ kind: "refused", status: 200 });
    const failed = await callHttp(await serve((_, response) => response.writeHead(500).end(ACK)));
    expect(judgeSoapAnswer(failed)).toMatchObject({ kind: "refused", status: 500 });
  });

  test("counts for JSON with 202 and the numbers", async () => {
    const counts = '{"accepted":1,"duplicates":2}';
    const taken = await callHttp(await serve((_, response) => response.writeHead(202).end(counts)));
    expect(judgeJsonAnswer(taken)).toEqual({ kind: "taken", accepted: 1, duplicates: 2 });
    for (const [status, text] of [
      [200, counts],
      [202, "<html>"],
      [202, "{}"],
    ] as const) {
      const answer = await callHttp(
        await serve((_, response) => response.writeHead(status).end(text)),
      );
      expect(judgeJsonAnswer(answer)).toMatchObject({ kind: "refused", status });
    }
  });

  test("is not looked for behind a redirect", async () => {
    const target = await serve((_, response) => response.end(ACK));
    const moved = await callHttp(
      await serve((_, response) => response.writeHead(301, { location: target }).end()),
      { body: "<x/>" },
    );
    expect(judgeSoapAnswer(moved)).toMatchObject({
      kind: "refused",
      status: 301,
      message: expect.stringContaining("it redirects"),
    });
  });

  test("that never comes is told in words without the address", async () => {
    const url = await serve(() => undefined);
    const silent = await callHttp(url, { timeoutMs: 50 });
    expect(silent).toEqual({ kind: "silent", reason: "no answer within 0.05 s" });
    const torn = await callHttp(await serve(({ socket }) => socket.resetAndDestroy()));
    expect(torn).toEqual({ kind: "silent", reason: "ECONNRESET" });
    expect(JSON.stringify([judgeSoapAnswer(silent), judgeJsonAnswer(torn)])).not.toMatch(
      /s3cret|127/,
    );
  });
});
