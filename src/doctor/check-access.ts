import { type Finding, fail, ok, warn } from "./finding.ts";
import type { OrgUnderCheck, SeenObject } from "./org-under-check.ts";

/** What is read of one object type. */
export interface ObjectNeed {
  readonly type: string;
  /** Whether visits are lost without it; otherwise something less. */
  readonly isVital: boolean;
  /** What is lost without it. */
  readonly purpose: string;
  /** Fields without which its records cannot be used. */
  readonly vital: readonly string[];
  /** Fields without which something is left out. */
  readonly useful: readonly string[];
}

type Describe = OrgUnderCheck["describe"];

interface SeenNeed {
  readonly need: ObjectNeed;
  readonly seen: SeenObject | undefined;
}

/** Objects that come and go together, with Field Service or Salesforce Scheduler. */
const FIELD_SERVICE = ["ServiceAppointment", "AssignedResource", "ServiceResource"];

/**
 * Looks whether the integration user may see the objects and fields that are read.
 *
 * Each that is missing is a finding, which names the right to grant. An org without Field Service is none to
 * mend: its visits are Events, or dated records.
 *
 * @throws {BridgeError} when the org cannot be asked.
 */
export async function checkAccess(
  describe: Describe,
  needs: readonly ObjectNeed[],
): Promise<readonly Finding[]> {
  const seen = await Promise.all(
    needs.map(async (need) => ({ need, seen: await describe(need.type) })),
  );
  const isOff = isFieldServiceOff(seen);
  const rest = seen.filter(({ need }) => !(isOff && FIELD_SERVICE.includes(need.type)));
  const troubles = [...(isOff ? [fieldServiceOff()] : []), ...rest.flatMap(troublesOf)];
  const fine = rest.filter((one) => troublesOf(one).length === 0).map(({ need }) => need.type);
  return [
    ...(fine.length === 0
      ? []
      : [ok("access", `The integration user sees all that is read of ${fine.join(", ")}`)]),
    ...troubles,
  ];
}

function isFieldServiceOff(all: readonly SeenNeed[]): boolean {
  const service = all.filter(({ need }) => FIELD_SERVICE.includes(need.type));
  return service.length > 0 && service.every(({ seen }) => seen === undefined);
}

function fieldServiceOff(): Finding {
  return warn("access", {
    message:
      "Field Service is off, or hidden from the integration user: there is no ServiceAppointment. Event still works, and so do dated Leads and Opportunities",
    whatToDo:
      "Nothing, if that is meant. Otherwise turn it on and grant Read on ServiceAppointment, AssignedResource and ServiceResource in a permission set (Object Settings)",
  });
}

function troublesOf({ need, seen }: SeenNeed): readonly Finding[] {
  if (seen === undefined) {
    return [missingObject(need)];
  }
  const missing = (fields: readonly string[]) => fields.filter((field) => !isSeen(seen, field));
  return [
    ...missing(need.vital).map((field) =>
      fail("access", {
        message: `${need.type}.${field} cannot be seen: ${need.type} records cannot be used`,
        whatToDo: fieldRemedy(need, field, seen),
      }),
    ),
    ...missing(need.useful).map((field) =>
      warn("access", {
        message: `${need.type}.${field} cannot be seen: what depends on it is left out`,
        whatToDo: fieldRemedy(need, field, seen),
      }),
    ),
  ];
}

function missingObject({ type, isVital, purpose }: ObjectNeed): Finding {
  const trouble = {
    message: `${type} cannot be seen: ${purpose}`,
    whatToDo: `Grant the integration user Read on ${type} in a permission set (Object Settings)`,
  };
  return isVital ? fail("access", trouble) : warn("access", trouble);
}

/** A path such as `Project__r.Opportunity__c` is seen as far as its first step. */
function isSeen({ fields, relationships }: SeenObject, path: string): boolean {
  const [first = "", ...rest] = path.split(".");
  return rest.length === 0 ? fields.has(first) : relationships.has(first);
}

function fieldRemedy({ type }: ObjectNeed, path: string, { fields }: SeenObject): string {
  const meant = [...fields].find((field) => field.toLowerCase() === path.toLowerCase());
  return meant === undefined
    ? `Grant Read in the field-level security of ${type}.${path}, or correct the name in the connection's mapping`
    : `Write it as ${meant} in the connection's mapping`;
}
