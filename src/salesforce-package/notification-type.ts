import { NOTIFICATION_TYPE } from "./names.ts";
import { type PackageFile, sourceFile } from "./package-file.ts";
import { metadataXml } from "./xml.ts";

/**
 * The kind of notification that the channel `salesforce-notification` sends: a push to the Salesforce app.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_customnotificationtype.htm
 */
export function notificationTypeFile(): PackageFile {
  const component = { type: "CustomNotificationType", fullName: NOTIFICATION_TYPE };
  const text = metadataXml("CustomNotificationType", [
    ["customNotifTypeName", NOTIFICATION_TYPE],
    ["desktop", "false"],
    ["masterLabel", "Siro Prompt"],
    ["mobile", "true"],
  ]);
  return sourceFile(`notificationtypes/${NOTIFICATION_TYPE}.notiftype-meta.xml`, component, text);
}
