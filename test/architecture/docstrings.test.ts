import { existsSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { exportsIn, exportsUnder, type SourceExport } from "./sources.ts";

const DIRS = ["src", "workers", "bench", "chaos"].filter((dir) => existsSync(dir));
/** The pages' own code among them. */
const CODE = /\.(ts|tsx|js)$/;
/** A type that only names what the documented schema above it describes. */
const SCHEMA_TYPE = /^export type (\w+) = .*z\.(infer|input|output)<typeof \w+>/;

function isUndocumented({ hasDocstring, statement }: SourceExport): boolean {
  return !(hasDocstring || SCHEMA_TYPE.test(statement));
}

describe("every exported thing", () => {
  test("has a docstring", () => {
    const found = exportsUnder(DIRS, CODE);

    expect(found.length).toBeGreaterThan(50);
    expect(found.filter(isUndocumented).map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });
});

describe("the scanner itself", () => {
  test.each([
    ["a docstring", "/** Adds. */\nexport function add() {}", false],
    ["a long docstring", "/**\n * Adds.\n */\nexport async function add() {}", false],
    ["nothing", "export const add = 1;", true],
    ["a plain comment", "/* Adds. */\nexport class Add {}", true],
    ["a docstring further up", "/** Adds. */\n\nexport interface Add {}", true],
    ["a schema's type", "export type Add = z.infer<typeof addSchema>;", false],
    ["a part of a page", "export function Add() {}", true],
    ["another type", "export type Add = string;", true],
  ])("sees %s", (_what, text, expected) => {
    expect(exportsIn("add.ts", text).map(isUndocumented)).toEqual([expected]);
  });
});
