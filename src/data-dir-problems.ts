import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorCode } from "./error-code.ts";

/** Says why a data directory cannot be used, before anything is written to it; empty when it can. */
export function dataDirProblems(dataDir: string): readonly string[] {
  const path = resolve(dataDir);
  const existing = nearestExisting(path);
  if (!isFolder(existing)) {
    return [`DATA_DIR: ${existing} is a file, so ${path} cannot be a folder`];
  }
  try {
    accessSync(existing, constants.W_OK);
    return [];
  } catch (cause) {
    return [`DATA_DIR: ${existing} cannot be written by this user (${errorCode(cause)})`];
  }
}

function nearestExisting(path: string): string {
  let at = path;
  while (at !== dirname(at) && !exists(at)) {
    at = dirname(at);
  }
  return at;
}

function exists(path: string): boolean {
  // What lies below a file does not exist either, in the words of another error.
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}
