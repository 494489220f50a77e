import type { Request } from "express";
import { readInvite, takeInvite } from "../books/invite-book.ts";
import { readRep } from "../books/rep-book.ts";
import { isoInstant } from "../domain/instant.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import type { Route } from "../http/route.ts";
import { type AdmitRepDeps, admitRep } from "./admit-rep.ts";
import { InviteUnknownError } from "./rep-errors.ts";

/** What the invites' routes need from the world. */
export interface InviteRouteDeps extends AdmitRepDeps {
  readonly failures: FailureLimit;
}

/** The routes of an invite: looking at it changes nothing, only the POST uses it up. */
export function inviteRoutes(deps: InviteRouteDeps): readonly Route[] {
  const { redis, nowMs, failures } = deps;
  return [
    {
      method: "get",
      path: "/invites/:token",
      handle: async (request) => {
        const invite = await failures.guard(request, () =>
          readInvite(redis, tokenOf(request), nowMs()),
        );
        if (invite === undefined) {
          throw new InviteUnknownError();
        }
        const rep = await readRep(redis, invite);
        const name = rep?.name === undefined ? {} : { name: rep.name };
        return { status: 200, body: { rep: name, expiresAt: isoInstant(invite.expiresAtMs) } };
      },
    },
    {
      method: "post",
      path: "/invites/:token",
      handle: async (request) => {
        const token = tokenOf(request);
        const reply = await failures.guard(request, () =>
          admitRep(deps, request, {
            find: () => readInvite(redis, token, nowMs()),
            take: () => takeInvite(redis, token, nowMs()),
          }),
        );
        if (reply === undefined) {
          throw new InviteUnknownError();
        }
        return reply;
      },
    },
  ];
}

function tokenOf({ params }: Request): string {
  return String(params["token"]);
}
