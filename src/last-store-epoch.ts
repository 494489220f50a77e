import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "store-epoch";

/** Reads which life of the store was seen last from this data directory; undefined before the first one. */
export function readLastStoreEpoch(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, FILE), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Remembers it for the next start; where nothing can be written, the next start does not know it. */
export function saveLastStoreEpoch(dataDir: string, epoch: string): void {
  try {
    writeFileSync(join(dataDir, FILE), `${epoch}\n`, { mode: 0o600 });
  } catch {
    // Only the alarm of the next start depends on it.
  }
}
