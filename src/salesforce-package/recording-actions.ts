import { linkComponentSources } from "./link-component.ts";
import { API_VERSION, FIELDS } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import { metadataXml } from "./xml.ts";

const OBJECT = "ServiceAppointment";
/** The Field Service app runs no headless actions. */
const ACTION_TYPE = "ScreenAction";
const ACTIONS = [
  { name: "Start", field: FIELDS.startLink, does: "Starts the recording of this appointment" },
  { name: "Stop", field: FIELDS.stopLink, does: "Ends the recording of this appointment" },
] as const;

type Action = (typeof ACTIONS)[number];

/**
 * Quick actions of the record that open the start and the stop link, each with its Lightning web component.
 *
 * @see https://developer.salesforce.com/docs/platform/lwc/guide/use-quick-actions
 */
export function quickActionFiles(): readonly PackageFile[] {
  return ACTIONS.flatMap((action) => [actionFile(action), ...componentFiles(action)]);
}

function actionFile(action: Action): PackageFile {
  const fullName = `${OBJECT}.Siro_${action.name}_Action`;
  const text = metadataXml("QuickAction", [
    ["actionSubtype", ACTION_TYPE],
    ["description", `${action.does} in Siro.`],
    ["label", labelOf(action)],
    ["lightningWebComponent", componentName(action)],
    ["optionsCreateFeedItem", "false"],
    ["type", "LightningWebComponent"],
  ]);
  const component = { type: "QuickAction", fullName };
  return sourceFile(`quickActions/${fullName}.quickAction-meta.xml`, component, text);
}

function componentFiles(action: Action): readonly PackageFile[] {
  const name = componentName(action);
  const component = { type: "LightningComponentBundle", fullName: name };
  const text = metadataXml("LightningComponentBundle", [
    ["apiVersion", API_VERSION],
    ["description", `${action.does} in Siro: opens the link that stands on the record.`],
    ["isExposed", "true"],
    ["masterLabel", labelOf(action)],
    ["targets", [["target", "lightning__RecordAction"]]],
    [
      "targetConfigs",
      [["targetConfig", [["actionType", ACTION_TYPE]], { targets: "lightning__RecordAction" }]],
    ],
  ]);
  const sources = linkComponentSources({ name, field: `${OBJECT}.${action.field}` });
  return [
    sourceFile(`lwc/${name}/${name}.js-meta.xml`, component, text),
    // The rest of the bundle comes with its metadata.
    ...[...sources].map(([file, source]) => ({
      ...sourceFile(`lwc/${name}/${file}`, component, source),
      components: [],
    })),
  ];
}

function componentName({ name }: Action): string {
  return `siro${name}Recording`;
}

function labelOf({ name }: Action): string {
  return `${name} Siro Recording`;
}
