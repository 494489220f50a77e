import { afterEach, describe, expect, test } from "@jest/globals";
import { AddressRefusedError, createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster, type Poster } from "../../src/outbound/post-json.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const open: { sinks: WebhookSink[]; posters: Poster[] } = { sinks: [], posters: [] };

afterEach(async () => {
  await Promise.all(open.posters.splice(0).map((poster) => poster.close()));
  await Promise.all(open.sinks.splice(0).map((sink) => sink.stop()));
});

const outgoing = (url: string) => ({ url, headers: {}, body: '{"type":"x","data":{}}' });

function poster(allow: readonly string[]): Poster {
  const made = createPoster(createAddressGuard(allow));
  open.posters.push(made);
  return made;
}

describe("the address guard", () => {
  test.each([
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "https://user:secret@hooks.example.com/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://localhost/",
    "https://device.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://metadata.google.internal./",
    "https://localhost./",
    "https://intranet/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fec0::1]/",
    "https://[::]/",
    "https://%31%32%37.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://0x7f.1/",
    "https://017700000001/",
  ])("refuses %s", (url) => {
    expect(() => createAddressGuard([]).checkUrl(new URL(url))).toThrow(AddressRefusedError);
  });

  test.each([
    "https://hooks.example.com/x",
    "https://93.184.215.14/",
    "https://[2606:4700::1]:8443/",
  ])("lets %s pass", (url) => {
    expect(() => createAddressGuard([]).checkUrl(new URL(url))).not.toThrow();
  });

  test("lets an allowed host pass, with http, and only that one", () => {
    const guard = createAddressGuard(["127.0.0.1", "Crm.Internal"]);
    expect(() => guard.checkUrl(new URL("http://127.0.0.1:8080/"))).not.toThrow();
    expect(() => guard.checkUrl(new URL("http://crm.internal/"))).not.toThrow();
    expect(() => guard.checkUrl(new URL("http://127.0.0.2/"))).toThrow(AddressRefusedError);
    expect(() => guard.checkUrl(new URL("file:///etc/passwd"))).toThrow(AddressRefusedError);
  });
});

describe("the poster", () => {
  test("connects to the address that was checked: a name that means loopback is refused", async () => {
    const sink = await startWebhookSink();
    open.sinks.push(sink);
    const { port } = new URL(sink.url);
    // "ip6-localhost" and "localhost" are names of this machine that the URL check alone could miss.
    const guard = createAddressGuard([]);
    const unguardedNames = { ...guard, checkUrl: () => undefined };
    const made = createPoster(unguardedNames);
    open.posters.push(made);
    expect(await made.post(outgoing(`http://localhost:${port}/`))).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining("OUTBOUND_ALLOW"),
    });
    expect(sink.arrived).toEqual([]);
  });

  test("reads Retry-After as seconds and as a date", async () => {
    const sink = await startWebhookSink();
    open.sinks.push(sink);
    const made = poster(["127.0.0.1"]);
    sink.answer = () => ({ status: 503, headers: { "retry-after": "12" } });
    expect(await made.post(outgoing(sink.url))).toEqual({
      kind: "answered",
      status: 503,
      retryAfterMs: 12_000,
    });
    const date = new Date(Date.now() + 60_000).toUTCString();
    sink.answer = () => ({ status: 503, headers: { "retry-after": date } });
    const answer = await made.post(outgoing(sink.url));
    expect(answer).toMatchObject({ kind: "answered" });
    expect(answer.kind === "answered" && answer.retryAfterMs).toBeGreaterThan(50_000);
    sink.answer = () => ({ status: 503, headers: { "retry-after": "soon" } });
    expect(await made.post(outgoing(sink.url))).toEqual({ kind: "answered", status: 503 });
  });

  test("says that nobody listens, without naming where", async () => {
    const sink = await startWebhookSink();
    await sink.stop();
    expect(await poster(["127.0.0.1"]).post(outgoing(sink.url))).toEqual({
      kind: "unreachable",
      detail: "ECONNREFUSED",
    });
  });
});
