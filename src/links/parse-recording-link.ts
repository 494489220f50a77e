import type { CrmObjectEntry } from "./check-crm-objects.ts";
import type { LinkFindings, RefusedLink } from "./link-findings.ts";
import { type LinkOptions, linkRules } from "./link-options.ts";
import { LINK_PARAMS } from "./link-params.ts";
import type { ParsedLegacyAppLink, ParsedRecordingLink } from "./parsed-link.ts";
import { readCrmObjects } from "./read-crm-objects.ts";
import { readLegacyAppLink } from "./read-legacy-app-link.ts";
import { readOpportunityId } from "./read-opportunity-id.ts";
import { readQuery } from "./read-query.ts";
import type { FoundCrmObject } from "./recording-link.ts";
import { splitLink } from "./split-link.ts";
import { validateRecordingLink } from "./validate-recording-link.ts";

/** How to parse a link: the rules of a build, and how hard to hold the link to them. */
export interface ParseOptions extends LinkOptions {
  /** Refuse a link that breaks a rule, and give a good one in normal form. Default false: broken rules are warnings. */
  readonly strict?: boolean | undefined;
  /** The hosts whose links are Siro's, in any case. Default: the one `host`. */
  readonly hosts?: readonly string[] | undefined;
}

/** How a parse ended. */
export type ParseOutcome = ParsedRecordingLink | ParsedLegacyAppLink | RefusedLink;

/**
 * Takes a recording link apart, in Siro's documented encoding or a stricter one.
 *
 * Pure; never throws. A link that cannot be read without guessing is refused in both modes: another host,
 * broken encoding, a repeated parameter, crmObjects that are no JSON. Lenient values come back as written.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links
 */
export function parseRecordingLink(url: string, options: ParseOptions = {}): ParseOutcome {
  const parts = splitLink(url, options.hosts ?? [linkRules(options).host]);
  const findings: LinkFindings = { issues: [], warnings: [] };
  if (parts === undefined) {
    const message = "the link is no https link to /record on a host of Siro, nor siro://record";
    findings.issues.push({ code: "NOT_A_SIRO_LINK", field: "url", message });
    return { kind: "refused", ...findings };
  }
  if (parts.hasFragment) {
    const message = "everything after a raw # was ignored";
    findings.warnings.push({ code: "IGNORED_FRAGMENT", field: "url", message });
  }
  return parts.form === "app"
    ? readLegacyAppLink(parts.query, findings)
    : readRecordingLink(parts.query, options, findings);
}

function readRecordingLink(
  query: string,
  options: ParseOptions,
  findings: LinkFindings,
): ParsedRecordingLink | RefusedLink {
  const { known, extra } = readQuery(query, [...LINK_PARAMS, "jobId"], findings);
  const crmObjects = readCrmObjects(known.get("crmObjects"), findings);
  const texts = readTexts(known, findings);
  const verdict = validateRecordingLink({ ...texts, crmObjects }, options);
  const warnings = [...findings.warnings, ...verdict.warnings];
  const broken = verdict.kind === "refused" ? verdict.issues : [];
  const isStrict = options.strict === true;
  const issues = isStrict ? [...findings.issues, ...broken] : findings.issues;
  if (issues.length > 0) {
    return { kind: "refused", issues, warnings };
  }
  const link =
    isStrict && verdict.kind === "valid"
      ? verdict.link
      : { ...texts, crmObjects: crmObjects?.flatMap(foundCrmObject) };
  return { kind: "recording-link", link, extra, warnings: [...warnings, ...broken] };
}

function readTexts(params: ReadonlyMap<string, string>, findings: LinkFindings) {
  return {
    action: params.get("action"),
    title: params.get("title"),
    conversationType: params.get("conversationType"),
    redirectUrl: params.get("redirectUrl"),
    integrationConnectionId: params.get("integrationConnectionId"),
    opportunityId: readOpportunityId(params, findings),
  };
}

// An entry whose type or id is no text cannot be given as found; the validation reports it.
function foundCrmObject({ objectType, objectId }: CrmObjectEntry): FoundCrmObject[] {
  return typeof objectType === "string" && typeof objectId === "string"
    ? [{ objectType, objectId }]
    : [];
}
