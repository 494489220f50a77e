import { z } from "zod";

/** The person who is always there, and whose password is `ADMIN_PASSWORD`. */
export const FIRST_ADMIN = "admin";

/** A user name: however it is typed, it is kept in lower case. */
export const operatorNameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9._@-]{1,64}$/, "must be 1 to 64 of a-z, 0-9, dot, underscore, hyphen and @");

/** What an operator may do: `viewer` reads, `operator` also changes things of the day, `admin` also people and connections. */
export const OPERATOR_ROLES = ["viewer", "operator", "admin"] as const;

/** One of them, as it comes in from outside. */
export const operatorRoleSchema = z.enum(OPERATOR_ROLES);

/** One of them. */
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

/** Who asks: a person who signed in, or a script with a token. */
export interface Operator {
  /** What the audit trail calls them: a user name, or `API token`. */
  readonly name: string;
  readonly role: OperatorRole;
}

/** A script that holds `ADMIN_API_TOKEN`; no person can have this name. */
export const TOKEN_OPERATOR: Operator = { name: "API token", role: "admin" };

/** Somebody before they signed in, for the audit trail; no person can have this name either. */
export const NOBODY: Operator = { name: "(nobody)", role: "viewer" };

/** Says whether a role includes another; each includes those before it. */
export function isAtLeast(role: OperatorRole, least: OperatorRole): boolean {
  return OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(least);
}
