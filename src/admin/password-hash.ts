import { hash, verify } from "@node-rs/argon2";

/**
 * Hashes a password by Argon2id, with a salt of its own.
 *
 * The library's own parameters are those that OWASP asks for: 19 MiB, two passes, one thread.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
 */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

/** Says whether a password is the one that was hashed. */
export function isPassword(password: string, passwordHash: string): Promise<boolean> {
  return verify(passwordHash, password);
}
