import type { Request, RequestHandler } from "express";
import type { Redis } from "ioredis";
import type { RepRef } from "../books/rep-book.ts";
import { endRepSession, findRepSession, type RepSession } from "../books/rep-session-book.ts";
import type { Connection } from "../domain/connection.ts";
import { CrossSiteError } from "../http/cross-site-error.ts";
import { isChange, requestOrigin } from "../http/request-origin.ts";
import { readRepCookie } from "./rep-cookie.ts";
import { RepUnknownError } from "./rep-errors.ts";

/** A rep who is signed in, and in which session. */
export interface SignedInRep extends RepSession {
  readonly token: string;
}

/** What the guard needs from the world. */
export interface RepGuardDeps {
  readonly redis: Redis;
  readonly connections: ReadonlyMap<string, Connection>;
  /** Notes that a device is in use; `revoked` for one that was removed. */
  readonly noteSeen: (
    device: RepRef & { readonly deviceId: string },
  ) => Promise<"seen" | "revoked">;
}

/** Tells who asks. */
export interface RepGuard {
  /** @throws {RepUnknownError} when nobody is signed in. */
  readonly rep: (request: Request) => Promise<SignedInRep>;
  /** The session of a token as it stands now; undefined when nobody may go on with it. */
  readonly find: (token: string) => Promise<SignedInRep | undefined>;
}

/**
 * Makes the guard of all that is for signed-in reps.
 *
 * A session ends with its family and with the device it is bound to: whoever finds a phone that was removed sees
 * nothing any more, neither in the app nor in the browser that let the app in.
 */
export function createRepGuard(deps: RepGuardDeps): RepGuard {
  const find = (token: string) => findRep(deps, token);
  return {
    find,
    rep: async (request) => {
      const token = readRepCookie(request);
      const rep = token === undefined ? undefined : await find(token);
      if (rep === undefined) {
        throw new RepUnknownError();
      }
      return rep;
    },
  };
}

async function findRep(deps: RepGuardDeps, token: string): Promise<SignedInRep | undefined> {
  const { redis, connections, noteSeen } = deps;
  const session = await findRepSession(redis, token);
  if (session === undefined || !connections.has(session.connection)) {
    return undefined;
  }
  const { deviceId } = session;
  if (deviceId === undefined || (await noteSeen({ ...session, deviceId })) === "seen") {
    return { ...session, token };
  }
  if ((await findRepSession(redis, token))?.deviceId !== deviceId) {
    // The browser became another device meanwhile.
    return findRep(deps, token);
  }
  await endRepSession(redis, token);
  return undefined;
}

/** A beacon, which the browser sends while the page goes away, cannot say that it is JSON. */
const BEACON_PATH = /^\/prompts\/[^/]+\/opened$/;

/**
 * Refuses changes that another site's page asks for.
 *
 * A body must be JSON, too: forms and pages elsewhere cannot send that without being asked first.
 */
export function refuseForeign(publicUrl: URL): RequestHandler {
  return (request, _response, next) => {
    const isForeign = requestOrigin(request, publicUrl) === "foreign" || !isOwnBody(request);
    next(isChange(request) && isForeign ? new CrossSiteError() : undefined);
  };
}

function isOwnBody(request: Request): boolean {
  if (BEACON_PATH.test(request.path)) {
    return true;
  }
  const { headers } = request;
  const hasBody =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return /^application\/json\s*(;|$)/i.test(
    headers["content-type"] ?? (hasBody ? "" : "application/json"),
  );
}
