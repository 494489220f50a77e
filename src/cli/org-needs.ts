import type { ObjectNeed } from "../doctor/check-access.ts";
import type { RecordType } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { DATED_TYPES, type DatedType, datedRules } from "../domain/dated-object.ts";
import { recordSelection, SERVICE_RESOURCE_FIELDS } from "../salesforce/soql-records.ts";

type Mapping = Connection["mapping"];

const LEFT_OUT = "customers and CRM records that hang on it are left out of links";

/** What is read from the org of a connection, by object type; taken from the queries themselves. */
export function orgNeeds({ mapping }: Connection): readonly ObjectNeed[] {
  return [
    recordNeed("ServiceAppointment", mapping, { vital: ["SchedStartTime"], isVital: true }),
    {
      type: "AssignedResource",
      isVital: true,
      purpose: "nobody is known to be assigned to a ServiceAppointment",
      vital: ["ServiceResourceId"],
      useful: ["IsPrimaryResource", "IsRequiredResource"],
    },
    {
      type: "ServiceResource",
      isVital: true,
      purpose: "the user behind an assigned resource is unknown",
      vital: ["RelatedRecordId"],
      useful: SERVICE_RESOURCE_FIELDS.map((path) => path.split(".").slice(1)).flatMap(
        ([field = "", ...rest]) => (rest.length > 0 || field === "RelatedRecordId" ? [] : [field]),
      ),
    },
    recordNeed("Event", mapping, { vital: ["StartDateTime"], isVital: true }),
    {
      type: "EventRelation",
      isVital: mapping.includeInvitees,
      purpose: "invitees of an Event are unknown",
      vital: [],
      useful: ["EventId", "RelationId", "Status"],
    },
    ...DATED_TYPES.map((type) => datedNeed(type, mapping)),
    ...workOrderNeed(mapping),
  ];
}

interface OwnNeed {
  readonly vital: readonly string[];
  readonly isVital: boolean;
}

function recordNeed(type: RecordType, mapping: Mapping, { vital, isVital }: OwnNeed): ObjectNeed {
  return {
    type,
    isVital,
    purpose: isVital ? `no visit can come from a ${type}` : LEFT_OUT,
    vital,
    // A path needs the lookup at its beginning, which is read as well; a mark says that not every org has it.
    useful: recordSelection(type, mapping).fields.filter(
      (field) => !(/[.?]/.test(field) || vital.includes(field)),
    ),
  };
}

/** Such an object is a source of visits only where its date fields are configured. */
function datedNeed(type: DatedType, mapping: Mapping): ObjectNeed {
  const dated = datedRules(mapping, type);
  const vital = [dated?.startField, dated?.repField].flatMap((field) => field ?? []);
  return recordNeed(type, mapping, { vital, isVital: dated !== undefined });
}

function workOrderNeed({ workOrder }: Mapping): readonly ObjectNeed[] {
  const path = workOrder.opportunityPath;
  return path === null
    ? []
    : [
        {
          type: "WorkOrder",
          isVital: false,
          purpose: "mapping.workOrder.opportunityPath leads nowhere",
          vital: [],
          useful: [path],
        },
      ];
}
