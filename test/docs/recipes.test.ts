import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const DIRS = ["src", "workers", "test", "docs"];
const files = DIRS.flatMap((dir) =>
  readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => join(dir, name)),
);
const names = new Set(files.map((file) => basename(file)));
const sources = files
  .filter((file) => /^(src|workers|test).*\.tsx?$/.test(file) && !file.startsWith("test/docs/"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

/** What a recipe names: each in backticks, once. */
function namedIn(recipe: string): readonly string[] {
  return [...new Set([...recipe.matchAll(/`([^`]+)`/g)].map(([, named = ""]) => named))];
}

function isThere(named: string): boolean {
  if (/^(npm|--)/.test(named)) {
    return true;
  }
  if (named.includes("/")) {
    return existsSync(named) || isMatched(named);
  }
  return /\.\w+$/.test(named)
    ? names.has(named) || existsSync(named)
    : new RegExp(`\\b${named}\\b`).test(sources);
}

/** `<name>` and `*` stand for any. */
function isMatched(pattern: string): boolean {
  const form = pattern.replaceAll(".", "\\.").replaceAll(/<\w+>|\*/g, "[\\w-]+");
  return files.some((file) => new RegExp(`^${form}$`).test(file));
}

const recipes = readFileSync("CONTRIBUTING.md", "utf8")
  .split(/^## /m)
  .filter((section) => section.startsWith("How to add "));

describe("a recipe of CONTRIBUTING.md", () => {
  test("is there for a channel, a CRM object and an admin action", () => {
    expect(recipes.map((recipe) => recipe.split("\n")[0])).toEqual([
      "How to add a channel",
      "How to add a CRM object",
      "How to add an admin action",
    ]);
  });

  test.each(
    recipes.map((recipe) => [recipe.split("\n")[0] ?? "", recipe]),
  )("%s: names files and code that are there", (_title, recipe) => {
    expect(namedIn(recipe).length).toBeGreaterThan(5);
    expect(namedIn(recipe).filter((named) => !isThere(named))).toEqual([]);
  });

  test.each([
    "src/channel.ts",
    "src/<name>-nothing.ts",
    "no-such.ts",
    "noSuchThing",
  ])("is told of %s", (named) => {
    expect(isThere(named)).toBe(false);
  });
});
