import type { LinkFindings, LinkIssue } from "./link-findings.ts";
import type { LinkRules } from "./link-options.ts";
import { percentDecode } from "./percent-encoding.ts";

const UNSAFE_PROTOCOLS = new Set(["javascript:", "data:", "file:", "intent:"]);

/**
 * Gives the redirect to send, exactly as it came, or `undefined`.
 *
 * Danger is judged before the whitelist, so a whitelisted scheme never opens the door to `javascript:`
 * or to a link that starts a recording again. Plain `http` is never allowed.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links for the whitelist of custom schemes
 */
export function checkRedirectUrl(
  redirectUrl: unknown,
  rules: LinkRules,
  findings: LinkFindings,
): string | undefined {
  if (redirectUrl === undefined || redirectUrl === null) {
    return undefined;
  }
  const issue = redirectIssue(redirectUrl, rules);
  if (issue !== undefined) {
    findings.issues.push({ ...issue, field: "redirectUrl" });
  }
  return typeof redirectUrl === "string" ? redirectUrl : undefined;
}

type RedirectIssue = Omit<LinkIssue, "field">;

function redirectIssue(redirectUrl: unknown, rules: LinkRules): RedirectIssue | undefined {
  if (typeof redirectUrl !== "string" || !URL.canParse(redirectUrl)) {
    return { code: "INVALID_REDIRECT_URL", message: "redirectUrl must be an absolute URL" };
  }
  const url = new URL(redirectUrl);
  if (UNSAFE_PROTOCOLS.has(url.protocol) || isRecordLink(url, rules.host)) {
    const message = "redirectUrl must not run code, open a file or be a recording link itself";
    return { code: "UNSAFE_REDIRECT_URL", message };
  }
  if (!isSpelledOut(redirectUrl)) {
    const message = "redirectUrl must not hold spaces, control characters or half a scheme";
    return { code: "INVALID_REDIRECT_URL", message };
  }
  if (url.protocol !== "https:" && !isWhitelisted(url.protocol, rules.whitelistedSchemes)) {
    const message = "redirectUrl must be https, or a custom scheme that Siro has whitelisted";
    return { code: "REDIRECT_SCHEME_NOT_WHITELISTED", message };
  }
  return undefined;
}

// The URL class forgives what another reader may not: inner line breaks, `https:host`, `https:\\host`.
function isSpelledOut(text: string): boolean {
  const hasOddCharacters = /[\s\p{Cc}]/u.test(text) || !text.isWellFormed();
  return !hasOddCharacters && (!/^https:/i.test(text) || /^https:\/\/[^/\\]/i.test(text));
}

function isWhitelisted(protocol: string, schemes: readonly string[]): boolean {
  const wanted = protocol.slice(0, -1);
  return (
    wanted !== "http" &&
    schemes.some((scheme) => scheme.toLowerCase().replace(/:(?:\/\/)?$/, "") === wanted)
  );
}

function isRecordLink(url: URL, host: string): boolean {
  if (url.protocol === "siro:") {
    return isRecordPath(url.host + url.pathname);
  }
  const hostname = url.hostname.replace(/\.$/, "");
  const isSiro = /(?:^|\.)siro\.ai$/.test(hostname) || hostname === host.replace(/:\d+$/, "");
  return isSiro && isRecordPath(url.pathname);
}

function isRecordPath(path: string): boolean {
  return /^\/*record\/*$/i.test(percentDecode(path) ?? path);
}
