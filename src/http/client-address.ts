import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { BridgeError } from "../errors.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Says whether an address lies in the ranges; an address that cannot be read lies in none. */
export type AddressTest = (address: string | undefined) => boolean;

/** The parts of a request that tell where it comes from. */
interface Peer {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Whose word about the client's address is believed, and what that address then is. */
export interface ClientAddress {
  /** Says whether the other end of the connection is one of the trusted proxies. */
  readonly isFromTrustedProxy: (request: Peer) => boolean;
  /** The client's address in its plain form; undefined when a trusted proxy names one that cannot be read. */
  readonly of: (request: Peer) => string | undefined;
}

/** A configured address or range is not one. */
export class AddressRangeError extends BridgeError {
  override readonly name = "AddressRangeError";
  override readonly code = "ADDRESS_RANGE_INVALID";
  override readonly retry = "never";
}

/**
 * Builds the test for a list of addresses and CIDR ranges, IPv4 and IPv6; IPv4 written as IPv6 counts as IPv4.
 *
 * @throws {AddressRangeError} when an entry is neither an address nor a range.
 */
export function addressTest(ranges: readonly string[]): AddressTest {
  const parsed = ranges.map(parseRange);
  return (text) => {
    const address = text === undefined ? undefined : parseAddress(text);
    return address !== undefined && parsed.some((range) => isInRange(address, range));
  };
}

/**
 * Builds the reading of client addresses behind the given proxies (addresses or CIDR ranges).
 *
 * `x-forwarded-for` counts only when the connection itself comes from a trusted proxy, and is read from the
 * right: the first address that is no trusted proxy is the client; what stands left of it anyone can write.
 *
 * @throws {AddressRangeError} when an entry is neither an address nor a range.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = addressTest(trustedProxies);
  const isFromTrustedProxy = ({ socket }: Peer) => isTrusted(socket.remoteAddress);
  return {
    isFromTrustedProxy,
    of(request) {
      const forwarded = request.headers["x-forwarded-for"];
      if (forwarded === undefined || !isFromTrustedProxy(request)) {
        return plainAddress(request.socket.remoteAddress ?? "");
      }
      const hops = String(forwarded).split(",").map(withoutPort);
      return plainAddress(hops.findLast((hop) => !isTrusted(hop)) ?? hops[0] ?? "");
    },
  };
}

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  const bracketed = /^\[([^\]]+)\](:\d+)?$/.exec(text)?.[1];
  return bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

function plainAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.process(text);
}

function parseRange(text: string): readonly [Address, number] {
  const [host = "", bits, ...rest] = text.trim().split("/");
  const address = isIP(host) === 0 ? undefined : ipaddr.parse(host);
  const widest = address?.kind() === "ipv4" ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits);
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && prefix <= widest);
  if (address === undefined || !isPrefix || rest.length > 0) {
    throw new AddressRangeError(`"${text}" is neither an IP address nor a CIDR range`);
  }
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && prefix >= 96) {
    return [address.toIPv4Address(), prefix - 96];
  }
  return [address, prefix];
}

function isInRange(address: Address, [network, bits]: readonly [Address, number]): boolean {
  if (address instanceof ipaddr.IPv4) {
    return network instanceof ipaddr.IPv4 && address.match(network, bits);
  }
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
}
