import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { errorReply } from "../../src/http/error-reply.ts";
import { readRawBody } from "../../src/http/read-raw-body.ts";
import { jsonReply, sendReply } from "../../src/http/send-reply.ts";
import { closeServer } from "../support/intake-server.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { until } from "../support/until.ts";

const MB = 1024 * 1024;
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(closeServer));
});

interface Echo {
  readonly port: number;
  readonly url: string;
  /** The codes of refused bodies, in order. */
  readonly refusals: string[];
}

/** A server that answers with the length and the last byte of what it read. */
async function startEcho(maxBytes: number, timeoutMs = 10_000): Promise<Echo> {
  const refusals: string[] = [];
  const server = createServer(async (request, response) => {
    try {
      const body = await readRawBody(request, { maxBytes, timeoutMs });
      sendReply(
        response,
        jsonReply(200, { length: body.length, hex: body.toString("hex", 0, 64) }),
      );
    } catch (error) {
      const { status, headers, body } = errorReply(error);
      refusals.push(body.error.code);
      sendReply(response, jsonReply(status, body, headers));
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = portOf(server);
  return { port, url: `http://127.0.0.1:${port}/`, refusals };
}

function portOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the server does not listen on a port");
  }
  return address;
}

describe("readRawBody", () => {
  test("gives the bytes exactly, in one piece or many, with or without a length", async () => {
    const { port } = await startEcho(1000);
    const bytes = Buffer.from([0, 255, 13, 10, 0xef, 0xbb, 0xbf, 128]);
    const whole = await connectRaw(port);
    whole.socket.write(postHead("/", { "content-length": 8 }));
    whole.socket.write(bytes);
    expect(await whole.reply()).toContain(bytes.toString("hex"));
    whole.socket.destroy();

    const pieces = await connectRaw(port);
    pieces.socket.write(postHead("/", { "transfer-encoding": "chunked" }));
    for (const byte of bytes) {
      pieces.socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]));
    }
    pieces.socket.write("0\r\n\r\n");
    expect(await pieces.reply()).toContain(bytes.toString("hex"));
    pieces.socket.destroy();
  });

  test("an empty body is no bytes", async () => {
    const { url } = await startEcho(1000);
    const reply = await fetch(url, { method: "POST" });
    expect(await reply.json()).toEqual({ length: 0, hex: "" });
  });

  test("takes a body of exactly the limit and refuses one byte more with 413", async () => {
    const { url, refusals } = await startEcho(MB);
    const fits = await fetch(url, { method: "POST", body: Buffer.alloc(MB) });
    expect(await fits.json()).toMatchObject({ length: MB });
    const tooLarge = await fetch(url, { method: "POST", body: Buffer.alloc(MB + 1) });
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toMatchObject({ error: { code: "BODY_TOO_LARGE" } });
    expect(refusals).toEqual(["BODY_TOO_LARGE"]);
  });

  test("refuses a declared length over the limit before any byte of the body", async () => {
    const { port } = await startEcho(1000);
    const caller = await connectRaw(port);
    caller.socket.write(postHead("/", { "content-length": 1001 }));
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 413 /);
    caller.socket.destroy();
  });

  test("refuses a chunked body as soon as it is over the limit", async () => {
    const { port } = await startEcho(1000);
    const caller = await connectRaw(port);
    caller.socket.write(postHead("/", { "transfer-encoding": "chunked" }));
    caller.socket.write(`3e9\r\n${"x".repeat(1001)}\r\n`);
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 413 /);
    caller.socket.destroy();
  });

  test("a caller that goes on sending after the refusal still gets it, and then loses the connection", async () => {
    const { port } = await startEcho(1000);
    const caller = await connectRaw(port);
    caller.socket.write(postHead("/", { "content-length": 4 * MB }));
    caller.socket.write(Buffer.alloc(4 * MB));
    const text = await caller.closed();
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/connection: close/i);
  });

  test("refuses a body that drips in too slowly with 408", async () => {
    const { port, refusals } = await startEcho(1000, 80);
    const caller = await connectRaw(port);
    caller.socket.write(`${postHead("/", { "content-length": 1000 })}x`);
    const drip = setInterval(() => caller.socket.write("x"), 10);
    expect(await caller.reply()).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
    caller.socket.destroy();
    expect(refusals).toEqual(["BODY_TOO_SLOW"]);
  });

  test("notices a connection that ends before the body does", async () => {
    const { port, refusals } = await startEcho(1000);
    const caller = await connectRaw(port);
    caller.socket.write(`${postHead("/", { "content-length": 1000 })}abc`);
    caller.socket.destroy();
    await until(() => refusals.length > 0, { timeoutMs: 2000, what: "the refusal" });
    expect(refusals).toEqual(["BODY_TRUNCATED"]);
  });

  test("notices a chunked body without its end", async () => {
    const { port, refusals } = await startEcho(1000);
    const caller = await connectRaw(port);
    caller.socket.end(`${postHead("/", { "transfer-encoding": "chunked" })}3\r\nabc\r\n`);
    await until(() => refusals.length > 0, { timeoutMs: 2000, what: "the refusal" });
    expect(refusals).toEqual(["BODY_TRUNCATED"]);
  });

  test("refuses compressed bodies with 415; identity is no compression", async () => {
    const { url } = await startEcho(1000);
    const post = (encoding: string) =>
      fetch(url, { method: "POST", body: "x", headers: { "content-encoding": encoding } });
    expect((await post("gzip")).status).toBe(415);
    expect((await post("identity, gzip")).status).toBe(415);
    expect((await post("Identity")).status).toBe(200);
  });

  test("a body in pieces of one byte costs no multiple of it", async () => {
    const pieces = MB / 4;
    // Time enough for a busy machine: the costs are what counts here.
    const { port } = await startEcho(2 * MB, 25_000);
    const caller = await connectRaw(port);
    const before = process.memoryUsage();
    caller.socket.write(postHead("/", { "transfer-encoding": "chunked" }));
    caller.socket.write("1\r\nx\r\n".repeat(pieces));
    caller.socket.write("0\r\n\r\n");
    expect(await caller.reply()).toContain(`"length":${pieces}`);
    caller.socket.destroy();
    const after = process.memoryUsage();
    expect((after.arrayBuffers - before.arrayBuffers) / pieces).toBeLessThan(50);
  });

  test("keeps the connection for the next request when the body was read", async () => {
    const { port } = await startEcho(1000);
    const caller = await connectRaw(port);
    caller.socket.write(`${postHead("/", { "content-length": 1 })}a`);
    await caller.reply();
    caller.socket.write(`${postHead("/", { "content-length": 1 })}b`);
    await until(() => caller.received().split("HTTP/1.1 200").length === 3, {
      timeoutMs: 2000,
      what: "the second reply",
    });
    caller.socket.destroy();
  });
});
