import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

import { BridgeError } from "../errors.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A stored address was sealed with another key, or was tampered with. */
export class AddressUnreadableError extends BridgeError {
  override readonly name = "AddressUnreadableError";
  override readonly code = "ADDRESS_UNREADABLE";
  override readonly retry = "never";

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} cannot be opened; was SECRET_KEY changed?`, options);
  }
}

/** Encrypts an address with the bridge's key (AES-256-GCM); base64 of nonce, tag and text. */
export function sealAddress(address: unknown, secretKey: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", secretKey, iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(address), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64");
}

/**
 * Opens a sealed address.
 *
 * @throws {AddressUnreadableError} when it was sealed with another key or was tampered with.
 */
export function openAddress(sealed: string, secretKey: Buffer): unknown {
  try {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", secretKey, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    return JSON.parse(Buffer.concat([text, decipher.final()]).toString("utf8"));
  } catch (error) {
    throw new AddressUnreadableError("A stored address", { cause: error });
  }
}

/** A keyed digest that tells the same address again without opening it. */
export function addressDigest(address: unknown, secretKey: Buffer): string {
  return createHmac("sha256", secretKey).update(JSON.stringify(address)).digest("base64url");
}
