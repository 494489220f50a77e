import { appointmentFieldFiles } from "./appointment-fields.ts";
import { assignmentFlowFiles } from "./assignment-flows.ts";
import { changeFlowFile } from "./change-flow.ts";
import { externalClientAppFiles } from "./external-client-app.ts";
import { packageManifestFile, removalFiles } from "./manifests.ts";
import { notificationTypeFile } from "./notification-type.ts";
import { outboundMessageFile } from "./outbound-messages.ts";
import type { PackageFile } from "./package-file.ts";
import type { PackagePlan } from "./package-plan.ts";
import { permissionSetFiles } from "./permission-sets.ts";
import { projectFile, readmeFile } from "./project-files.ts";
import { quickActionFiles } from "./recording-actions.ts";
import { appExtensionFile, webLinkFiles } from "./recording-buttons.ts";

/** Writes every file of a plan as text, by its path. Pure: the same plan gives the same files. */
export function buildPackage(plan: PackagePlan): ReadonlyMap<string, PackageFile> {
  const isService = plan.objects.includes("ServiceAppointment");
  const source = [
    ...plan.objects.flatMap((object) => [
      outboundMessageFile(object, plan),
      changeFlowFile(object, plan),
    ]),
    ...(isService
      ? [
          ...assignmentFlowFiles(plan),
          ...appointmentFieldFiles(),
          ...webLinkFiles(),
          ...quickActionFiles(),
        ]
      : []),
    notificationTypeFile(),
    ...permissionSetFiles(plan),
    ...externalClientAppFiles(plan),
  ];
  const files = [
    projectFile(),
    readmeFile(plan),
    ...source,
    packageManifestFile(source),
    ...removalFiles(source),
    ...(isService ? [appExtensionFile()] : []),
  ];
  return new Map(files.map((file) => [file.path, file]));
}
