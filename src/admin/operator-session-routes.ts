import type { Request } from "express";
import type { Redis } from "ioredis";
import { listPeople } from "../books/operator-book.ts";
import {
  endOperatorSessions,
  listOperatorSessions,
  type OperatorSessionEntry,
  sessionHandle,
} from "../books/operator-session-book.ts";
import { isoInstant } from "../domain/instant.ts";
import { FIRST_ADMIN } from "../domain/operator.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { operatorOf } from "./known-operator.ts";
import type { Accounts } from "./operator-accounts.ts";
import { sessionsReply } from "./replies/people-replies.ts";

/** What the routes of sessions need from the world. */
export interface OperatorSessionRoutesDeps {
  readonly redis: Redis;
  readonly accounts: Accounts;
  readonly nowMs: () => number;
}

/** The routes of the browsers in which operators are signed in: one's own for everybody, all for admins. */
export function operatorSessionRoutes(deps: OperatorSessionRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/sessions",
      describes: {
        summary: "The browsers in which you are signed in; for admins, all of them",
        replies: { 200: sessionsReply },
      },
      handle: async (request) => {
        const items = (await seenBy(deps, request)).map((one) => presentSession(request, one));
        return { status: 200, body: { items } };
      },
    },
    {
      method: "delete",
      path: "/sessions/:id",
      describes: { summary: "End a session", replies: { 204: null } },
      role: "viewer",
      handle: (request) => endOne(deps, request),
    },
    {
      method: "delete",
      path: "/people/:name/sessions",
      describes: { summary: "Sign a person out everywhere", replies: { 204: null } },
      role: "viewer",
      handle: (request) => endAll(deps, request),
    },
  ];
}

/** An unknown session and one of somebody else are the same to who may not see it. */
async function endOne(deps: OperatorSessionRoutesDeps, request: Request): Promise<AdminReply> {
  const meant = (await seenBy(deps, request)).find(({ id }) => id === request.params["id"]);
  if (meant === undefined) {
    throw new NotFoundError("There is no session of that id");
  }
  await endOperatorSessions(deps.redis, meant.name, ({ id }) => id === meant.id);
  return { status: 204, audit: { what: "Ended a session", subject: meant.name } };
}

/** Of one's own sessions the one that asks stays. */
async function endAll({ redis }: OperatorSessionRoutesDeps, request: Request): Promise<AdminReply> {
  const { name: asker, role } = operatorOf(request);
  const name = String(request.params["name"]);
  if (name !== asker && role !== "admin") {
    throw new NotFoundError("There is nobody of that user name");
  }
  const own = ownHandle(request);
  await endOperatorSessions(redis, name, ({ id }) => id !== own);
  return { status: 204, audit: { what: "Signed out everywhere", subject: name } };
}

/** Sessions of another era open nothing any more, so they are not shown either. */
async function seenBy(
  { redis, accounts, nowMs }: OperatorSessionRoutesDeps,
  request: Request,
): Promise<readonly OperatorSessionEntry[]> {
  const { name, role } = operatorOf(request);
  const names =
    role === "admin" ? [...new Set([FIRST_ADMIN, ...(await listPeople(redis)).keys()])] : [name];
  const found = await Promise.all(
    names.map(async (one) => {
      const account = await accounts.find(one);
      const sessions = await listOperatorSessions(redis, one, nowMs());
      return sessions.filter(({ era }) => era === account?.era);
    }),
  );
  return found.flat().sort((left, right) => right.seenAtMs - left.seenAtMs);
}

function presentSession(request: Request, session: OperatorSessionEntry) {
  const { id, name, sinceMs, seenAtMs, browser, address } = session;
  return {
    id,
    name,
    since: isoInstant(sinceMs),
    lastSeen: isoInstant(seenAtMs),
    browser,
    address,
    isThis: id === ownHandle(request),
  };
}

/** A request that came by a bearer has no session. */
function ownHandle({ session, sessionID }: Request): string | undefined {
  return session?.operatorName === undefined ? undefined : sessionHandle(sessionID);
}
