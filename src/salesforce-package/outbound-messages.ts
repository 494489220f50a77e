import type { Connection } from "../domain/connection.ts";
import type { DatedRules } from "../domain/dated-object.ts";
import { API_VERSION } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import type { PackagePlan, ReportableObject } from "./package-plan.ts";
import { metadataXml } from "./xml.ts";

const MESSAGES = {
  ServiceAppointment: "Siro_Appointment",
  Event: "Siro_Event",
  Lead: "Siro_Lead",
  Opportunity: "Siro_Opportunity",
} as const;

// The bridge reads the record itself; a message only has to say which one changed.
const MESSAGE_FIELDS = ["CreatedDate", "Id", "LastModifiedDate", "SystemModstamp"];

/** What the bridge goes by while the org's API calls are used up. */
function moreFields(
  object: ReportableObject,
  { lead, opportunity }: Connection["mapping"],
): readonly string[] {
  switch (object) {
    case "ServiceAppointment":
      return ["SchedEndTime", "SchedStartTime", "StatusCategory"];
    case "Event":
      return ["EndDateTime", "IsAllDayEvent", "StartDateTime"];
    case "Lead":
      return timeFields(lead);
    case "Opportunity":
      return ["IsClosed", ...timeFields(opportunity)];
  }
}

function timeFields(dated: DatedRules | undefined): readonly string[] {
  return [dated?.startField, dated?.endField].filter((field) => typeof field === "string");
}

/** The full name of an object's outbound message, as flows and manifests call it. */
export function messageName(object: ReportableObject): string {
  return `${object}.${MESSAGES[object]}`;
}

/**
 * The workflow file of an object: one outbound message to the bridge. Its endpoint holds the secret.
 *
 * @see https://github.com/forcedotcom/cli/issues/2563
 */
export function outboundMessageFile(object: ReportableObject, plan: PackagePlan): PackageFile {
  const name = MESSAGES[object];
  const more = plan.hasMoreFields ? moreFields(object, plan.mapping) : [];
  const fields = [...new Set([...MESSAGE_FIELDS, ...more])].toSorted();
  const text = metadataXml("Workflow", [
    [
      "outboundMessages",
      [
        ["fullName", name],
        ["apiVersion", API_VERSION],
        ["description", `Tells the Siro bridge that this ${object} changed.`],
        ["endpointUrl", plan.endpointUrl],
        ...fields.map((field) => ["fields", field] as const),
        ["includeSessionId", "false"],
        ["integrationUser", plan.integrationUser],
        ["name", name.replaceAll("_", " ")],
        ["protected", "false"],
        ["useDeadLetterQueue", "false"],
      ],
    ],
  ]);
  const container = { type: "Workflow", fullName: object };
  const message = { type: "WorkflowOutboundMessage", fullName: messageName(object) };
  const file = sourceFile(`workflows/${object}.workflow-meta.xml`, message, text);
  // A manifest that names the message alone makes the Salesforce CLI put the file where the org does not look.
  return { ...file, components: [container, message], holdsSecret: true };
}
