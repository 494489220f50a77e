import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "./error-code.ts";

/**
 * Returns the secret kept under this name in `dir`, making it on first use.
 *
 * The file is readable by its owner alone. Safe when two processes start at once: the first writer wins.
 */
export function storedSecret(dir: string, name: string): string {
  const path = join(dir, name);
  mkdirSync(dir, { recursive: true });
  try {
    writeFileSync(path, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    if (errorCode(cause) !== "EEXIST") {
      throw cause;
    }
  }
  return readFileSync(path, "utf8").trim();
}
