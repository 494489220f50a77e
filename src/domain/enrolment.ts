import { z } from "zod";
import { deviceSchema } from "./device.ts";

/** What is sent to enrol a device; only the channel knows the shape of its address. */
export const enrolmentSchema = z.object({
  channel: z.string().min(1),
  address: z.unknown().optional(),
  /** Well-formed: scripts of the store do not read a device whose text holds half a character. */
  label: z.string().overwrite(wellFormed).trim().min(1).max(100).optional(),
  platform: deviceSchema.shape.platform,
});
export type Enrolment = Readonly<z.infer<typeof enrolmentSchema>>;

/** One reason why an enrolment was refused; `path` is dotted. */
export interface EnrolmentIssue {
  readonly path: string;
  readonly message: string;
}

/** How an enrolment ended. */
export type EnrolOutcome =
  /** `token` is the bearer of a pull device; it is never told again. */
  | { readonly kind: "enrolled"; readonly deviceId: string; readonly token?: string }
  | { readonly kind: "refused"; readonly issues: readonly EnrolmentIssue[] }
  | { readonly kind: "unknown-rep" };

function wellFormed(text: string): string {
  return text.toWellFormed();
}
