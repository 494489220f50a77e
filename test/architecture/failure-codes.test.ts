import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { sourceFiles } from "./sources.ts";

/** An error's own code, or the reason under which work is parked. */
const CODE = /(?:code = |parked\(|refused\(|parkedAs\(|reason: )"([A-Z][A-Z_]{3,})"/g;

describe("docs/failures.md", () => {
  test("explains every code under a heading of its own", () => {
    const docs = readFileSync("docs/failures.md", "utf8");
    const explained = new Set([...docs.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code));
    const used = sourceFiles(["src", "workers"]).flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(CODE)].map(([, code]) => code),
    );
    expect(used.length).toBeGreaterThan(30);
    expect([...new Set(used)].filter((code) => !explained.has(code))).toEqual([]);
  });
});
