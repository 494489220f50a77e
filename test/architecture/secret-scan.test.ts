import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

/** Built from pieces: written out, scanners of this repository would take it for a real one. */
const KEY = ["wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYZQ7RT2WKEY"].join("/");

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-secrets-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function scan() {
  const { status, stdout } = spawnSync(process.execPath, ["bin/scan-secrets.mjs", dir], {
    encoding: "utf8",
  });
  return { status, stdout };
}

test("finds a key that somebody left in a file, and says where", () => {
  mkdirSync(join(dir, "notes"));
  writeFileSync(join(dir, "notes/.env.old"), `\naws_secret_access_key = "${KEY}"\n`);
  const { status, stdout } = scan();
  expect(status).toBe(1);
  expect(stdout).toContain(join("notes", ".env.old"));
  expect(stdout).toContain("AWSSecretAccessKey");
  expect(stdout).not.toContain(KEY);
});

test("passes over what is not tracked, without git, too", () => {
  for (const name of ["node_modules", ".data"]) {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, "x"), `aws_secret_access_key = "${KEY}"\n`);
  }
  writeFileSync(join(dir, "connections.json"), `aws_secret_access_key = "${KEY}"\n`);
  writeFileSync(join(dir, "x.log"), `aws_secret_access_key = "${KEY}"\n`);
  writeFileSync(join(dir, "readme.md"), "# Nothing to see\n");
  expect(scan()).toEqual({ status: 0, stdout: "1 files were looked through for secrets\n" });
});
