import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";

/** What each planted file imports. */
const PLANTED: Readonly<Record<string, string>> = {
  "src/domain/knows-redis.ts": 'import { Redis } from "ioredis";\nexport const used = Redis;',
  "src/domain/knows-a-room.ts":
    'import { inside } from "../devices/inside.ts";\nexport const used = inside;',
  "src/links/knows-config.ts":
    'import { config } from "../config.ts";\nexport const used = config;',
  "src/intake/enters-a-room.ts":
    'import { inside } from "../devices/inside.ts";\nexport const used = inside;',
  "src/write-back/enters-a-room.ts":
    'import { inside } from "../devices/inside.ts";\nexport const used = inside;',
  "src/enters-workers.ts":
    'import { worker } from "../workers/worker.ts";\nexport const used = worker;',
  "src/uses-test-code.ts":
    'import { fixture } from "../test/fixture.ts";\nexport const used = fixture;',
  "src/admin/queues-itself.ts": 'import { Queue } from "bullmq";\nexport const used = Queue;',
  "src/deliveries/serves-web.ts": 'import express from "express";\nexport const used = express;',
  "src/admin/asks-salesforce.ts": 'import jsforce from "jsforce";\nexport const used = jsforce;',
  "src/circle-a.ts": 'import { b } from "./circle-b.ts";\nexport const a = b;',
  "src/circle-b.ts": 'import type { a } from "./circle-a.ts";\nexport const b: typeof a = 1;',
  "src/admin/app/knows-the-server.ts":
    'import { page } from "../page.ts";\nexport const used = page;',
  "src/admin/knows-the-page.ts": 'import { view } from "./app/view.ts";\nexport const used = view;',
  "workers/draws-pages.ts":
    'import { page } from "../src/admin/page.ts";\nexport const used = page;',
};

/** What is allowed, and must not be mistaken for a hole in a wall. */
const ALLOWED: Readonly<Record<string, string>> = {
  "src/domain/noun.ts": 'import { z } from "zod";\nexport const noun = z.string();',
  "src/devices/inside.ts": "export const inside = 1;",
  "src/config.ts": "export const config = 1;",
  "src/admin/page.ts": "export const page = 1;",
  "src/admin/app/view.ts": 'import { h } from "preact";\nexport const view = h;',
  "src/redis.ts": 'import { Redis } from "ioredis";\nexport const redis = Redis;',
  "src/queues/prompts.ts": 'import { Queue } from "bullmq";\nexport const queue = Queue;',
  "src/salesforce/connection.ts": 'import jsforce from "jsforce";\nexport const used = jsforce;',
  "workers/worker.ts": 'import { Worker } from "bullmq";\nexport const worker = Worker;',
  "test/fixture.ts": "export const fixture = 1;",
};

/** Folders that rooms use, and where rooms meet. */
const SHARED = ["books", "cli", "domain", "http", "openapi", "outbound", "queues", "tracing"];

const ruleSchema = z.object({ name: z.string(), from: z.object({ path: z.string().optional() }) });
const require = createRequire(import.meta.url);
const { forbidden: rules } = z
  .object({ forbidden: z.array(ruleSchema) })
  .parse(require(resolve(".dependency-cruiser.cjs")));

const cruiseSchema = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

let dir: string;
let fired: readonly string[];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-walls-"));
  cpSync(".dependency-cruiser.cjs", join(dir, ".dependency-cruiser.cjs"));
  cpSync("tsconfig.json", join(dir, "tsconfig.json"));
  symlinkSync(resolve("node_modules"), join(dir, "node_modules"));
  for (const [file, text] of Object.entries({ ...PLANTED, ...ALLOWED })) {
    plant(file, `${text}\n`);
  }
  fired = cruise();
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}

function cruise(): readonly string[] {
  const bin = resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [bin, "--config", ".dependency-cruiser.cjs", "--output-type", "json"];
  const { stdout, stderr } = spawnSync(process.execPath, [...args, "src", "workers"], {
    cwd: dir,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(stderr).toBe("");
  const { summary } = cruiseSchema.parse(JSON.parse(stdout));
  expect(summary.totalCruised).toBeGreaterThan(Object.keys(ALLOWED).length);
  return summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`);
}

describe("an import through a wall is reported", () => {
  test.each([
    ["domain knows ioredis", "src/domain/knows-redis.ts: domain-knows-only-zod"],
    ["domain knows a room", "src/domain/knows-a-room.ts: domain-knows-only-zod"],
    ["links know the configuration", "src/links/knows-config.ts: links-know-only-zod"],
    ["a room enters a room", "src/intake/enters-a-room.ts: rooms-do-not-enter-rooms"],
    ["so does a room of two words", "src/write-back/enters-a-room.ts: rooms-do-not-enter-rooms"],
    ["src imports workers", "src/enters-workers.ts: src-never-imports-workers"],
    ["src imports test code", "src/uses-test-code.ts: no-test-code-in-production"],
    ["bullmq outside the queues", "src/admin/queues-itself.ts: bullmq-lives-in-queues-and-workers"],
    ["express outside the web rooms", "src/deliveries/serves-web.ts: express-lives-in-web-rooms"],
    ["jsforce outside salesforce", "src/admin/asks-salesforce.ts: jsforce-lives-in-salesforce"],
    ["a circle closed by a type", "src/circle-a.ts: no-circles"],
    [
      "the operators' page knows the server",
      "src/admin/app/knows-the-server.ts: operators-page-stands-alone",
    ],
    [
      "a server knows the operators' page",
      "src/admin/knows-the-page.ts: servers-do-not-import-pages",
    ],
    ["a worker draws pages", "workers/draws-pages.ts: workers-have-no-web"],
  ])("%s", (_what, violation) => {
    expect(fired).toContain(violation);
  });

  test("and there is no rule that was not seen to fire", () => {
    const seen = new Set(fired.map((violation) => violation.split(": ")[1]));

    expect(rules.length).toBeGreaterThan(10);
    expect(rules.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });

  test("of every room: each folder of src is one, or is shared and named as such", () => {
    const { from } = rules.find(({ name }) => name === "rooms-do-not-enter-rooms") ?? {};
    const rooms = /\((.+)\)/.exec(from?.path ?? "")?.[1]?.split("|") ?? [];
    const folders = readdirSync("src", { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

    expect([...rooms, ...SHARED].toSorted()).toEqual(folders.toSorted());
  });

  test("and nothing that is allowed is", () => {
    const files = fired.map((violation) => violation.split(": ")[0] ?? "");

    expect(files.filter((file) => file in ALLOWED)).toEqual([]);
  });
});
