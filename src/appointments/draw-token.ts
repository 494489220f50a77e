import { randomBytes } from "node:crypto";

const TOKEN_BYTES = 16;

/** Draws 22 random URL-safe characters: 128 bits nobody can guess. */
export function drawToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}
