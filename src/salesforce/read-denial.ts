import type { Refusal } from "./judge-refusal.ts";

/** One thing that a query must do without; `key` tells denials apart. */
export type Denial = { readonly key: string } & (
  | { readonly kind: "column"; readonly column: string; readonly type: string }
  | { readonly kind: "relationship"; readonly relationship: string }
  | { readonly kind: "type"; readonly type: string }
);

const NO_COLUMN = /No such column '(\w+)' on entity '(\w+)'/i;
const NO_RELATIONSHIP = /Didn't understand relationship '(\w+)'/i;
const NO_TYPE = /sObject type '(\w+)' is not supported/i;

/**
 * Reads from Salesforce's text what a refused query asked for in vain; undefined when it does not say.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 */
export function readDenial({ message }: Pick<Refusal, "message">): Denial | undefined {
  const [, column, owner] = NO_COLUMN.exec(message) ?? [];
  if (column !== undefined && owner !== undefined) {
    return { key: `column ${owner}.${column}`, kind: "column", column, type: owner };
  }
  const [, relationship] = NO_RELATIONSHIP.exec(message) ?? [];
  if (relationship !== undefined) {
    return { key: `relationship ${relationship}`, kind: "relationship", relationship };
  }
  const [, type] = NO_TYPE.exec(message) ?? [];
  return type === undefined ? undefined : { key: `type ${type}`, kind: "type", type };
}
