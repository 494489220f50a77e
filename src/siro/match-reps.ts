import type { Rep } from "../domain/rep.ts";
import { groupBy } from "./group-by.ts";
import { findSiroUser, type SiroUser } from "./read-users.ts";

/** Says which reps are which users of Siro's, by e-mail alone; a rep without a certain match is left out. */
export function matchReps(
  users: readonly SiroUser[],
  reps: readonly Pick<Rep, "userId" | "email">[],
): Readonly<Record<string, string>> {
  const byEmail = groupBy(users, ({ email }) => email);
  return Object.fromEntries(
    reps.flatMap(({ userId, email }) => {
      const alike = byEmail.get(email?.trim().toLowerCase() ?? "") ?? [];
      const user = findSiroUser(alike, email);
      return user === undefined ? [] : [[userId, user.siroUserId]];
    }),
  );
}
