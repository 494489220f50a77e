import type { LinkFindings } from "./link-findings.ts";

/**
 * Reads `opportunityId`, or `jobId` in its place; two different values are an issue.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links for jobId, which Siro treats as opportunityId
 */
export function readOpportunityId(
  params: ReadonlyMap<string, string>,
  findings: LinkFindings,
): string | undefined {
  const opportunityId = params.get("opportunityId");
  const jobId = params.get("jobId");
  if (jobId === undefined) {
    return opportunityId;
  }
  const deprecation = "jobId is deprecated; Siro reads it as opportunityId";
  findings.warnings.push({ code: "DEPRECATED", field: "jobId", message: deprecation });
  if (opportunityId !== undefined && opportunityId !== jobId) {
    const message = "jobId and opportunityId name different opportunities";
    findings.issues.push({ code: "CONFLICTING_PARAMS", field: "jobId", message });
  }
  return opportunityId ?? jobId;
}
