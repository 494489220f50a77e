import ipaddr from "ipaddr.js";
import { z } from "zod";

const mailAddressSchema = z.email();

/** Names that nobody outside can reach, or that are reserved for examples (RFC 2606, RFC 6761). */
const UNREACHABLE =
  /(^|\.)(localhost|local|internal|home\.arpa|test|invalid|example|example\.(com|net|org|edu))$/;

/**
 * Whether push services can use this as the contact of whoever sends: `mailto:` and an e-mail address, or an
 * https URL, at a name of the public internet.
 *
 * RFC 8292, section 2.1, asks for the form. The rest is experience: Apple answers 403 `BadJwtToken` to a
 * contact at localhost.
 */
export function isVapidSubject(text: string): boolean {
  const host = hostOf(text);
  return (
    host?.includes(".") === true &&
    !host.endsWith(".") &&
    !ipaddr.isValid(host.replaceAll(/[[\]]/g, "")) &&
    !UNREACHABLE.test(host)
  );
}

function hostOf(text: string): string | undefined {
  if (text.startsWith("mailto:")) {
    const address = mailAddressSchema.safeParse(text.slice("mailto:".length));
    return address.success ? address.data.replace(/^.*@/, "").toLowerCase() : undefined;
  }
  return /^https:\/\/\S+$/.test(text) && URL.canParse(text) ? new URL(text).hostname : undefined;
}
