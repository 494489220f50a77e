import type { z } from "zod";
import type { AddressVerdict } from "./channel.ts";

/** Checks the shape of an address; the message names each part at fault and never quotes a value. */
export function judgeAddress(schema: z.ZodType, address: unknown): AddressVerdict {
  const parsed = schema.safeParse(address);
  if (parsed.success) {
    return { kind: "usable" };
  }
  const reasons = parsed.error.issues.map(
    (issue) => `${["address", ...issue.path].join(".")}: ${issue.message}`,
  );
  return { kind: "unusable", message: reasons.join("; ") };
}
