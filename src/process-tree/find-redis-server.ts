import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Finds a Redis server that can be run: on the search path, else the one that the bootstrap unpacked.
 *
 * `searchPath` is a PATH value. Returns a full path, or undefined when there is none.
 */
export function findRedisServer(dataDir: string, searchPath = ""): string | undefined {
  const dirs = searchPath.split(delimiter).filter((dir) => dir !== "");
  const candidates = ["redis-server", "valkey-server"].flatMap((name) =>
    dirs.map((dir) => join(dir, name)),
  );
  return [...candidates, join(dataDir, "redis", "redis-server")].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
