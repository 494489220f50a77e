import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorCode } from "../error-code.ts";
import type { PackageFile } from "../salesforce-package/package-file.ts";

/**
 * Writes these files under `dir`, readable by their owner alone, and gives the reason when it cannot.
 *
 * A folder that holds something is left alone unless `force` is set; then files of the same name are replaced
 * and all others stay.
 */
export function writePackage(
  dir: string,
  files: ReadonlyMap<string, PackageFile>,
  force: boolean,
): string | undefined {
  try {
    if (!(force || isEmpty(dir))) {
      return `${dir} is not empty; choose another --out, or write into it with --force`;
    }
    for (const [path, { text }] of files) {
      writePrivately(join(dir, path), text);
    }
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) {
      throw error;
    }
    return `${dir} cannot be written (${code})`;
  }
}

function isEmpty(dir: string): boolean {
  try {
    return readdirSync(dir).length === 0;
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return true;
    }
    throw error;
  }
}

// The mode is given to a new file alone; one that is replaced may have been open to others.
function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, "", { mode: 0o600 });
  chmodSync(path, 0o600);
  writeFileSync(path, text);
}
