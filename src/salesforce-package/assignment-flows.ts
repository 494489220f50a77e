import { type FlowStart, type FlowSteps, flowFile } from "./flow-file.ts";
import { FIELDS } from "./names.ts";
import type { PackageFile } from "./package-file.ts";
import type { PackagePlan } from "./package-plan.ts";
import { assignmentFormula } from "./watched-fields.ts";

const STAMP = "Stamp_Appointment";
const GO_ON = "Go_On_Without_Stamp";
const WAS_STAMPED = "WasStamped";

const START = { object: "AssignedResource", firstStep: STAMP } as const;

// Outbound messages cannot hang on AssignedResource. A stamp on the appointment fires its own flow instead.
// Where the stamp is refused, for example by a validation rule, the dispatcher's change must still be saved.
const STEPS: FlowSteps = {
  assignments: [
    ["name", GO_ON],
    ["label", "Go On Without Stamp"],
    ["locationX", "440"],
    ["locationY", "431"],
    [
      "assignmentItems",
      [
        ["assignToReference", WAS_STAMPED],
        ["operator", "Assign"],
        ["value", [["booleanValue", "false"]]],
      ],
    ],
  ],
  recordUpdates: [
    ["name", STAMP],
    ["label", "Stamp Appointment"],
    ["locationX", "176"],
    ["locationY", "323"],
    ["faultConnector", [["targetReference", GO_ON]]],
    ["filterLogic", "and"],
    [
      "filters",
      [
        ["field", "Id"],
        ["operator", "EqualTo"],
        ["value", [["elementReference", "$Record.ServiceAppointmentId"]]],
      ],
    ],
    [
      "inputAssignments",
      [
        ["field", FIELDS.assignmentChanged],
        ["value", [["elementReference", "$Flow.CurrentDateTime"]]],
      ],
    ],
    ["object", "ServiceAppointment"],
  ],
  variables: [
    ["name", WAS_STAMPED],
    ["dataType", "Boolean"],
    ["isCollection", "false"],
    ["isInput", "false"],
    ["isOutput", "false"],
    ["value", [["booleanValue", "true"]]],
  ],
};

/** The flows that stamp an appointment when a resource is assigned to it, exchanged or taken away. */
export function assignmentFlowFiles({ mapping }: PackagePlan): readonly PackageFile[] {
  const changed: FlowStart = {
    ...START,
    recordTriggerType: "CreateAndUpdate",
    triggerType: "RecordAfterSave",
    filterFormula: assignmentFormula(mapping.repPolicy),
  };
  const removed: FlowStart = {
    ...START,
    recordTriggerType: "Delete",
    triggerType: "RecordBeforeDelete",
  };
  return [
    flowFile("Siro_AssignedResource_Changed", changed, STEPS),
    flowFile("Siro_AssignedResource_Removed", removed, STEPS),
  ];
}
