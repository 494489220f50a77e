import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { loadConfig } from "../../src/config.ts";

const example = readFileSync(".env.example", "utf8");
const exampleKeys = [...example.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1]);

function schemaKeys(): (string | undefined)[] {
  const source = readFileSync("src/environment-schema.ts", "utf8");
  const schema = /environmentSchema = z\.object\(\{\n(.*?)^\}\);/ms.exec(source)?.[1] ?? "";
  return [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map((match) => match[1]);
}

let dir: string;
let connectionsFile: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-env-"));
  connectionsFile = join(dir, "connections.json");
  const acme = {
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["x".repeat(32)],
  };
  writeFileSync(connectionsFile, JSON.stringify({ connections: [acme] }));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe(".env.example", () => {
  test("lists every variable in the order of the configuration", () => {
    expect(schemaKeys().length).toBeGreaterThan(15);
    expect(exampleKeys).toEqual(schemaKeys());
  });

  test("says one line about each, with its default", () => {
    const blocks = example.split("\n\n").slice(1);

    expect(blocks).toHaveLength(exampleKeys.length);
    for (const block of blocks) {
      expect(block.trim()).toMatch(/^# .*Default: [^\n]+\n#[A-Z_0-9]+=[^\n]*$/);
    }
  });

  test("changes nothing while every line is commented out", () => {
    expect([...example.matchAll(/^[A-Z]/gm)]).toEqual([]);
  });

  test("shows values that the configuration accepts", () => {
    const shown = [...example.matchAll(/^#([A-Z][A-Z0-9_]*)=(.+)$/gm)].map(
      ([, key, value]) => [key, value] as const,
    );
    const env = z.record(z.string(), z.string()).parse(Object.fromEntries(shown));

    // Where files are looked for is the test's own.
    expect(() =>
      loadConfig({ ...env, CONNECTIONS_FILE: connectionsFile, DATA_DIR: dir }),
    ).not.toThrow();
  });
});
