import { type Rep, repSchema } from "../domain/rep.ts";
import type { CrmUser } from "./record-rows.ts";
import { oneLine } from "./title-of.ts";

const USER_PREFIX = "005";
const MAX_NAME_LENGTH = 200;

/** One user as a rep, or nothing, with what an operator should know. */
export interface RepOf {
  readonly rep: Rep | null;
  readonly warnings: readonly string[];
}

/** Says whether an id is a user's, not a queue's or a calendar's. */
export function isUserId(id: string | null): id is string {
  return id?.startsWith(USER_PREFIX) === true;
}

/**
 * Makes a rep of a user; an inactive one makes none.
 *
 * Without a usable e-mail the rep stays: devices are found by user id, only Siro's matching goes without.
 */
export function repOf(userId: string, user: CrmUser | null): RepOf {
  if (user?.IsActive === false) {
    return { rep: null, warnings: [`User ${userId} is inactive and is not prompted`] };
  }
  const { data: email } = repSchema.shape.email.safeParse(user?.Email ?? undefined);
  const { data: timeZone } = repSchema.shape.timeZone.safeParse(user?.TimeZoneSidKey ?? undefined);
  const name = shortName(user?.Name ?? null);
  const team = shortName(user?.UserRole ?? null);
  const rep = {
    userId,
    ...(email === undefined ? {} : { email }),
    ...(name === "" ? {} : { name }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(team === "" ? {} : { team }),
  };
  return { rep, warnings: emailWarnings(userId, email) };
}

function shortName(text: string | null): string {
  return oneLine(text).slice(0, MAX_NAME_LENGTH).toWellFormed();
}

function emailWarnings(userId: string, email: string | undefined): readonly string[] {
  if (email === undefined) {
    return [`User ${userId} has no readable e-mail address: Siro cannot match the rep`];
  }
  return email.endsWith(".invalid")
    ? [`User ${userId} has a sandbox e-mail address (.invalid): Siro cannot match the rep`]
    : [];
}
