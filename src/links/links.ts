// biome-ignore-all lint/performance/noBarrelFile: the package's public door, `siro-bridge/links`; nothing inside imports it.
export { type BuildOutcome, buildRecordingLink } from "./build-recording-link.ts";
export type {
  LinkIssue,
  LinkIssueCode,
  LinkWarning,
  LinkWarningCode,
  RefusedLink,
} from "./link-findings.ts";
export type { LinkOptions } from "./link-options.ts";
export {
  type ParseOptions,
  type ParseOutcome,
  parseRecordingLink,
} from "./parse-recording-link.ts";
export type { LegacyAppLink, ParsedLegacyAppLink, ParsedRecordingLink } from "./parsed-link.ts";
export {
  CRM_OBJECT_TYPES,
  type CrmObject,
  type CrmObjectType,
  type FoundCrmObject,
  type FoundRecordingLink,
  RECORDING_ACTIONS,
  type RecordingAction,
  type RecordingLink,
  type RecordingLinkInput,
} from "./recording-link.ts";
export { longSalesforceId } from "./salesforce-id.ts";
export { type ValidateOutcome, validateRecordingLink } from "./validate-recording-link.ts";
