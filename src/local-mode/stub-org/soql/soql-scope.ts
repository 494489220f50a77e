import type { OrgSchema } from "../schema/org-schema.ts";
import type { StubRecord } from "../store/record.ts";

/** What evaluating one query may look at. */
export interface SoqlScope {
  /** The text of the query, for the places in error messages. */
  readonly soql: string;
  readonly schema: OrgSchema;
  readonly nowMs: number;
  readonly apiVersion: number;
  /** Deleted records are there for queryAll only. */
  readonly includeDeleted: boolean;
  /** Where records live, for their `attributes.url`: `/services/data/v66.0/sobjects`. */
  readonly recordsPath: string;
  readonly find: (recordId: string | null) => StubRecord | undefined;
  readonly typeOf: (recordId: string | null) => string | undefined;
  readonly all: (objectType: string) => readonly StubRecord[];
}

/** Says whether a query of this scope sees a record. */
export function isVisible(scope: SoqlScope, record: StubRecord): boolean {
  return scope.includeDeleted || record["IsDeleted"] !== true;
}
