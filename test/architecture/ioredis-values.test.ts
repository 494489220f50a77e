import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { sourceFiles } from "./sources.ts";

// The import walls of dependency-cruiser cannot tell a type-only import from one that runs code.
const IMPORT = /^(?:import|export) (?!type\b)[^;]*? from "ioredis"/gms;
const OWNERS = /^src\/(redis\.ts|books\/)/;

function importsValues(text: string): boolean {
  // An import that names types alone runs no code either.
  return [...text.matchAll(IMPORT)].some(
    ([statement]) => !/^import \{(\s*type \w+,?)+\s*\}/.test(statement),
  );
}

describe("ioredis", () => {
  test("is opened in src/redis.ts and used as a value in the books alone", () => {
    const files = sourceFiles(["src", "workers"].filter((dir) => existsSync(dir)));

    const users = files.filter((file) => importsValues(readFileSync(file, "utf8")));

    expect(users).toContain("src/redis.ts");
    expect(users.filter((file) => !OWNERS.test(file))).toEqual([]);
  });

  test.each([
    ['import { Redis } from "ioredis";', true],
    ['import {\n  Redis,\n  type RedisOptions,\n} from "ioredis";', true],
    ['import IoRedis from "ioredis";', true],
    ['export { Redis } from "ioredis";', true],
    ['import type { Redis } from "ioredis";', false],
    ['import { type Redis, type Pipeline } from "ioredis";', false],
    ['import { z } from "zod";\nimport type { Redis } from "ioredis";', false],
  ])("the scanner reads %j", (text, expected) => {
    expect(importsValues(text)).toBe(expected);
  });
});
