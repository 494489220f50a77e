import { FIELDS } from "./names.ts";
import { type PackageFile, sideFile, sourceFile } from "./package-file.ts";
import { metadataXml } from "./xml.ts";

const OBJECT = "ServiceAppointment";
const BUTTONS = [
  { name: "Start", field: FIELDS.startLink },
  { name: "Stop", field: FIELDS.stopLink },
] as const;

/** Buttons of the record page that open the start and the stop link. */
export function webLinkFiles(): readonly PackageFile[] {
  return BUTTONS.map(({ name, field }) => {
    const fullName = `Siro_${name}_Recording`;
    const text = metadataXml("WebLink", [
      ["fullName", fullName],
      ["availability", "online"],
      ["displayType", "button"],
      ["encodingKey", "UTF-8"],
      ["hasMenubar", "false"],
      ["hasScrollbars", "true"],
      ["hasToolbar", "false"],
      ["height", "600"],
      ["isResizable", "true"],
      ["linkType", "url"],
      ["masterLabel", `${name} Siro Recording`],
      ["openType", "newWindow"],
      ["position", "none"],
      ["protected", "false"],
      ["showsLocation", "false"],
      ["showsStatus", "false"],
      ["url", `{!${OBJECT}.${field}}`],
      ["width", "600"],
    ]);
    const component = { type: "WebLink", fullName: `${OBJECT}.${fullName}` };
    return sourceFile(`objects/${OBJECT}/webLinks/${fullName}.webLink-meta.xml`, component, text);
  });
}

/**
 * The records that put the same links into the Field Service mobile app.
 *
 * App extensions are data, not metadata: they are imported after the deployment, with the id of the org's own
 * mobile settings put in.
 */
export function appExtensionFile(): PackageFile {
  const records = BUTTONS.flatMap(({ name, field }) =>
    ["iOS", "Android"].map((platform) => ({
      attributes: { type: "AppExtension", referenceId: `Siro${name}${platform}` },
      FieldServiceMobileSettingsId: "REPLACE_WITH_MOBILE_SETTINGS_ID",
      AppExtensionName: `Siro_${name}_${platform}`,
      AppExtensionLabel: `${name} Siro Recording`,
      Type: platform,
      LaunchValue: `{!$${field}}`,
      ScopedToObjectTypes: OBJECT,
    })),
  );
  return sideFile("data/AppExtension.json", `${JSON.stringify({ records }, null, 2)}\n`);
}
