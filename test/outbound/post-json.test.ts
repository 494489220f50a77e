import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster, type Poster } from "../../src/outbound/post-json.ts";

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) {
    await one.close();
  }
});

/** A real server with this answer, and a poster that may call it. */
async function aServer(
  answer: RequestListener,
): Promise<{ readonly url: string; readonly poster: Poster }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const poster = createPoster(createAddressGuard(["127.0.0.1"]));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  open.push({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await poster.close();
    },
  });
  return { url: `http://127.0.0.1:${port}/device`, poster };
}

const post = ({ url, poster }: { url: string; poster: Poster }) =>
  poster.post({ url, headers: { "content-type": "application/json" }, body: "{}" });

describe("the poster", () => {
  test("the status is the answer, even when the body breaks off", async () => {
    const device = await aServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half of it");
      setImmediate(() => response.destroy());
    });
    expect(await post(device)).toEqual({ kind: "answered", status: 200 });
  });

  test("a body that never ends takes two seconds at most and does not undo the status", async () => {
    const device = await aServer((_request, response) => {
      response.writeHead(200);
      response.write("and so on");
    });
    const startedMs = performance.now();
    expect(await post(device)).toEqual({ kind: "answered", status: 200 });
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });

  test("a body without measure is not read to its end", async () => {
    const device = await aServer((_request, response) => {
      response.writeHead(204 + 1);
      response.end("x".repeat(2_000_000));
    });
    expect(await post(device)).toEqual({ kind: "answered", status: 205 });
  });

  test("a body that is wanted comes along, up to 16 KiB of it", async () => {
    const device = await aServer((request, response) => {
      response.writeHead(request.method === "DELETE" ? 404 : 400).end("ü".repeat(20_000));
    });
    const wanted = { url: device.url, headers: {}, body: "", wantsBody: true };
    expect(await device.poster.post(wanted)).toEqual({
      kind: "answered",
      status: 400,
      body: "ü".repeat(8192),
    });
    expect(await device.poster.post({ ...wanted, method: "DELETE" })).toMatchObject({
      status: 404,
    });
  });

  test("a wanted body that breaks off, or never ends, does not undo the status", async () => {
    const device = await aServer((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half of it");
      if (request.headers["x-end"] !== undefined) {
        setImmediate(() => response.destroy());
      }
    });
    const wanted = { url: device.url, headers: {}, body: "", wantsBody: true };
    const half = { kind: "answered", status: 200, body: "half of it" };
    const startedMs = performance.now();
    expect(await device.poster.post({ ...wanted, headers: { "x-end": "1" } })).toEqual(half);
    expect(await device.poster.post(wanted)).toEqual(half);
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });

  test("a redirect is an answer, not followed", async () => {
    const device = await aServer((_request, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    });
    expect(await post(device)).toEqual({ kind: "answered", status: 302 });
  });

  test.each([
    ["7", 7000],
    ["0", 0],
    ["soon", undefined],
  ])("Retry-After %j is %s ms", async (header, retryAfterMs) => {
    const device = await aServer((_request, response) => {
      response.writeHead(429, { "retry-after": header }).end();
    });
    const known = retryAfterMs === undefined ? {} : { retryAfterMs };
    expect(await post(device)).toEqual({ kind: "answered", status: 429, ...known });
  });

  test("Retry-After as a date is the time until then, never less than none", async () => {
    const device = await aServer((_request, response) => {
      const at = new Date(Date.now() + 30_000).toUTCString();
      response.writeHead(503, { "retry-after": at }).end();
    });
    const answer = await post(device);
    expect(answer).toMatchObject({ kind: "answered", status: 503 });
    const waitMs = "retryAfterMs" in answer ? (answer.retryAfterMs ?? 0) : 0;
    expect(waitMs).toBeGreaterThan(28_000);
    expect(waitMs).toBeLessThanOrEqual(30_000);
  });

  test("a connection that fails is told by its code, without host or port", async () => {
    const device = await aServer((request) => request.socket.destroy());
    const answer = await post(device);
    expect(answer.kind).toBe("unreachable");
    expect(JSON.stringify(answer)).not.toContain("127.0.0.1");
  });

  test("an address that is not allowed is refused before anything is sent", async () => {
    let calls = 0;
    const { url } = await aServer((_request, response) => {
      calls += 1;
      response.end();
    });
    const strict = createPoster(createAddressGuard([]));
    open.push(strict);
    expect(await post({ url, poster: strict })).toMatchObject({ kind: "refused" });
    expect(calls).toBe(0);
  });
});
