import type { z } from "zod";
import type { AddressVerdict } from "./channel.ts";

/** Checks the shape of an address; the message names each part at fault and never quotes a value. */
export function judgeAddress(schema: z.ZodType, address: unknown): AddressVerdict {
  const parsed = schema.safeParse(address);
  return parsed.success
    ? { kind: "usable" }
    : { kind: "unusable", message: addressReasons(parsed.error) };
}

/** Says what is wrong with an address, as `address.part: reason; address.other: reason`. */
export function addressReasons({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => `${["address", ...path].join(".")}: ${message}`)
    .join("; ");
}
