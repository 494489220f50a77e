import { type LookupAddress, lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Names that never leave this machine or this network. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)$/;

/** Why an outgoing address is refused; the text says what to do. */
export class AddressRefusedError extends Error {
  override readonly name = "AddressRefusedError";
  readonly code = "ADDRESS_REFUSED";
}

/** Decides which hosts the bridge may call. */
export interface AddressGuard {
  /**
   * Checks what the URL itself says: scheme, user info, host written as an address.
   *
   * @throws {AddressRefusedError} when the bridge must not call it.
   */
  checkUrl(url: URL): void;
  /** A DNS look-up that hands out checked addresses only, so that the checked one is the one connected to. */
  readonly lookup: LookupFunction;
}

/**
 * Makes the guard against server-side request forgery.
 *
 * https only, no private, loopback, link-local, multicast or otherwise special address, in any spelling;
 * except for the hosts in `allow`, which may also use http.
 */
export function createAddressGuard(allow: readonly string[]): AddressGuard {
  const allowed = new Set(allow.map((host) => host.toLowerCase()));
  return { checkUrl: (url) => checkUrl(url, allowed), lookup: guardedLookup(allowed) };
}

function checkUrl(url: URL, allowed: ReadonlySet<string>): void {
  if (url.username !== "" || url.password !== "") {
    throw new AddressRefusedError("The address must not carry a user name or password");
  }
  const host = bareHost(url.hostname);
  if (allowed.has(host)) {
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new AddressRefusedError("The address must be http or https");
    }
    return;
  }
  if (url.protocol !== "https:") {
    throw new AddressRefusedError("The address must be https");
  }
  const isSpecial = ipaddr.isValid(host) ? !isPublicAddress(host) : isLocalName(host);
  if (isSpecial) {
    throw new AddressRefusedError(refusal(host));
  }
}

function guardedLookup(allowed: ReadonlySet<string>): LookupFunction {
  return (hostname, options, done) => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
      const failure = error ?? unusable(hostname, addresses, allowed);
      if (failure !== undefined) {
        done(failure, []);
      } else if (options.all === true) {
        done(null, addresses);
      } else {
        done(null, addresses[0]?.address ?? "", addresses[0]?.family);
      }
    });
  };
}

/** One private address among public ones is enough to refuse the name: it may be a rebinding trick. */
function unusable(
  hostname: string,
  addresses: readonly LookupAddress[],
  allowed: ReadonlySet<string>,
): AddressRefusedError | undefined {
  const isFine =
    allowed.has(hostname.toLowerCase()) ||
    addresses.every(({ address }) => isPublicAddress(address));
  return isFine ? undefined : new AddressRefusedError(refusal(hostname));
}

function isPublicAddress(address: string): boolean {
  // An IPv4 address in IPv6 clothes is judged as what it is.
  const parsed = ipaddr.process(address);
  const isIpv4Compatible =
    parsed.kind() === "ipv6" &&
    parsed
      .toByteArray()
      .slice(0, 12)
      .every((byte) => byte === 0);
  return parsed.range() === "unicast" && !isIpv4Compatible;
}

/** A name without a dot is known on this machine or in this network only. */
export function isLocalName(host: string): boolean {
  return LOCAL_NAME.test(host) || !host.includes(".");
}

/** The host of a URL without the brackets of an IPv6 address and without the dot of the root. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
}

function refusal(host: string): string {
  return `${host} is a private or special address; list it in OUTBOUND_ALLOW if it is meant`;
}
