import type { CrmObject } from "../domain/crm-object.ts";
import type { Finding } from "./walk-relation.ts";

/** The order in which Siro gets the objects, after the appointment itself. */
const OBJECT_ORDER = ["Opportunity", "Lead", "Account", "Contact"] as const;
/** Whose name says best who is met. */
const NAME_ORDER = ["Contact", "Lead", "Account"] as const;

/** What a walk comes to: the objects for Siro, the customer's name, and why. */
export interface CustomerOf {
  readonly crmObjects: readonly CrmObject[];
  readonly customer: string | null;
  readonly why: readonly string[];
}

/**
 * Turns a walk into Siro's objects: one of each type, the earlier finding wins, in a fixed order.
 *
 * Only findings with an id count; `own` is the appointment record where Siro takes such records.
 */
export function crmObjectsOf(own: CrmObject | null, findings: readonly Finding[]): CustomerOf {
  const chosen = OBJECT_ORDER.flatMap((objectType) => {
    const first = findings.find((one) => one.objectType === objectType && one.id !== null);
    return first?.id ? [{ ...first, id: first.id }] : [];
  });
  const objects = chosen.map(({ objectType, id }) => ({ objectType, objectId: id }));
  const names = NAME_ORDER.map((objectType) => nameOf(objectType, { chosen, findings }));
  return {
    crmObjects: own === null ? objects : [own, ...objects],
    customer: names.find((name) => name !== null) ?? null,
    why: [
      ...(own === null ? [] : [`${own.objectType} ${own.objectId}: the appointment itself`]),
      ...chosen.map(({ objectType, id, why }) => `${objectType} ${id}: ${why}`),
    ],
  };
}

interface Walked {
  readonly chosen: readonly Finding[];
  readonly findings: readonly Finding[];
}

/** The same record may be found twice, once with its name; a name of another record is not borrowed. */
function nameOf(objectType: Finding["objectType"], { chosen, findings }: Walked): string | null {
  const id = chosen.find((one) => one.objectType === objectType)?.id ?? null;
  const named = findings.find(
    (one) => one.objectType === objectType && one.id === id && one.name !== null,
  );
  return named?.name ?? null;
}
