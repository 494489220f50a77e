import type { Connection } from "../domain/connection.ts";
import type { Retry } from "../errors.ts";
import type { Refusal } from "./judge-refusal.ts";
import type { ApiUsage } from "./limit-watch.ts";
import type { SessionSource } from "./org-session.ts";
import type { OrgShape } from "./org-shape.ts";

/** The queries that one composite call may hold. */
export const QUERIES_PER_CALL = 5;

/** One query of a composite call: SOQL, or the next page of an earlier answer. */
export type OrgQuery =
  | {
      readonly soql: string;
      /** See deleted and archived records, too. */
      readonly all?: boolean;
    }
  | { readonly nextUrl: string };

/** What came of one query; a refused one does not sink the others. */
export type CompositeAnswer =
  | { readonly kind: "rows"; readonly rows: readonly unknown[]; readonly nextUrl?: string }
  | ({ readonly kind: "refused" } & Refusal);

/** The records that one update may hold. */
export const RECORDS_PER_UPDATE = 200;

/** New values for some fields of one record; null empties a field. */
export interface RecordUpdate {
  readonly type: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** What came of one record's update; a refused one does not sink the others. */
export type UpdateOutcome =
  | { readonly kind: "ok" }
  | {
      readonly kind: "refused";
      /** Salesforce's error code, such as INVALID_FIELD_FOR_INSERT_UPDATE. */
      readonly code: string;
      /** Whether the same update can succeed if it is tried again. */
      readonly retry: Retry;
    };

/** One Salesforce org, as this room sees it; signs in on first use and again when it has to. */
export interface Org {
  readonly connection: Connection;
  /** What the org has and what it lacks. */
  readonly shape: OrgShape;
  /** The session all calls share, for what is no REST call. */
  readonly sessions: SessionSource;
  /**
   * Runs up to five queries in one API call; the answers come in the order of the queries.
   *
   * @throws {OrgUnavailableError} when the org cannot be reached or understood now.
   * @throws {ApiLimitError} when its calls are used up.
   * @throws {OrgAccessError} when it refuses us.
   */
  composite(queries: readonly OrgQuery[]): Promise<readonly CompositeAnswer[]>;
  /**
   * Updates up to 200 records in one API call; the outcomes come in the order of the records.
   *
   * Safe to repeat: the same values again change nothing but the record's stamps.
   *
   * @throws {OrgUnavailableError} when the org cannot be reached or understood now.
   * @throws {ApiLimitError} when its calls are used up.
   * @throws {OrgAccessError | QueryRefusedError} when it refuses us, or the call as a whole.
   */
  update(records: readonly RecordUpdate[]): Promise<readonly UpdateOutcome[]>;
  /** How much of the day's API calls is used; undefined when the org has not said it lately. */
  usage(): ApiUsage | undefined;
}
