import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  AddressRangeError,
  addressTest,
  createClientAddress,
} from "../../src/http/client-address.ts";
import { closeServer } from "../support/intake-server.ts";

/** Asks a real server, called from 127.0.0.1, who it thinks the client is. */
async function clientSeen(trustedProxies: readonly string[], forwarded?: string): Promise<string> {
  const clients = createClientAddress(trustedProxies);
  const server = createServer((request, response) => {
    response.end(clients.of(request) ?? "unknown");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const { port }: Pick<AddressInfo, "port"> =
    typeof address === "object" && address !== null ? address : { port: 0 };
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  const reply = await fetch(`http://127.0.0.1:${port}/`, { headers });
  const text = await reply.text();
  await closeServer(server);
  return text;
}

describe("createClientAddress", () => {
  test("30. without trusted proxies the header is not believed", async () => {
    expect(await clientSeen([], "203.0.113.7")).toBe("127.0.0.1");
    expect(await clientSeen(["10.0.0.0/8"], "203.0.113.7")).toBe("127.0.0.1");
  });

  test("30. behind a trusted proxy the right-most address that is no proxy is the client", async () => {
    const proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"];
    expect(await clientSeen(proxies, "203.0.113.7")).toBe("203.0.113.7");
    expect(await clientSeen(proxies, "1.1.1.1, 203.0.113.7, 10.1.2.3")).toBe("203.0.113.7");
    expect(await clientSeen(proxies, "1.1.1.1,2001:db8:2::5,2001:db8:1::9")).toBe("2001:db8:2::5");
    expect(await clientSeen(proxies, "10.9.9.9, 10.1.2.3")).toBe("10.9.9.9");
  });

  test("30. ports, brackets and IPv4 written as IPv6 are understood", async () => {
    const proxies = ["127.0.0.1"];
    expect(await clientSeen(proxies, "203.0.113.7:4711")).toBe("203.0.113.7");
    expect(await clientSeen(proxies, "[2001:db8::1]:4711")).toBe("2001:db8::1");
    expect(await clientSeen(proxies, "::ffff:203.0.113.7")).toBe("203.0.113.7");
  });

  test("30. a trusted proxy without the header is the client itself; an unreadable address is unknown", async () => {
    expect(await clientSeen(["127.0.0.1"])).toBe("127.0.0.1");
    expect(await clientSeen(["127.0.0.1"], "203.0.113.7, somewhere")).toBe("unknown");
    expect(await clientSeen(["127.0.0.1"], "0x7f.1")).toBe("unknown");
    expect(await clientSeen(["127.0.0.1"], "")).toBe("unknown");
  });

  test("30. whatever a caller writes on the left, the proxy's own entry counts", async () => {
    const clients = createClientAddress(["10.0.0.1"]);
    const isListed = addressTest(["203.0.113.0/24"]);
    await fc.assert(
      fc.property(fc.string(), (forged) => {
        const request = {
          headers: { "x-forwarded-for": `${forged}, 198.51.100.9` },
          socket: { remoteAddress: "10.0.0.1" },
        };
        expect(isListed(clients.of(request))).toBe(false);
      }),
    );
  });
});

describe("addressTest", () => {
  test("30. matches IPv4 and IPv6, single addresses and ranges", () => {
    const isListed = addressTest([
      "192.0.2.1",
      "198.51.100.0/24",
      "2001:db8::/32",
      "::ffff:10.0.0.0/104",
    ]);
    expect(isListed("192.0.2.1")).toBe(true);
    expect(isListed("::ffff:192.0.2.1")).toBe(true);
    expect(isListed("192.0.2.2")).toBe(false);
    expect(isListed("198.51.100.255")).toBe(true);
    expect(isListed("198.51.101.0")).toBe(false);
    expect(isListed("2001:db8:ffff::1")).toBe(true);
    expect(isListed("2001:db9::1")).toBe(false);
    expect(isListed("10.255.0.1")).toBe(true);
    expect(isListed("11.0.0.1")).toBe(false);
    expect(isListed(undefined)).toBe(false);
    expect(isListed("nonsense")).toBe(false);
  });

  test("an empty list holds nothing; 0.0.0.0/0 holds IPv4 only", () => {
    expect(addressTest([])("127.0.0.1")).toBe(false);
    expect(addressTest(["0.0.0.0/0"])("203.0.113.7")).toBe(true);
    expect(addressTest(["0.0.0.0/0"])("::1")).toBe(false);
  });

  test.each([
    "",
    "nonsense",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "::/129",
    "10.0.0/8",
    "10.0.0.0/-1",
  ])("refuses %j as a range", (range) => {
    expect(() => addressTest([range])).toThrow(AddressRangeError);
  });
});
