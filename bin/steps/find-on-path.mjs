import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of these programs that the PATH offers, as a full path; undefined when there is none. */
export function findOnPath(names) {
  const dirs = (process.env.PATH ?? "").split(delimiter).filter((dir) => dir !== "");
  return names
    .flatMap((name) => dirs.map((dir) => join(dir, name)))
    .find((path) => isExecutable(path));
}

/** Whether this path can be run by this user. */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
