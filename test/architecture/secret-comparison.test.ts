import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { sourceFiles } from "./sources.ts";

/** A name that ends like this holds a secret, or what proves one. */
const SECRET_NAME = String.raw`\b[\w.]*(?:secret|password|token|signature|digest|mac|hmac|bearer|tokenHash|codeHash)s?\b`;
const COMPARISON = new RegExp(
  String.raw`(?:${SECRET_NAME}\)? *[!=]==? *([^\s)&|?;,]+)|([^\s(&|?;,!]+) *[!=]==? *${SECRET_NAME})`,
  "gi",
);
/** Whether there is one at all is no secret, and neither is which kind of thing it is. */
const HARMLESS = /^(?:undefined|null|""|''|0|true|false|typeof|"[a-z-]+")$/;
const HARMLESS_LINE = /\.length\b|typeof |\.kind\b/;

/** What compares by the language's own equality, which ends at the first difference. */
function comparisonsIn(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !HARMLESS_LINE.test(line))
    .filter((line) =>
      [...line.matchAll(COMPARISON)].some(
        ([, right, left]) => !HARMLESS.test((right ?? left ?? "").trim()),
      ),
    );
}

/** Digests, of which a difference tells nothing about what they were made of. */
const DIGESTS: ReadonlySet<string> = new Set([
  'src/books/device-book.ts: return device?.state === "active" && device.addressHash === tokenHash ? device : undefined;',
  "src/siro/sync-engagement.ts: if (note.digest === digest || (isNew && engagement.deletedAt !== null)) {",
]);

describe("secrets", () => {
  test("no secret is compared by the language's own equality", () => {
    const found = sourceFiles(["src", "workers"])
      .filter((file) => !file.startsWith("src/local-mode") && !file.startsWith("src/admin/app"))
      .flatMap((file) =>
        comparisonsIn(readFileSync(file, "utf8")).map((line) => `${file}: ${line.trim()}`),
      );
    expect(found.filter((line) => !DIGESTS.has(line))).toEqual([]);
  });

  test.each([
    ["if (given === deps.metricsToken) {", true],
    ["return password !== expected;", true],
    ["const isRight = mac.toString() === theirs || signature === own;", true],
    ["if (token === undefined || secret !== null) {", false],
    ['session.kind === "token"', false],
  ])("the search finds what it should in %s", (line, isFound) => {
    expect(comparisonsIn(line).length > 0).toBe(isFound);
  });
});
