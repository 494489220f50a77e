import type { Request } from "express";
import type { Redis } from "ioredis";
import type { RepRef } from "../books/rep-book.ts";
import { createRepSession, endRepSession } from "../books/rep-session-book.ts";
import type { Reply } from "../http/route.ts";
import { readRepCookie, repCookie } from "./rep-cookie.ts";
import type { RepGuard } from "./rep-guard.ts";

/** What admitting needs from the world. */
export interface AdmitRepDeps {
  readonly redis: Redis;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
  readonly guard: RepGuard;
  readonly revokeDevice: (device: RepRef & { readonly deviceId: string }) => Promise<unknown>;
}

/** Something that signs a rep in once: `take` gives it to exactly one of many callers. */
export interface Ticket {
  readonly find: () => Promise<RepRef | undefined>;
  readonly take: () => Promise<RepRef | undefined>;
}

/**
 * Signs a browser in with a ticket; undefined when the ticket is not good.
 *
 * The session is made before the ticket is taken, so that a crash between the two costs nobody their ticket. It is
 * always a new one: a cookie that somebody planted before is worth nothing afterwards.
 */
export async function admitRep(
  deps: AdmitRepDeps,
  request: Request,
  ticket: Ticket,
): Promise<Reply | undefined> {
  const found = await ticket.find();
  if (found === undefined) {
    return undefined;
  }
  const token = await createRepSession(deps.redis, found, deps.nowMs());
  if ((await ticket.take()) === undefined) {
    await endRepSession(deps.redis, token);
    return undefined;
  }
  await leaveSession(deps, request, found);
  return { status: 201, headers: { "set-cookie": repCookie(token, deps.publicUrl) }, body: {} };
}

/**
 * Ends the session that a browser has. Its device goes with it unless the same rep, `next`, signs in again: the
 * browser must not go on showing the alerts of somebody who is not signed in.
 */
export async function leaveSession(
  { redis, guard, revokeDevice }: AdmitRepDeps,
  request: Request,
  next?: RepRef,
): Promise<void> {
  const token = readRepCookie(request);
  const session = token === undefined ? undefined : await guard.find(token);
  if (session === undefined) {
    return;
  }
  const { connection, userId, deviceId } = session;
  const isSameRep = next?.connection === connection && next.userId === userId;
  if (deviceId !== undefined && !isSameRep) {
    await revokeDevice({ connection, userId, deviceId });
  }
  await endRepSession(redis, session.token);
}
