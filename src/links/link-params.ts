import type { LinkIssue, LinkWarning } from "./link-findings.ts";
import type { RecordingAction, RecordingLink, RecordingLinkInput } from "./recording-link.ts";

/** The parameters of a link in the order in which Siro shows them; links are written in this order. */
export const LINK_PARAMS = [
  "action",
  "title",
  "conversationType",
  "redirectUrl",
  "integrationConnectionId",
  "crmObjects",
  "opportunityId",
] as const satisfies readonly (keyof RecordingLink)[];

/** A parameter that a link may carry. */
export type LinkParam = (typeof LINK_PARAMS)[number];

const KNOWN_FIELDS = new Set<string>(LINK_PARAMS);

const FORBIDDEN: Readonly<Record<RecordingAction, readonly LinkParam[]>> = {
  start: [],
  stop: ["title", "conversationType", "integrationConnectionId", "crmObjects", "opportunityId"],
  restart: ["title", "conversationType"],
};

/** Says whether a parameter has a value; `undefined`, `null`, blank text and an empty list are none. */
export function isPresent(value: unknown): boolean {
  if (typeof value === "string") {
    return value.trim() !== "";
  }
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** Says whether Siro takes a parameter with an action. @see https://docs.siro.ai/triggering-recordings/deep-links */
export function isAllowed(
  param: LinkParam,
  action: RecordingAction,
  allowUndocumented: boolean,
): boolean {
  const isOptedIn = allowUndocumented && action === "restart" && param === "conversationType";
  return isOptedIn || !FORBIDDEN[action].includes(param);
}

/** Lists the parameters that are present but that Siro does not take with this action. */
export function notAllowedIssues(
  input: RecordingLinkInput,
  action: RecordingAction,
  allowUndocumented: boolean,
): LinkIssue[] {
  return LINK_PARAMS.filter(
    (param) => isPresent(input[param]) && !isAllowed(param, action, allowUndocumented),
  ).map((field) => ({
    code: "PARAM_NOT_ALLOWED_FOR_ACTION",
    field,
    message: `${field} cannot be sent with ${action}`,
  }));
}

/** Lists the fields that are no parameter of a link, such as `jobId` or `accountId`; they are never sent. */
export function unknownParamWarnings(input: RecordingLinkInput): LinkWarning[] {
  return Object.entries(input)
    .filter(([field, value]) => !KNOWN_FIELDS.has(field) && isPresent(value))
    .map(([field]) => ({
      code: "UNKNOWN_PARAM",
      field,
      message: "this field is no parameter of a recording link and is not sent",
    }));
}
