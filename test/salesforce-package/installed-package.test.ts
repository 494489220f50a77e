import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

let dir: string;
let root: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-installed-"));
  const flags = ["--silent", "--ignore-scripts", "--offline", "--pack-destination", dir];
  run("npm", ["pack", ...flags], { cwd: "." });
  const tarball = readdirSync(dir).find((name) => name.endsWith(".tgz")) ?? "";
  run("tar", ["xzf", tarball], { cwd: dir });
  root = join(dir, "package");
  // What npm would have installed beside it.
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

function run(command: string, args: readonly string[], { cwd, env }: Place): string {
  const own = { PATH: process.env["PATH"], HOME: dir, ...env };
  const result = spawnSync(command, args, { cwd, encoding: "utf8", env: own });
  expect([result.status, result.stderr]).toEqual([0, ""]);
  return result.stdout;
}

describe("siro-bridge as it is installed from its package", () => {
  test("writes the Salesforce package, away from its sources", () => {
    const place = join(dir, "elsewhere");
    mkdirSync(place);
    const acme = {
      name: "acme",
      organizationId: "00D5f000004XyZaEAK",
      webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
    };
    writeFileSync(join(place, "connections.json"), JSON.stringify({ connections: [acme] }));
    const bin = join(root, "bin", "siro-bridge.mjs");
    const command = ["salesforce", "package", "acme", "--json"];
    const flags = ["--integration-user", "siro.bridge@acme.example", "--with", "event"];
    const printed = run(process.execPath, [bin, ...command, ...flags], {
      cwd: place,
      env: { PUBLIC_URL: "https://bridge.example.com" },
    });
    expect(JSON.parse(printed)).toMatchObject({ kind: "written", connection: "acme" });
    const written = readdirSync(join(place, "siro-salesforce-acme"));
    expect(written).toEqual(expect.arrayContaining(["force-app", "manifest", "removal", "data"]));
  });

  test("brings the page that explains it, and the example that the page shows", () => {
    expect(readdirSync(join(root, "docs"))).toContain("salesforce-setup.md");
    expect(readdirSync(join(root, "salesforce", "example"))).toContain("force-app");
  });
});
