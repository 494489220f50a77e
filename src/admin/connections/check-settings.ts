import ipaddr from "ipaddr.js";
import type { ConnectionSettings } from "../../domain/connection-secrets.ts";
import { readSettings } from "../../domain/stored-connection.ts";
import { InputInvalidError } from "../../http/input-errors.ts";
import type { Issue } from "../../http/request-error.ts";
import { bareHost, isLocalName } from "../../outbound/address-guard.ts";

/**
 * Checks settings by the rules of the connections file, and by what only a page can get wrong.
 *
 * @throws {InputInvalidError} listing every field that has to be mended, by its path.
 */
export function checkSettings(
  settings: ConnectionSettings,
  {
    outboundAllow,
    more,
  }: { readonly outboundAllow: readonly string[]; readonly more: readonly Issue[] },
): void {
  const reading = readSettings(settings);
  const issues = [
    ...more,
    ...(reading.kind === "refused" ? reading.issues : []),
    ...textIssues(settings, [], outboundAllow),
  ];
  if (issues.length > 0) {
    throw new InputInvalidError(issues);
  }
}

/** Nothing lies deeper in settings; what does is refused as a whole. */
const DEEPEST = 8;

function textIssues(
  value: unknown,
  path: readonly string[],
  allow: readonly string[],
): readonly Issue[] {
  if (path.length > DEEPEST) {
    return [];
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, one]) => textIssues(one, [...path, key], allow));
  }
  const message = typeof value === "string" ? textProblem(value, allow) : undefined;
  return message === undefined ? [] : [{ path: path.join("."), message }];
}

function textProblem(text: string, allow: readonly string[]): string | undefined {
  if (text.startsWith("$env:")) {
    return "names a variable of the environment, which only the connections file can do; write the value itself";
  }
  // Read as whoever calls it reads it: `HTTPS://`, a blank before it or a dot behind the host change nothing.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return undefined;
  }
  if (url.username !== "" || url.password !== "") {
    return "must not carry a user name or a password: whoever looks at the settings would see it";
  }
  return isNotPublic(bareHost(url.hostname), allow)
    ? "leads to this machine, to this network or to a bare address; list its host in OUTBOUND_ALLOW, or name it in the connections file"
    : undefined;
}

/** Services have public names; a number, or a name of this network, is how a page would reach what is not meant for it. */
function isNotPublic(host: string, allow: readonly string[]): boolean {
  const isAllowed = allow.some((one) => bareHost(one) === host);
  return !isAllowed && (ipaddr.isValid(host) || isLocalName(host));
}
