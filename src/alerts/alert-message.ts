import { z } from "zod";
import type { AlertNotice } from "../domain/alert.ts";
import { isoInstant } from "../domain/instant.ts";
import { showAlert, shownAlertSchema } from "../domain/shown-alert.ts";

/** The body of the webhook; `webhook-id` stays the same when it is sent again. */
export const alertBodySchema = z.object({
  type: z.enum(["alert.opened", "alert.worse", "alert.repeated", "alert.resolved", "alert.test"]),
  timestamp: z.iso.datetime(),
  data: shownAlertSchema,
});

/** The body of the webhook. */
export function alertBody(
  { kind, alert }: AlertNotice,
  { publicUrl, nowMs }: { readonly publicUrl: URL; readonly nowMs: number },
): z.infer<typeof alertBodySchema> {
  return {
    type: `alert.${kind}`,
    timestamp: isoInstant(nowMs),
    data: showAlert(alert, publicUrl),
  };
}

const LEAD: Readonly<Record<AlertNotice["kind"], string>> = {
  opened: "Alert",
  worse: "Alert, more of it",
  repeated: "Alert, still open",
  resolved: "Resolved",
  test: "Test",
};

/** The subject and the plain text of the mail. */
export function alertLetter(
  { kind, alert }: AlertNotice,
  publicUrl: URL,
): { readonly subject: string; readonly text: string } {
  const { code, text, openedAt, resolvedAt, docs, connection } = showAlert(alert, publicUrl);
  const place = connection === null ? "" : ` (${connection})`;
  const lines = [
    `${text}.`,
    "",
    ...(connection === null ? [] : [`Connection: ${connection}`]),
    `Code: ${code}`,
    `Since: ${openedAt}`,
    ...(resolvedAt === null ? [] : [`Over since: ${resolvedAt}`]),
    "",
    `What it means and what to do: ${docs}`,
    `How things stand: ${new URL("/admin", publicUrl).href}`,
  ];
  return { subject: `[siro-bridge] ${LEAD[kind]}: ${code}${place}`, text: lines.join("\n") };
}
