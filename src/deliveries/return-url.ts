import type { Appointment } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";

/**
 * Where the rep ends up after Siro: the CRM record, a configured page, or nowhere of ours.
 *
 * https only: Siro refuses other schemes unless it whitelisted them.
 */
export function returnTarget(
  connection: Connection,
  { recordType, recordId }: Appointment,
): string | undefined {
  const { returnTo } = connection.links;
  if (returnTo === "none") {
    return undefined;
  }
  if (returnTo === "record") {
    return lightningUrl(connection.salesforce?.instanceUrl, recordType, recordId);
  }
  return returnTo
    .replaceAll("{recordType}", encodeURIComponent(recordType))
    .replaceAll("{recordId}", encodeURIComponent(recordId));
}

/**
 * The link's `redirectUrl`: with a public https address our own `/done/` page, which records the return
 * and forwards; otherwise the target itself, or nothing.
 */
export function redirectUrl(
  connection: Connection,
  appointment: Appointment,
  { publicUrl, token }: { readonly publicUrl: URL; readonly token: string },
): string | undefined {
  if (connection.links.returnTo === "none") {
    return undefined;
  }
  return publicUrl.protocol === "https:"
    ? new URL(`/done/${token}`, publicUrl).href
    : returnTarget(connection, appointment);
}

/** @see https://help.salesforce.com for the `lightning/r` record address */
function lightningUrl(
  instanceUrl: string | undefined,
  recordType: string,
  recordId: string,
): string | undefined {
  if (instanceUrl === undefined || !instanceUrl.startsWith("https://")) {
    return undefined;
  }
  const host = new URL(instanceUrl).host.replace(".my.salesforce.com", ".lightning.force.com");
  return `https://${host}/lightning/r/${recordType}/${recordId}/view`;
}
