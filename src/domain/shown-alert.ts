import { z } from "zod";
import { type Alert, alertCodeSchema, alertSeveritySchema } from "./alert.ts";
import { isoInstant } from "./instant.ts";

/** An alert as operators' calls and the webhook tell it. */
export const shownAlertSchema = z.object({
  alertId: z.string(),
  code: alertCodeSchema,
  severity: alertSeveritySchema,
  connection: z.string().nullable(),
  text: z.string(),
  count: z.int(),
  openedAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
  /** Where the code is explained. */
  docs: z.url(),
});
export type ShownAlert = Readonly<z.infer<typeof shownAlertSchema>>;

/** Words an alert; `publicUrl` is where the documentation is served. */
export function showAlert(
  { openedAtMs, resolvedAtMs, connection, ...alert }: Alert,
  publicUrl: URL,
): ShownAlert {
  return {
    ...alert,
    connection: connection ?? null,
    openedAt: isoInstant(openedAtMs),
    resolvedAt: resolvedAtMs === undefined ? null : isoInstant(resolvedAtMs),
    docs: new URL(`/docs/failures#${alert.code.toLowerCase()}`, publicUrl).href,
  };
}
