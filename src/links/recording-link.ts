/** What a recording link can ask of the Siro app. @see https://docs.siro.ai/triggering-recordings/deep-links */
export const RECORDING_ACTIONS = ["start", "stop", "restart"] as const;

/** One of `start`, `stop` and `restart`. Repeating `start` is harmless; repeating `restart` splits a recording. */
export type RecordingAction = (typeof RECORDING_ACTIONS)[number];

/** The object types Siro documents for links; the set is closed. @see https://docs.siro.ai/triggering-recordings/deep-links */
export const CRM_OBJECT_TYPES = [
  "Lead",
  "Account",
  "Contact",
  "Opportunity",
  "Event",
  "ServiceAppointment",
] as const;

/** A documented object type, or `Engagement`, which only `allowUndocumented` lets through. */
export type CrmObjectType = (typeof CRM_OBJECT_TYPES)[number] | "Engagement";

/** Siro's pair of type and id: one CRM record that a recording is attached to. */
export interface CrmObject {
  readonly objectType: CrmObjectType;
  readonly objectId: string;
}

/** A recording link that obeys every rule, in its normal form: trimmed, without duplicates, ids in 18 characters. */
export interface RecordingLink {
  readonly action: RecordingAction;
  readonly title?: string | undefined;
  readonly conversationType?: string | undefined;
  readonly redirectUrl?: string | undefined;
  readonly integrationConnectionId?: string | undefined;
  readonly crmObjects?: readonly CrmObject[] | undefined;
  readonly opportunityId?: string | undefined;
}

/** A recording link as somebody wrote it: decoded, but not yet held against the rules. */
export interface FoundRecordingLink {
  readonly action?: string | undefined;
  readonly title?: string | undefined;
  readonly conversationType?: string | undefined;
  readonly redirectUrl?: string | undefined;
  readonly integrationConnectionId?: string | undefined;
  readonly crmObjects?: readonly FoundCrmObject[] | undefined;
  readonly opportunityId?: string | undefined;
}

/** One entry of `crmObjects` as somebody wrote it. */
export interface FoundCrmObject {
  readonly objectType: string;
  readonly objectId: string;
}

/**
 * What a caller may hand in: the fields of a link, with values of any kind, since they often come from outside.
 *
 * `undefined` and `null` mean absent. Declare a value as `RecordingLink` to have the compiler check it too.
 */
export type RecordingLinkInput = { readonly [Param in keyof RecordingLink]?: unknown };
