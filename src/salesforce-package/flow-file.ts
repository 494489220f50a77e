import { API_VERSION } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import { metadataXml, type XmlElement } from "./xml.ts";

/** When a flow runs. */
export interface FlowStart {
  readonly object: string;
  readonly firstStep: string;
  readonly recordTriggerType: "CreateAndUpdate" | "Delete";
  readonly triggerType: "RecordAfterSave" | "RecordBeforeDelete";
  readonly filterFormula?: string;
}

/** The steps of a flow, in the order of the metadata format: by element name. */
export interface FlowSteps {
  readonly actionCalls?: readonly XmlElement[];
  readonly assignments?: readonly XmlElement[];
  readonly recordUpdates?: readonly XmlElement[];
  readonly variables?: readonly XmlElement[];
}

/** An active, record-triggered flow. */
export function flowFile(name: string, start: FlowStart, steps: FlowSteps): PackageFile {
  const label = name.replaceAll("_", " ");
  const text = metadataXml("Flow", [
    ...step("actionCalls", steps.actionCalls),
    ["apiVersion", API_VERSION],
    ...step("assignments", steps.assignments),
    ["environments", "Default"],
    ["interviewLabel", `${label} {!$Flow.CurrentDateTime}`],
    ["label", label],
    ["processType", "AutoLaunchedFlow"],
    ...step("recordUpdates", steps.recordUpdates),
    ["start", startElements(start)],
    ["status", "Active"],
    ...step("variables", steps.variables),
  ]);
  return sourceFile(`flows/${name}.flow-meta.xml`, { type: "Flow", fullName: name }, text);
}

function step(name: string, content: readonly XmlElement[] | undefined): readonly XmlElement[] {
  return content === undefined ? [] : [[name, content]];
}

function startElements(start: FlowStart): readonly XmlElement[] {
  const { filterFormula } = start;
  return [
    ["locationX", "50"],
    ["locationY", "0"],
    ["connector", [["targetReference", start.firstStep]]],
    ...(filterFormula === undefined ? [] : [["filterFormula", filterFormula] as const]),
    ["object", start.object],
    ["recordTriggerType", start.recordTriggerType],
    ["triggerType", start.triggerType],
  ];
}
