import type { Connection } from "../domain/connection.ts";
import type { Retry } from "../errors.ts";
import type { CallPause } from "./call-pause.ts";
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

/** A push to a user's Salesforce app. */
export interface CustomNotification {
  /** The developer name of the org's CustomNotificationType. */
  readonly typeDeveloperName: string;
  /** The user's id. */
  readonly recipientId: string;
  /** Up to 250 characters. */
  readonly title: string;
  /** Up to 750 characters. */
  readonly body: string;
  /** The record that a tap opens; 000000000000000AAA opens nothing. */
  readonly targetId: string;
}

/** What came of a custom notification; sent is not seen. */
export type NotificationOutcome =
  | { readonly kind: "sent" }
  /** The org has no such type, or no such user; or ours lacks "Send Custom Notifications". */
  | { readonly kind: "unknown-type" | "unknown-recipient" | "not-allowed" }
  /** Salesforce's own error code. */
  | { readonly kind: "refused"; readonly code: string };

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
   * @throws {OrgAccessError | QueryRefusedError} when it refuses us, or the call as a whole.
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
  /**
   * Sends a custom notification; not safe to repeat: each call is a push.
   *
   * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError | QueryRefusedError} when the org could not be asked.
   */
  notify(notification: CustomNotification): Promise<NotificationOutcome>;
  /** How much of the day's API calls is used; undefined when the org has not said it lately. */
  usage(): ApiUsage | undefined;
  /** Whether the org can be read now; who reads in bulk asks here first, so that one refusal is enough for all. */
  readonly pause: CallPause;
}
