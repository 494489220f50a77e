import type { Rep } from "../domain/rep.ts";
import { groupBy } from "./group-by.ts";
import { findSiroUser, type SiroUser } from "./read-users.ts";

/**
 * Says which reps are which users of Siro's, by e-mail alone; a rep without a certain match is left out.
 *
 * Two reps with one address are both left out: nobody can tell whose phone it is.
 */
export function matchReps(
  users: readonly SiroUser[],
  reps: readonly Pick<Rep, "userId" | "email">[],
): Readonly<Record<string, string>> {
  const usersBy = groupBy(users, ({ email }) => email);
  const repsBy = groupBy(reps, emailOf);
  return Object.fromEntries(
    reps.flatMap((rep) => {
      const email = emailOf(rep);
      const user = findSiroUser(usersBy.get(email) ?? [], email);
      const isShared = (repsBy.get(email) ?? []).length > 1;
      return user === undefined || isShared ? [] : [[rep.userId, user.siroUserId]];
    }),
  );
}

function emailOf({ email }: Pick<Rep, "email">): string {
  return email?.trim().toLowerCase() ?? "";
}
