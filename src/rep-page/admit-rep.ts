import type { Request } from "express";
import type { Redis } from "ioredis";
import type { RepRef } from "../books/rep-book.ts";
import { createRepSession, endRepSession } from "../books/rep-session-book.ts";
import type { Kinship } from "../books/session-family-book.ts";
import type { Reply } from "../http/route.ts";
import { readRepCookie, repCookie } from "./rep-cookie.ts";
import type { RepGuard, SignedInRep } from "./rep-guard.ts";

/** What admitting needs from the world. */
export interface AdmitRepDeps {
  readonly redis: Redis;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
  readonly guard: RepGuard;
  readonly revokeDevice: (device: RepRef & { readonly deviceId: string }) => Promise<unknown>;
}

/** Whom something lets in, and into which family of sessions. */
export type Admitted = RepRef & Partial<Kinship>;

/** Something that signs a rep in once: `take` gives it to exactly one of many callers. */
export interface Ticket {
  readonly find: () => Promise<Admitted | undefined>;
  readonly take: () => Promise<Admitted | undefined>;
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
  const token = await beginSession(deps, request, found);
  if ((await ticket.take()) === undefined) {
    await endRepSession(deps.redis, token);
    return undefined;
  }
  await leaveSession(deps, request, found);
  return { status: 201, headers: { "set-cookie": repCookie(token, deps.publicUrl) }, body: {} };
}

/**
 * Begins a session for the rep who was let in, and leaves the one that the browser has.
 *
 * @returns the token of its cookie
 */
export async function changeSession(
  deps: AdmitRepDeps,
  request: Request,
  rep: RepRef,
): Promise<string> {
  const token = await beginSession(deps, request, rep);
  await leaveSession(deps, request, rep);
  return token;
}

/** A rep who signs in again in the same browser stays in the family: a lost phone takes all of it along. */
async function beginSession(
  { redis, nowMs, guard }: AdmitRepDeps,
  request: Request,
  rep: Admitted,
): Promise<string> {
  const before = await sessionHere(guard, request);
  const families = [
    ...(rep.families ?? []),
    ...(before !== undefined && isSameRep(before, rep) ? before.families : []),
  ];
  return createRepSession(redis, { ...rep, families: [...new Set(families)] }, nowMs());
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
  const session = await sessionHere(guard, request);
  if (session === undefined) {
    return;
  }
  const { connection, userId, deviceId } = session;
  const isLeft = next === undefined || !isSameRep(session, next);
  if (deviceId !== undefined && isLeft) {
    await revokeDevice({ connection, userId, deviceId });
  }
  await endRepSession(redis, session.token);
}

async function sessionHere(guard: RepGuard, request: Request): Promise<SignedInRep | undefined> {
  const token = readRepCookie(request);
  return token === undefined ? undefined : guard.find(token);
}

function isSameRep(one: RepRef, other: RepRef): boolean {
  return one.connection === other.connection && one.userId === other.userId;
}
