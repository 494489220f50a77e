import { FIELDS } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import { metadataXml } from "./xml.ts";

const OBJECT = "ServiceAppointment";

interface FieldSpec {
  readonly label: string;
  readonly type: "DateTime" | "Url";
  readonly description: string;
}

const SPECS: ReadonlyMap<string, FieldSpec> = new Map([
  [
    FIELDS.assignmentChanged,
    {
      label: "Siro Assignment Changed",
      type: "DateTime",
      description: "When a resource was last assigned, exchanged or removed. Set by flows.",
    },
  ],
  [
    FIELDS.startLink,
    {
      label: "Siro Start Link",
      type: "Url",
      description: "Starts the Siro recording of this appointment. At most 255 characters.",
    },
  ],
  [
    FIELDS.stopLink,
    {
      label: "Siro Stop Link",
      type: "Url",
      description: "Ends the Siro recording of this appointment. At most 255 characters.",
    },
  ],
  [
    FIELDS.promptSent,
    {
      label: "Siro Prompt Sent",
      type: "DateTime",
      description: "When the rep was last prompted for this appointment.",
    },
  ],
  [
    FIELDS.recordingSeen,
    {
      label: "Siro Recording Seen",
      type: "DateTime",
      description: "When Siro was first known to record this appointment.",
    },
  ],
  [
    FIELDS.recordingStopped,
    {
      label: "Siro Recording Stopped",
      type: "DateTime",
      description: "When the last Siro recording of this appointment ended.",
    },
  ],
  [
    FIELDS.recordingLinked,
    {
      label: "Siro Recording Linked",
      type: "DateTime",
      description: "When Siro told that the recording hangs on the records of this appointment.",
    },
  ],
]);

/** The custom fields of ServiceAppointment, one file each. */
export function appointmentFieldFiles(): readonly PackageFile[] {
  return [...SPECS].map(([name, spec]) => {
    const text = metadataXml("CustomField", [
      ["fullName", name],
      ["description", spec.description],
      ["inlineHelpText", spec.description],
      ["label", spec.label],
      ["required", "false"],
      ["type", spec.type],
    ]);
    const component = { type: "CustomField", fullName: `${OBJECT}.${name}` };
    return sourceFile(`objects/${OBJECT}/fields/${name}.field-meta.xml`, component, text);
  });
}
