import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const run = promisify(execFile);
const PROGRAM = resolve(join("bin", "siro-bridge.mjs"));

async function siroBridge(...args: readonly string[]): Promise<string> {
  return (await run(process.execPath, [PROGRAM, ...args])).stdout;
}

/** What a shell is offered after these words, the last of which has only begun. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const lines = (await siroBridge("complete", "--", ...words)).trim().split("\n");
  return lines.map((line) => line.split("\t")[0] ?? "");
}

test.each([
  "bash",
  "zsh",
  "fish",
  "powershell",
])("a script for %s asks the program", async (shell) => {
  expect(await siroBridge("completion", shell)).toMatch(/siro-bridge"? complete|complete['" ]+--/);
});

test("commands, their parts and their flags are offered", async () => {
  expect(await offered("pa")).toContain("parked");
  expect(await offered("parked", "re")).toContain("replay");
  expect(await offered("parked", "replay", "--dry")).toContain("--dry-run");
  expect(await offered("parked", "replay", "--dry")).not.toContain("--reason");
});
