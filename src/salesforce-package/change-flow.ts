import { flowFile } from "./flow-file.ts";
import { messageName } from "./outbound-messages.ts";
import type { PackageFile } from "./package-file.ts";
import type { PackagePlan, ReportableObject } from "./package-plan.ts";
import { entryFormula } from "./watched-fields.ts";

/** The flow that sends an object's outbound message when a record is new or a watched field changed. */
export function changeFlowFile(object: ReportableObject, { mapping }: PackagePlan): PackageFile {
  const message = messageName(object);
  const step = `Send_${message.replace(/^.*\./, "")}`;
  const start = {
    object,
    firstStep: step,
    recordTriggerType: "CreateAndUpdate",
    triggerType: "RecordAfterSave",
    filterFormula: entryFormula(object, mapping),
  } as const;
  return flowFile(`Siro_${object}_Changed`, start, {
    actionCalls: [
      ["name", step],
      ["label", step.replaceAll("_", " ")],
      ["locationX", "176"],
      ["locationY", "323"],
      ["actionName", message],
      ["actionType", "outboundMessage"],
      ["flowTransactionModel", "CurrentTransaction"],
      ["nameSegment", message],
    ],
  });
}
