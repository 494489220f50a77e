import type { LinkWarning } from "./link-findings.ts";
import type { FoundRecordingLink } from "./recording-link.ts";

/** A link of the form `https://…/record`. `extra` holds parameters that Siro does not document. */
export interface ParsedRecordingLink {
  readonly kind: "recording-link";
  readonly link: FoundRecordingLink;
  readonly extra: Readonly<Record<string, string>>;
  readonly warnings: readonly LinkWarning[];
}

/** A link of the older form `siro://record`, which has no action. It is read, but never written. */
export interface ParsedLegacyAppLink {
  readonly kind: "legacy-app-link";
  readonly link: LegacyAppLink;
  readonly extra: Readonly<Record<string, string>>;
  readonly warnings: readonly LinkWarning[];
}

/** What a `siro://record` link says: the CRM's id of an appointment, a title, an opportunity. */
export interface LegacyAppLink {
  readonly appointmentId?: string | undefined;
  readonly title?: string | undefined;
  readonly opportunityId?: string | undefined;
}
