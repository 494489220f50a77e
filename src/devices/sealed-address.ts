import { createHmac } from "node:crypto";
import { BridgeError } from "../errors.ts";
import { openValue, sealValue } from "../sealed-value.ts";

/** A stored address was sealed with another key, or was tampered with. */
export class AddressUnreadableError extends BridgeError {
  override readonly name = "AddressUnreadableError";
  override readonly code = "ADDRESS_UNREADABLE";
  override readonly retry = "never";

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} cannot be opened; was SECRET_KEY changed?`, options);
  }
}

/** Encrypts an address with the bridge's key. */
export function sealAddress(address: unknown, secretKey: Buffer): string {
  return sealValue(address, secretKey);
}

/**
 * Opens a sealed address.
 *
 * @throws {AddressUnreadableError} when it was sealed with another key or was tampered with.
 */
export function openAddress(sealed: string, secretKey: Buffer): unknown {
  try {
    return openValue(sealed, secretKey);
  } catch (error) {
    throw new AddressUnreadableError("A stored address", { cause: error });
  }
}

/** A keyed digest that tells the same address again without opening it. */
export function addressDigest(address: unknown, secretKey: Buffer): string {
  return createHmac("sha256", secretKey).update(JSON.stringify(address)).digest("base64url");
}
