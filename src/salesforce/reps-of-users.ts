import type { Rep } from "../domain/rep.ts";
import type { HoldReason, RepFinding } from "./mapped.ts";
import type { CrmUser, EventRelation } from "./record-rows.ts";
import { isUserId, repOf } from "./rep-of.ts";

const QUEUE_PREFIX = "00G";

/** Who owns or leads the record, and by which field. */
export interface NamedUser {
  readonly userId: string | null;
  readonly user: CrmUser | null;
  readonly field: string;
}

/** Finds the rep of a Lead or an Opportunity: the configured user, else the owner; a queue holds the visit. */
export function repOfOwner(configured: NamedUser | null, owner: NamedUser): RepFinding {
  const chosen = configured !== null && isUserId(configured.userId) ? configured : owner;
  const isQueue = chosen.userId?.startsWith(QUEUE_PREFIX) === true;
  return isQueue
    ? {
        reps: [],
        holdReason: "queue_owned",
        why: [`Reps: ${chosen.field} is a queue; the visit waits until a user takes it`],
        warnings: [],
      }
    : foundOf([chosen], "no_rep");
}

/**
 * Finds the reps of an Event: the owner alone, so that one visit makes one recording.
 *
 * Invited users who did not decline join when the connection wants them, and stand in when the owner is a
 * public calendar.
 */
export function repsOfEvent(
  owner: NamedUser,
  invitees: readonly EventRelation[],
  includeInvitees: boolean,
): RepFinding {
  const isOwnerUser = isUserId(owner.userId);
  const invited = includeInvitees || !isOwnerUser ? invitees.filter(isComing).map(inviteeOf) : [];
  return foundOf([...(isOwnerUser ? [owner] : []), ...invited], "no_rep");
}

function isComing({ Status }: EventRelation): boolean {
  return Status !== "Declined";
}

function inviteeOf({ RelationId, Relation }: EventRelation): NamedUser {
  return { userId: RelationId, user: Relation, field: "an invitation that was not declined" };
}

function foundOf(users: readonly NamedUser[], holdReason: HoldReason): RepFinding {
  const asked = users.flatMap(({ userId, user, field }) =>
    isUserId(userId) ? [{ field, ...repOf(userId, user) }] : [],
  );
  const byUserId = new Map<string, { readonly rep: Rep; readonly field: string }>();
  for (const { rep, field } of asked) {
    if (rep !== null && !byUserId.has(rep.userId)) {
      byUserId.set(rep.userId, { rep, field });
    }
  }
  const found = [...byUserId.values()];
  return {
    reps: found.map(({ rep }) => rep),
    holdReason,
    why:
      found.length > 0
        ? found.map(({ rep, field }) => `Rep ${rep.userId}: ${field}`)
        : ["Reps: no active user is named"],
    warnings: asked.flatMap(({ warnings }) => warnings),
  };
}
