/** What an operator may do: `viewer` reads, `operator` also changes things of the day, `admin` also people and connections. */
export const OPERATOR_ROLES = ["viewer", "operator", "admin"] as const;

/** One of them. */
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

/** Who asks: a person who signed in, or a script with a token. */
export interface Operator {
  /** What the audit trail calls them: a user name, or `API token`. */
  readonly name: string;
  readonly role: OperatorRole;
}

/** Says whether a role includes another; each includes those before it. */
export function isAtLeast(role: OperatorRole, least: OperatorRole): boolean {
  return OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(least);
}
