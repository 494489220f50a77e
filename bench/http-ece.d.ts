declare module "http_ece" {
  import type { ECDH } from "node:crypto";

  /** Decrypts one message; throws when it was changed under way. */
  export function decrypt(
    message: Buffer,
    options: {
      readonly version: "aes128gcm";
      readonly privateKey: ECDH;
      readonly authSecret: Buffer;
    },
  ): Buffer;
}
