import type { RequestHandler } from "express";
import type { Redis } from "ioredis";
import type { OidcSettings } from "../domain/oidc-settings.ts";
import { createClientAddress } from "../http/client-address.ts";
import { createFailureLimit } from "../http/failure-limit.ts";
import type { RecordAudit } from "./admin-route.ts";
import { createAuditTrail } from "./audit-trail.ts";
import { type CheckSignIn, createSignInCheck } from "./check-sign-in.ts";
import { type Accounts, openAccounts } from "./operator-accounts.ts";
import { createOperatorGuard } from "./operator-guard.ts";
import { createOperatorSession, type OperatorSession } from "./operator-session.ts";

const WINDOW_MS = 15 * 60_000;
/** A token is too long to guess; this only stops the noise of a script that holds an old one. */
const BEARER_FAILURES = 100;

/** What knowing operators needs from the world. */
export interface OperatorsDeps {
  readonly redis: Redis;
  readonly secretKey: Buffer;
  readonly adminPassword: string | undefined;
  readonly adminApiToken: string | undefined;
  readonly publicUrl: URL;
  readonly trustedProxies: readonly string[];
  readonly nowMs: () => number;
  readonly oidc?: Pick<OidcSettings, "sessionMs"> | undefined;
}

/** Who the operators are, how they are known again, and what they changed. */
export interface Operators {
  readonly accounts: Accounts;
  readonly session: OperatorSession;
  readonly checkSignIn: CheckSignIn;
  readonly recordAudit: RecordAudit;
  /** Stands before everything that is for operators only. */
  readonly guard: RequestHandler;
}

/**
 * Puts together what knows operators.
 *
 * @throws {AddressRangeError} when a trusted proxy is neither an address nor a range.
 */
export function openOperators(deps: OperatorsDeps): Operators {
  const clients = createClientAddress(deps.trustedProxies);
  const accounts = openAccounts(deps);
  const recordAudit = createAuditTrail(deps);
  const session = createOperatorSession({
    ...deps,
    accounts,
    clients,
    providerSessionMs: deps.oidc?.sessionMs,
  });
  const bearerFailures = createFailureLimit({
    redis: deps.redis,
    clients,
    nowMs: deps.nowMs,
    limit: "operator-bearer",
    windowMs: WINDOW_MS,
    failures: BEARER_FAILURES,
  });
  return {
    accounts,
    session,
    recordAudit,
    checkSignIn: createSignInCheck({ ...deps, clients, accounts, recordAudit }),
    guard: createOperatorGuard({ ...deps, session, bearerFailures }),
  };
}
