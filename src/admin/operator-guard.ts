import type { Request, RequestHandler, Response } from "express";
import { type Operator, TOKEN_OPERATOR } from "../domain/operator.ts";
import { bearerToken } from "../http/bearer-token.ts";
import { CrossSiteError } from "../http/cross-site-error.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import { isSameSecret } from "../http/is-same-secret.ts";
import { isChange, requestOrigin } from "../http/request-origin.ts";
import { OperatorUnknownError } from "./admin-errors.ts";
import { rememberOperator } from "./known-operator.ts";
import type { OperatorSession } from "./operator-session.ts";

/** What the guard needs from the world. */
export interface OperatorGuardDeps {
  readonly session: OperatorSession;
  readonly adminApiToken: string | undefined;
  readonly publicUrl: URL;
  readonly bearerFailures: FailureLimit;
}

/**
 * Builds the guard before everything that is for operators only.
 *
 * A bearer is enough by itself, because no page can make a browser send one. The cookie is enough for reading;
 * for a change the browser must also say that the bridge's own page asks for it. What somebody may do is read
 * from the book each time.
 */
export function createOperatorGuard(deps: OperatorGuardDeps): RequestHandler {
  return async (request, response, next) => {
    rememberOperator(request, await whoAsks(deps, request, response));
    next();
  };
}

async function whoAsks(
  deps: OperatorGuardDeps,
  request: Request,
  response: Response,
): Promise<Operator> {
  const bearer = bearerToken(request);
  if (bearer !== undefined) {
    await checkBearer(deps, request, bearer);
    return TOKEN_OPERATOR;
  }
  const { session, publicUrl } = deps;
  await session.load(request, response);
  const account = await session.account(request);
  if (account === undefined) {
    throw new OperatorUnknownError();
  }
  if (isChange(request) && requestOrigin(request, publicUrl) !== "own") {
    throw new CrossSiteError();
  }
  await session.noteSeen(request);
  return { name: account.name, role: account.role };
}

async function checkBearer(
  { adminApiToken, bearerFailures }: OperatorGuardDeps,
  request: Request,
  bearer: string,
): Promise<void> {
  const isRight = await bearerFailures.guard(request, async () =>
    adminApiToken !== undefined && isSameSecret(bearer, adminApiToken) ? true : undefined,
  );
  if (isRight === undefined) {
    throw new OperatorUnknownError();
  }
}
