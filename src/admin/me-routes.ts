import type { Request } from "express";
import type { Redis } from "ioredis";
import { z } from "zod";
import { changePeople } from "../books/operator-book.ts";
import { endOperatorSessions } from "../books/operator-session-book.ts";
import { parseInput } from "../http/parse-input.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { changePerson } from "./change-person.ts";
import type { CheckSignIn } from "./check-sign-in.ts";
import { operatorOf } from "./known-operator.ts";
import type { Accounts } from "./operator-accounts.ts";
import type { OperatorSession } from "./operator-session.ts";
import { hashPassword } from "./password-hash.ts";
import { OwnPasswordWrongError, PersonProtectedError } from "./people-errors.ts";
import { newPasswordSchema } from "./people-routes.ts";
import { meReply } from "./replies/people-replies.ts";

/** What the routes of oneself need from the world. */
export interface MeRoutesDeps {
  readonly redis: Redis;
  readonly accounts: Accounts;
  readonly checkSignIn: CheckSignIn;
  readonly session: OperatorSession;
}

const passwordSchema = z.strictObject({
  password: z.string().min(1).max(1_000),
  newPassword: newPasswordSchema,
});

/** The routes by which everybody looks after themselves. */
export function meRoutes(deps: MeRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/me",
      describes: { summary: "Who asks", replies: { 200: meReply } },
      handle: async (request) => {
        const { name, role } = operatorOf(request);
        const account = await deps.accounts.find(name);
        return { status: 200, body: { name, role, signsInWith: account?.signsInWith ?? "token" } };
      },
    },
    {
      method: "post",
      path: "/me/password",
      describes: {
        summary: "Change your own password",
        body: passwordSchema,
        replies: { 204: null },
      },
      role: "viewer",
      handle: (request) => changeOwnPassword(deps, request),
    },
  ];
}

/** Every other session of whoever asks is over; this one goes on under a new id. */
async function changeOwnPassword(deps: MeRoutesDeps, request: Request): Promise<AdminReply> {
  const { redis, accounts, session } = deps;
  const { name } = operatorOf(request);
  const account = await accounts.find(name);
  if (account?.signsInWith !== "password") {
    throw new PersonProtectedError("Your password is not kept here, so it cannot be changed here");
  }
  const { password, newPassword } = parseInput(passwordSchema, request.body);
  if ((await deps.checkSignIn(request, { user: name, password })) === undefined) {
    throw new OwnPasswordWrongError();
  }
  const passwordHash = await hashPassword(newPassword);
  // Whether there is an admin left is no question here: the role stays.
  await changePeople(redis, (people) =>
    changePerson(people, { name, passwordHash }, { hasFirstAdmin: true }),
  );
  await endOperatorSessions(redis, name, ({ sid }) => sid !== request.sessionID);
  const renewed = await accounts.find(name);
  if (renewed !== undefined) {
    await session.signIn(request, renewed, "password");
  }
  return { status: 204, audit: { what: "Changed their own password", subject: name } };
}
