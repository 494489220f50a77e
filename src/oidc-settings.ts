import { z } from "zod";
import type { OidcSettings } from "./domain/oidc-settings.ts";
import { type OperatorRole, operatorRoleSchema } from "./domain/operator.ts";

/** The schemas of the variables by which operators sign in through an OpenID provider. */
export const oidcVariables = {
  issuer: z
    .url({ protocol: /^https?$/, error: "must be an https URL" })
    .refine(isSafeIssuer, "must be an https URL; plain http is for 127.0.0.1 and localhost alone")
    .optional(),
  roleClaim: z.string().min(1).default("roles"),
  defaultRole: operatorRoleSchema.optional(),
};

/** What the environment says of the OpenID provider. */
interface OidcVariables {
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly OIDC_CLIENT_SECRET?: string | undefined;
  readonly OIDC_ROLE_CLAIM: string;
  readonly OIDC_DEFAULT_ROLE?: OperatorRole | undefined;
  readonly OIDC_SESSION_MINUTES: number;
}

/** Joins the variables that belong together; undefined when operators sign in by passwords alone. */
export function composeOidc(env: OidcVariables): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = env;
  return issuer === undefined || clientId === undefined
    ? undefined
    : {
        issuer: new URL(issuer),
        clientId,
        clientSecret: env.OIDC_CLIENT_SECRET,
        roleClaim: env.OIDC_ROLE_CLAIM,
        defaultRole: env.OIDC_DEFAULT_ROLE,
        sessionMs: env.OIDC_SESSION_MINUTES * 60_000,
      };
}

/** Says what is missing beside what is set. */
export function oidcProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  const needs = (one: string, other: string) =>
    given[one] !== undefined && given[other] === undefined
      ? [`${other}: is needed with ${one}`]
      : [];
  return [
    ...needs("OIDC_ISSUER", "OIDC_CLIENT_ID"),
    ...needs("OIDC_CLIENT_ID", "OIDC_ISSUER"),
    ...needs("OIDC_CLIENT_SECRET", "OIDC_CLIENT_ID"),
  ];
}

function isSafeIssuer(text: string): boolean {
  const { protocol, hostname } = URL.canParse(text)
    ? new URL(text)
    : { protocol: "", hostname: "" };
  return protocol === "https:" || hostname === "127.0.0.1" || hostname === "localhost";
}
