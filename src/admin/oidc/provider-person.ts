import { randomUUID } from "node:crypto";
import type { People, Person } from "../../books/operator-book.ts";
import type { OidcSettings } from "../../domain/oidc-settings.ts";
import {
  FIRST_ADMIN,
  OPERATOR_ROLES,
  type OperatorRole,
  operatorNameSchema,
} from "../../domain/operator.ts";
import { ProviderNameError, ProviderRoleMissingError } from "./oidc-errors.ts";
import type { ProviderClaims } from "./open-provider.ts";

/**
 * The person whom the provider vouches for, as the book shall have them.
 *
 * Known by issuer and subject alone: a name can be given to somebody else at the provider, and would then open
 * another person's account here. A role that was given here stays; else the claim decides at every sign-in anew.
 */
export function providerPerson(
  people: People,
  claims: ProviderClaims,
  { settings, nowMs }: { readonly settings: OidcSettings; readonly nowMs: number },
): { readonly save: Person } {
  const subject = `${claims.iss} ${claims.sub}`;
  const known = [...people.values()].find((person) => person.subject === subject);
  if (known?.roleFrom === "people") {
    return { save: known };
  }
  const role = claimedRole(claims, settings);
  if (role === undefined) {
    throw new ProviderRoleMissingError(settings.roleClaim);
  }
  if (known !== undefined) {
    return { save: { ...known, role } };
  }
  const name = freeName(people, claims);
  return {
    save: { name, role, roleFrom: "provider", subject, era: randomUUID(), createdAtMs: nowMs },
  };
}

/** The greatest of the roles that the claim names, in a list or in words. */
function claimedRole(
  claims: ProviderClaims,
  { roleClaim, defaultRole }: Pick<OidcSettings, "roleClaim" | "defaultRole">,
): OperatorRole | undefined {
  // A claim may have dots in its own name, like https://example.com/roles.
  const claim = claims[roleClaim] ?? valueAt(claims, roleClaim.split("."));
  const named = new Set(typeof claim === "string" ? claim.split(/[\s,]+/) : [claim].flat());
  return OPERATOR_ROLES.findLast((role) => named.has(role)) ?? defaultRole;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) {
    return value;
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, first)
    ? valueAt(Object.entries(value).find(([key]) => key === first)?.[1], rest)
    : undefined;
}

function freeName(people: People, claims: ProviderClaims): string {
  // An address that nobody confirmed may be somebody else's.
  const email = claims["email_verified"] === false ? undefined : claims["email"];
  const told = [claims["preferred_username"], email]
    .map((claim) => operatorNameSchema.safeParse(claim))
    .find(({ success }) => success)?.data;
  if (told === undefined || told === FIRST_ADMIN || people.has(told)) {
    throw new ProviderNameError();
  }
  return told;
}
