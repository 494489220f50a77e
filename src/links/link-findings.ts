/** Why a link was refused; stable, safe to branch on. */
export type LinkIssueCode =
  | "MISSING_ACTION"
  | "INVALID_ACTION"
  | "PARAM_NOT_ALLOWED_FOR_ACTION"
  | "INVALID_TITLE"
  | "INVALID_CONVERSATION_TYPE"
  | "INVALID_REDIRECT_URL"
  | "UNSAFE_REDIRECT_URL"
  | "REDIRECT_SCHEME_NOT_WHITELISTED"
  | "INVALID_INTEGRATION_CONNECTION_ID"
  | "MISSING_INTEGRATION_CONNECTION_ID"
  | "INVALID_CRM_OBJECTS"
  | "INVALID_OBJECT_TYPE"
  | "INVALID_OBJECT_ID"
  | "INVALID_OPPORTUNITY_ID"
  | "CONFLICTING_PARAMS"
  | "INVALID_HOST"
  | "URL_TOO_LONG"
  | "NOT_A_SIRO_LINK"
  | "MALFORMED_ENCODING"
  | "DUPLICATE_PARAM";

/** What is odd about a link that still works; stable. A lenient parse reports broken rules here too, as issue codes. */
export type LinkWarningCode =
  | "TITLE_TRUNCATED"
  | "UNKNOWN_CONVERSATION_TYPE"
  | "OBJECT_ID_PREFIX_MISMATCH"
  | "DEPRECATED"
  | "UNKNOWN_PARAM"
  | "URL_TOO_LONG"
  | "AMBIGUOUS_PLUS"
  | "DOUBLE_ENCODED"
  | "IGNORED_FRAGMENT";

/** One reason for a refusal. `field` is a path such as `title` or `crmObjects[0].objectId`; the message quotes no value. */
export interface LinkIssue {
  readonly code: LinkIssueCode;
  readonly field: string;
  readonly message: string;
}

/** One remark that refuses nothing; shaped like an issue. */
export interface LinkWarning {
  readonly code: LinkWarningCode | LinkIssueCode;
  readonly field: string;
  readonly message: string;
}

/** A link that was refused, with every reason at once. */
export interface RefusedLink {
  readonly kind: "refused";
  readonly issues: readonly LinkIssue[];
  readonly warnings: readonly LinkWarning[];
}

/** What the checks of one link have found so far; each check appends. */
export interface LinkFindings {
  readonly issues: LinkIssue[];
  readonly warnings: LinkWarning[];
}
