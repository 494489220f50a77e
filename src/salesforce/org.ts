import type { Connection } from "../domain/connection.ts";
import type { Refusal } from "./judge-refusal.ts";
import type { ApiUsage } from "./limit-watch.ts";
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

/** One Salesforce org, as this room sees it; signs in on first use and again when it has to. */
export interface Org {
  readonly connection: Connection;
  /** What the org has and what it lacks. */
  readonly shape: OrgShape;
  /**
   * Runs up to five queries in one API call; the answers come in the order of the queries.
   *
   * @throws {OrgUnavailableError} when the org cannot be reached or understood now.
   * @throws {ApiLimitError} when its calls are used up.
   * @throws {OrgAccessError} when it refuses us.
   */
  composite(queries: readonly OrgQuery[]): Promise<readonly CompositeAnswer[]>;
  /** How much of the day's API calls is used; undefined when the org has not said it lately. */
  usage(): ApiUsage | undefined;
}
