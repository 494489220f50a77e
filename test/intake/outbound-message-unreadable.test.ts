import { describe, expect, test } from "@jest/globals";
import { intakeServers, soapPath } from "../support/intake-server.ts";
import { anOutboundMessage } from "../support/outbound-message.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { expectFault, post } from "../support/soap-client.ts";
import { until } from "../support/until.ts";

const { start } = intakeServers();

describe("unreadable bodies", () => {
  test("25. an unreadable body is 400 and kept for an operator, cut to 64 kB", async () => {
    const server = await start();
    expectFault(await post(server, Buffer.from([0xff, 0xfe, 1, 2])), 400);
    expectFault(await post(server, `${anOutboundMessage()}${"x".repeat(200_000)}`), 400);
    expect(server.quarantined).toMatchObject([
      { connection: "acme", reason: "ENCODING", bytes: Buffer.from([0xff, 0xfe, 1, 2]) },
      { connection: "acme", reason: "NOT_WELL_FORMED" },
    ]);
    expect(server.quarantined[1]?.bytes).toHaveLength(64 * 1024);
    expect(server.quarantined[1]?.bytes.buffer.byteLength).toBe(64 * 1024);
    expect(await server.count("parse_failures", { reason: "ENCODING" })).toBe(1);
  });

  test("25. a declared charset other than UTF-8 or US-ASCII is refused", async () => {
    const server = await start();
    const headers = { "content-type": "text/xml; charset=iso-8859-1" };
    expectFault(await post(server, anOutboundMessage(), { headers }), 400);
    expect(server.quarantined).toMatchObject([{ reason: "ENCODING" }]);
  });

  test("25. a quarantine that fails or hangs does not change the reply", async () => {
    const failing = await start({ quarantine: { keep: () => Promise.reject(new Error("down")) } });
    expectFault(await post(failing, "x"), 400);
    const hanging = await start({
      quarantine: { keep: () => new Promise(() => undefined) },
      limits: { storeTimeoutMs: 30 },
    });
    expectFault(await post(hanging, "x"), 400);
    expect(hanging.logLines.join()).toContain("quarantine.failed");
  });

  test("26. a truncated body, or one shorter than declared, stores nothing", async () => {
    const server = await start();
    const body = anOutboundMessage();
    const caller = await connectRaw(server.port);
    caller.socket.write(
      postHead(soapPath(), { "content-length": body.length }) + body.slice(0, -20),
    );
    caller.socket.end();
    expect(await caller.closed()).not.toContain("Ack");
    await until(async () => (await server.count("refused", { reason: "BODY_TRUNCATED" })) === 1, {
      timeoutMs: 2000,
      what: "the refusal",
    });
    expect(server.inbox.puts).toBe(0);
  });

  test("26. a declared length that is too small cuts the message, which is refused", async () => {
    const server = await start();
    const body = anOutboundMessage();
    const caller = await connectRaw(server.port);
    caller.socket.write(postHead(soapPath(), { "content-length": body.length - 5 }) + body);
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 400 /);
    caller.socket.destroy();
    expect(server.inbox.puts).toBe(0);
  });

  test("26. a body that drips in is 408 and stores nothing", async () => {
    const server = await start({ limits: { bodyTimeoutMs: 50 } });
    const caller = await connectRaw(server.port);
    caller.socket.write(`${postHead(soapPath(), { "content-length": 1000 })}<`);
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 408 /);
    caller.socket.destroy();
    expect(server.inbox.puts).toBe(0);
  });
});
