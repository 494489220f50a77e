import { readFileSync } from "node:fs";
import { z } from "zod";

/** Beside the sources, and beside what the build makes of them. */
const PLACES = ["../package.json", "../../package.json"];

/** The version of this bridge as its package says it; `unknown` where the package is not there. */
export function readVersion(): string {
  for (const place of PLACES) {
    try {
      const text = readFileSync(new URL(place, import.meta.url), "utf8");
      return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
    } catch {
      // The next place.
    }
  }
  return "unknown";
}
