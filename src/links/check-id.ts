import type { LinkFindings, LinkIssueCode } from "./link-findings.ts";

/** Which plain id is being checked, and the code that refuses it. */
export interface IdParam {
  readonly field: "integrationConnectionId" | "opportunityId";
  readonly code: LinkIssueCode;
}

/** Gives an id without surrounding space, or `undefined` when it is absent, blank or refused. */
export function checkId(id: unknown, param: IdParam, findings: LinkFindings): string | undefined {
  if (id === undefined || id === null) {
    return undefined;
  }
  if (typeof id !== "string" || !id.isWellFormed()) {
    const message = `${param.field} must be a text without lone surrogates`;
    findings.issues.push({ ...param, message });
    return undefined;
  }
  return id.trim() || undefined;
}
