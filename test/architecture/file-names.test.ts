import { existsSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { exportsUnder, sourceFiles } from "./sources.ts";

const DIRS = ["src", "workers"].filter((dir) => existsSync(dir));
/** A file that begins with one of these says what is done, so it exports the function that does it. */
const VERBS = new Set([
  ...[
    "accept",
    "acknowledge",
    "acquire",
    "apply",
    "attempt",
    "build",
    "check",
    "compose",
    "decode",
  ],
  ...[
    "diff",
    "end",
    "enrol",
    "fetch",
    "find",
    "fire",
    "issue",
    "judge",
    "load",
    "map",
    "open",
    "park",
  ],
  ...[
    "parse",
    "plan",
    "poll",
    "post",
    "read",
    "record",
    "replay",
    "run",
    "send",
    "serve",
    "settle",
  ],
  ...["sign", "start", "validate", "verify", "watch", "write"],
]);
const FORBIDDEN = /(^|-)(manager|helpers?|utils?)(-|\.)|^(common|data|info|types|index)\.ts$/;

/** `settle-delivery` fits `settleDelivery`, `SettleDeps` and `openDelivery`: the verb first, or the noun last. */
function fits(file: string, exported: string): boolean {
  const [verb = "", ...noun] = basename(file, ".ts").split("-");
  const name = exported.toLowerCase();
  return name.startsWith(verb) || (noun.length > 0 && name.endsWith(noun.join("")));
}

describe("file names", () => {
  test("a file named for a verb exports what it says", () => {
    const byFile = groupExports();
    const verbFiles = sourceFiles(DIRS).filter((file) =>
      VERBS.has(basename(file, ".ts").split("-")[0] ?? ""),
    );

    expect(verbFiles.length).toBeGreaterThan(10);
    const misnamed = verbFiles.filter(
      (file) => ![...(byFile.get(file) ?? [])].some((exported) => fits(file, exported)),
    );
    expect(misnamed).toEqual([]);
  });

  test("no file is a drawer for odds and ends", () => {
    const drawers = sourceFiles(DIRS).filter((file) => FORBIDDEN.test(basename(file)));

    expect(drawers).toEqual([]);
  });
});

function groupExports(): ReadonlyMap<string, ReadonlySet<string>> {
  const byFile = new Map<string, Set<string>>();
  for (const { file, name } of exportsUnder(DIRS)) {
    byFile.set(file, (byFile.get(file) ?? new Set()).add(name));
  }
  return byFile;
}
