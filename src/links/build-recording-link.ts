import type { LinkWarning, RefusedLink } from "./link-findings.ts";
import { type LinkOptions, linkRules } from "./link-options.ts";
import { LINK_PARAMS, type LinkParam } from "./link-params.ts";
import { percentEncode } from "./percent-encoding.ts";
import type { RecordingLink, RecordingLinkInput } from "./recording-link.ts";
import { validateRecordingLink } from "./validate-recording-link.ts";

/** Above this, older mail and text-message clients may cut a link. */
const WARN_ABOVE = 2000;

/** Above this, servers and browsers commonly refuse a request line. */
const REFUSE_ABOVE = 8000;

/** How a build ended: the link, or every reason against it. */
export type BuildOutcome =
  | { readonly kind: "built"; readonly url: string; readonly warnings: readonly LinkWarning[] }
  | RefusedLink;

/**
 * Builds the link that starts, stops or restarts a recording in the Siro app.
 *
 * Pure; never throws. The same input always gives the same bytes: parameters in Siro's order, values
 * strictly percent-encoded. Everything wrong with the input is reported at once.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links
 */
export function buildRecordingLink(
  input: RecordingLinkInput,
  options: LinkOptions = {},
): BuildOutcome {
  const outcome = validateRecordingLink(input, options);
  if (outcome.kind === "refused") {
    return outcome;
  }
  const url = `https://${linkRules(options).host}/record?${queryOf(outcome.link)}`;
  if (url.length <= WARN_ABOVE) {
    return { kind: "built", url, warnings: outcome.warnings };
  }
  return judgeLongUrl(url, outcome.warnings);
}

function queryOf(link: RecordingLink): string {
  return LINK_PARAMS.flatMap((param) => {
    const text = textOf(link, param);
    return text === undefined ? [] : [`${param}=${percentEncode(text)}`];
  }).join("&");
}

function textOf(link: RecordingLink, param: LinkParam): string | undefined {
  return param === "crmObjects" ? JSON.stringify(link.crmObjects) : link[param];
}

function judgeLongUrl(url: string, warnings: readonly LinkWarning[]): BuildOutcome {
  const remark = {
    code: "URL_TOO_LONG",
    field: "url",
    message: `the link has ${url.length} characters; send fewer crmObjects or a shorter redirectUrl`,
  } as const;
  return url.length > REFUSE_ABOVE
    ? { kind: "refused", issues: [remark], warnings }
    : { kind: "built", url, warnings: [...warnings, remark] };
}
