import type { Alert } from "../domain/alert.ts";

/** Something that is wrong right now. */
export interface Condition
  extends Pick<Alert, "code" | "severity" | "connection" | "text" | "count"> {
  /** It must have been so for so long before anybody is told. */
  readonly holdMs: number;
}

/** What makes two looks speak of the same alert. */
export function conditionKey({ code, connection }: Pick<Alert, "code" | "connection">): string {
  return connection === undefined ? code : `${code}~${connection}`;
}
