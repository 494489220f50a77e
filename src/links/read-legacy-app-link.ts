import type { LinkFindings, RefusedLink } from "./link-findings.ts";
import type { ParsedLegacyAppLink } from "./parsed-link.ts";
import { readOpportunityId } from "./read-opportunity-id.ts";
import { readQuery } from "./read-query.ts";

const LEGACY_PARAMS = ["appointmentId", "title", "opportunityId", "jobId"];

/** Reads the query of a `siro://record` link. */
export function readLegacyAppLink(
  query: string,
  findings: LinkFindings,
): ParsedLegacyAppLink | RefusedLink {
  const { known, extra } = readQuery(query, LEGACY_PARAMS, findings);
  const link = {
    appointmentId: known.get("appointmentId"),
    title: known.get("title"),
    opportunityId: readOpportunityId(known, findings),
  };
  return findings.issues.length > 0
    ? { kind: "refused", ...findings }
    : { kind: "legacy-app-link", link, extra, warnings: findings.warnings };
}
