import type { StoredAppointment } from "../books/stored-appointment.ts";
import type { CrmObject } from "../domain/crm-object.ts";
import { isoInstant } from "../domain/instant.ts";

/** A visit as Siro's sync takes it; an upsert on `externalId`. */
export interface Engagement {
  readonly externalId: string;
  readonly subject: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly remoteUpdatedAt: string;
  /** Set when the visit is off. */
  readonly deletedAt: string | null;
  readonly engagementType: { readonly name: string; readonly activityType: "APPOINTMENT" };
  readonly engagementUsers: readonly EngagementUser[];
  readonly account?: ExternalRef;
  readonly opportunity?: ExternalRef;
  readonly lead?: ExternalRef;
  readonly contact?: ExternalRef;
}

interface ExternalRef {
  readonly externalId: string;
}

/** Siro matches reps by their e-mail address. */
interface EngagementUser extends ExternalRef {
  readonly email?: string;
  readonly name?: string;
  readonly deletedAt?: string;
}

/**
 * Puts an appointment into Siro's words. Pure: the same appointment gives the same engagement.
 *
 * Only appointments of the type APPOINTMENT (and two more) stand in the list of Siro's app. Records are named by their
 * ids alone, so they have to be in Siro already. Reps from whom the visit was taken are named as deleted.
 *
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export function engagementOf({
  appointment,
  version,
  knownUserIds,
}: StoredAppointment): Engagement {
  const { recordId, recordType, title, startAtMs, endAtMs, status, crmObjects, reps } = appointment;
  const changedAt = isoInstant(version.occurredAtMs);
  const userIds = new Set(reps.map(({ userId }) => userId));
  const taken = knownUserIds.filter((userId) => !userIds.has(userId));
  return {
    externalId: recordId,
    subject: title,
    startTime: isoInstant(startAtMs),
    endTime: isoInstant(endAtMs),
    remoteUpdatedAt: changedAt,
    deletedAt: status === "canceled" ? changedAt : null,
    engagementType: { name: recordType, activityType: "APPOINTMENT" },
    engagementUsers: [
      ...reps.map(({ userId, email, name }) => ({
        externalId: userId,
        ...(email === undefined ? {} : { email }),
        ...(name === undefined ? {} : { name }),
      })),
      ...taken.map((userId) => ({ externalId: userId, deletedAt: changedAt })),
    ],
    ...refOf("account", "Account", crmObjects),
    ...refOf("opportunity", "Opportunity", crmObjects),
    ...refOf("lead", "Lead", crmObjects),
    ...refOf("contact", "Contact", crmObjects),
  };
}

function refOf(
  key: "account" | "opportunity" | "lead" | "contact",
  type: CrmObject["objectType"],
  crmObjects: readonly CrmObject[],
): Pick<Engagement, typeof key> {
  const found = crmObjects.find(({ objectType }) => objectType === type);
  return found === undefined ? {} : { [key]: { externalId: found.objectId } };
}
