import { type RecordType, recordTypeSchema } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";

/** The objects whose changes the package can report. */
export const REPORTABLE_OBJECTS: readonly RecordType[] = recordTypeSchema.options;

/** One object whose changes the package can report. */
export type ReportableObject = RecordType;

/** What an administrator chooses. */
export interface PackageOptions {
  /** The user the bridge signs in as; outbound messages show what this user may see. */
  readonly integrationUser: string;
  readonly contactEmail: string;
  readonly objects: readonly ReportableObject[];
  /** Messages carry times and status, too: enough to cancel or move a known visit without reading it. */
  readonly hasMoreFields: boolean;
}

/** Everything the files are written from; checked, so writing them cannot fail. */
export interface PackagePlan extends PackageOptions {
  readonly connectionName: string;
  readonly baseUrl: string;
  /** Holds the webhook secret. */
  readonly endpointUrl: string;
  readonly signIn: "client-credentials" | "jwt-bearer";
  /** Reps sign in to their page through the app, too. */
  readonly hasRepSignIn: boolean;
  readonly mapping: Connection["mapping"];
}

/** A plan, or every reason against it, each saying what to mend. */
export type PlannedPackage =
  | {
      readonly kind: "planned";
      readonly plan: PackagePlan;
      readonly warnings: readonly string[];
    }
  | { readonly kind: "refused"; readonly problems: readonly string[] };
