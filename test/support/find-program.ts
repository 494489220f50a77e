import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of these programs on the PATH, as a full path. */
export function findProgram(names: readonly string[]): string {
  const dirs = (process.env["PATH"] ?? "").split(delimiter);
  const found = names.flatMap((name) => dirs.map((dir) => join(dir, name))).find(isExecutable);
  if (found === undefined) {
    throw new Error(
      `None of ${names.join(", ")} is on the PATH; \`npm test\` brings one on Debian`,
    );
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
