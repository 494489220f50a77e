import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { z } from "zod";
import { keepOutputOf, keptLogsFolder } from "../support/logs/kept-logs.ts";

const MAIN = resolve("dist/chaos/main.js");

const reportSchema = z.object({
  scenarios: z.array(
    z.object({
      name: z.string(),
      outcome: z.string(),
      acked: z.int(),
      verdicts: z.array(z.object({ invariant: z.string(), isKept: z.boolean() })),
    }),
  ),
});

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-chaos-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

async function runChaos(args: readonly string[]) {
  const logs = keptLogsFolder();
  const all = [MAIN, ...args, ...(logs === undefined ? [] : ["--logs", logs])];
  const child = spawn(process.execPath, all, { stdio: ["ignore", "pipe", "pipe"] });
  keepOutputOf(child, "chaos");
  const ended = once(child, "exit");
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { code, said: stdout + stderr };
}

test("the chaos run keeps all eight invariants when receivers are killed under load", async () => {
  const report = join(dir, "report.json");
  const { code, said } = await runChaos(["--small", "--only", "kill-web", "--report", report]);
  expect({ code, said }).toEqual({ code: 0, said });
  const { scenarios } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
  expect(scenarios.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["kill-web kept"]);
  for (const { acked, verdicts } of scenarios) {
    expect(acked).toBe(2 * 4 * 4);
    expect(verdicts.map(({ invariant }) => invariant)).toEqual(
      Array.from({ length: 8 }, (_, at) => `I${at + 1}`),
    );
  }
}, 180_000);

test("a scenario that is not there is wrong use", async () => {
  expect(await runChaos(["--only", "a-flood-of-frogs"])).toMatchObject({ code: 2 });
});
