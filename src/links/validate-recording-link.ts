import { checkConversationType } from "./check-conversation-type.ts";
import { checkCrmObjects } from "./check-crm-objects.ts";
import { checkId } from "./check-id.ts";
import { checkRedirectUrl } from "./check-redirect-url.ts";
import { checkTitle } from "./check-title.ts";
import type { LinkFindings, LinkWarning, RefusedLink } from "./link-findings.ts";
import { type LinkOptions, type LinkRules, linkRules } from "./link-options.ts";
import { isAllowed, isPresent, notAllowedIssues, unknownParamWarnings } from "./link-params.ts";
import {
  RECORDING_ACTIONS,
  type RecordingAction,
  type RecordingLink,
  type RecordingLinkInput,
} from "./recording-link.ts";

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/;

/** How a validation ended: a link in its normal form, or every reason against it. */
export type ValidateOutcome =
  | {
      readonly kind: "valid";
      readonly link: RecordingLink;
      readonly warnings: readonly LinkWarning[];
    }
  | RefusedLink;

/**
 * Holds the fields of a link against every rule and gives them in normal form.
 *
 * Pure; never throws. All issues are collected, so one round of corrections is enough.
 */
export function validateRecordingLink(
  input: RecordingLinkInput,
  options: LinkOptions = {},
): ValidateOutcome {
  const rules = linkRules(options);
  const findings: LinkFindings = { issues: [], warnings: unknownParamWarnings(input) };
  const action = checkAction(input.action, findings);
  checkHost(rules.host, findings);
  checkCombinations(input, { action, rules }, findings);
  const params = checkParams(input, rules, findings);
  return action === undefined || findings.issues.length > 0
    ? { kind: "refused", ...findings }
    : { kind: "valid", link: { action, ...params }, warnings: findings.warnings };
}

function checkAction(action: unknown, findings: LinkFindings): RecordingAction | undefined {
  const found = RECORDING_ACTIONS.find((candidate) => candidate === action);
  if (found === undefined) {
    findings.issues.push({
      code: isPresent(action) ? "INVALID_ACTION" : "MISSING_ACTION",
      field: "action",
      message: "action must be start, stop or restart, in lower case",
    });
  }
  return found;
}

function checkHost(host: string, findings: LinkFindings): void {
  if (!HOST.test(host)) {
    const message = "host must be a host name, perhaps with a port, and nothing else";
    findings.issues.push({ code: "INVALID_HOST", field: "host", message });
  }
}

interface ActionAndRules {
  readonly action: RecordingAction | undefined;
  readonly rules: LinkRules;
}

function checkCombinations(
  input: RecordingLinkInput,
  { action, rules }: ActionAndRules,
  findings: LinkFindings,
): void {
  if (action !== undefined) {
    findings.issues.push(...notAllowedIssues(input, action, rules.allowUndocumented));
  }
  const takesObjects =
    action === undefined || isAllowed("crmObjects", action, rules.allowUndocumented);
  const sendsObjects = takesObjects && isPresent(input.crmObjects);
  if (sendsObjects && !isPresent(input.integrationConnectionId)) {
    const message = "crmObjects are accepted only together with integrationConnectionId";
    const field = "integrationConnectionId";
    findings.issues.push({ code: "MISSING_INTEGRATION_CONNECTION_ID", field, message });
  }
  if (isPresent(input.opportunityId)) {
    checkOpportunity(input, findings);
  }
}

function checkOpportunity(input: RecordingLinkInput, findings: LinkFindings): void {
  const field = "opportunityId";
  if (isPresent(input.crmObjects)) {
    const message = "opportunityId and crmObjects exclude each other";
    findings.issues.push({ code: "CONFLICTING_PARAMS", field, message });
  }
  const message = "opportunityId is deprecated; send integrationConnectionId and crmObjects";
  findings.warnings.push({ code: "DEPRECATED", field, message });
}

function checkParams(
  input: RecordingLinkInput,
  rules: LinkRules,
  findings: LinkFindings,
): Omit<RecordingLink, "action"> {
  return {
    title: checkTitle(input.title, rules.maxTitleLength, findings),
    conversationType: checkConversationType(
      input.conversationType,
      rules.knownConversationTypes,
      findings,
    ),
    redirectUrl: checkRedirectUrl(input.redirectUrl, rules, findings),
    integrationConnectionId: checkId(
      input.integrationConnectionId,
      { field: "integrationConnectionId", code: "INVALID_INTEGRATION_CONNECTION_ID" },
      findings,
    ),
    crmObjects: checkCrmObjects(input.crmObjects, rules, findings),
    opportunityId: checkId(
      input.opportunityId,
      { field: "opportunityId", code: "INVALID_OPPORTUNITY_ID" },
      findings,
    ),
  };
}
