import type { Request } from "express";
import type { Redis } from "ioredis";
import { NOBODY } from "../domain/operator.ts";
import type { ClientAddress } from "../http/client-address.ts";
import { clientKey, createExactFailureLimit } from "../http/failure-limit.ts";
import type { RecordAudit } from "./admin-route.ts";
import type { Account, Accounts } from "./operator-accounts.ts";

const WINDOW_MS = 15 * 60_000;
const CLIENT_FAILURES = 5;
/** More than one client may fail: nobody shall be kept out by a single stranger who knows their name. */
const NAME_FAILURES = 20;

/** What checking a sign-in needs from the world. */
export interface CheckSignInDeps {
  readonly redis: Redis;
  readonly nowMs: () => number;
  readonly clients: ClientAddress;
  readonly accounts: Accounts;
  readonly recordAudit: RecordAudit;
}

/** A user name and a password, as somebody gave them. */
export interface GivenSecret {
  readonly user: string;
  readonly password: string;
}

/** Checks a password; undefined when it is wrong. */
export type CheckSignIn = (request: Request, secret: GivenSecret) => Promise<Account | undefined>;

/**
 * Makes the check of passwords: bounded by the client's address and by the user name, over all processes.
 *
 * It throws `TooManyRequestsError` while either of them is locked out.
 */
export function createSignInCheck(deps: CheckSignInDeps): CheckSignIn {
  const { accounts, clients } = deps;
  const bounds = { redis: deps.redis, nowMs: deps.nowMs, windowMs: WINDOW_MS };
  const byClient = createExactFailureLimit({
    ...bounds,
    limit: "sign-in-client",
    failures: CLIENT_FAILURES,
  });
  const byName = createExactFailureLimit({
    ...bounds,
    limit: "sign-in-name",
    failures: NAME_FAILURES,
  });
  return (request, { user, password }) => {
    const tell = (what: string) => () => tellLockOut(deps, { request, user, what });
    return byClient.guard(
      clientKey(clients, request),
      () =>
        byName.guard(
          user,
          () => accounts.check(user, password),
          tell(`Locked this user name out after ${NAME_FAILURES} wrong passwords`),
        ),
      tell(`Locked an address out after ${CLIENT_FAILURES} wrong passwords`),
    );
  };
}

/** A name that nobody has is not repeated: it may be a password in the wrong field. */
async function tellLockOut(
  { accounts, clients, recordAudit }: CheckSignInDeps,
  {
    request,
    user,
    what,
  }: { readonly request: Request; readonly user: string; readonly what: string },
): Promise<void> {
  const isKnown = (await accounts.find(user)) !== undefined;
  await recordAudit(NOBODY, {
    what,
    ...(isKnown ? { subject: user } : {}),
    after: { address: clients.of(request) ?? "unknown" },
  });
}
