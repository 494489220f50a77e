import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

const isDebian = existsSync("/etc/debian_version");

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-clone-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A clone of the least that the bootstrap works on, with an npm that only says that it was called. */
function aClone(): string {
  const clone = join(dir, "clone");
  cpSync("bin", join(clone, "bin"), { recursive: true });
  for (const name of [
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
    "package.json",
  ]) {
    cpSync(name, join(clone, name));
  }
  mkdirSync(join(clone, "src"));
  writeFileSync(join(clone, "src", "main.ts"), "export const answer: number = 42;\n");
  writeFileSync(join(clone, "src", "page.html"), "<p>page</p>\n");
  aProgram("npm", 'echo "npm $*" >&2; /bin/mkdir -p node_modules');
  aProgram("redis-server", "exit 0");
  aProgram("chromium", "exit 0");
  aProgram("firefox-esr", "exit 0");
  return clone;
}

function aProgram(name: string, body: string): void {
  const file = join(dir, "path", name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

/** Gives the clone the packages of this checkout, as `npm ci` would. */
function install(clone: string): void {
  const modules = join(clone, "node_modules");
  mkdirSync(modules);
  for (const name of ["typescript", "@typescript", "@types", "undici-types"]) {
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  cpSync("node_modules/.package-lock.json", join(modules, ".package-lock.json"));
}

function bootstrap(clone: string, command: string, env = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(clone, "bin", "bootstrap.mjs"), command], {
    cwd: clone,
    encoding: "utf8",
    env: { PATH: join(dir, "path"), ...env },
  });
}

describe("bootstrap", () => {
  test("installs when there is nothing, and not a second time", () => {
    const clone = aClone();

    const first = bootstrap(clone, "check");
    const second = bootstrap(clone, "check");

    expect(first.stderr).toMatch(/npm ci --include=dev/);
    expect(second).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test("installs again when the lock file changed", () => {
    const clone = aClone();
    bootstrap(clone, "check");
    const lock = readFileSync(join(clone, "package-lock.json"), "utf8");
    writeFileSync(join(clone, "package-lock.json"), lock.replace('"version"', ' "version"'));

    expect(bootstrap(clone, "check").stderr).toMatch(/npm ci/);
  });

  test("takes packages that somebody else installed as they are", () => {
    const clone = aClone();
    install(clone);

    expect(bootstrap(clone, "check")).toMatchObject({ status: 0, stderr: "" });
  });

  test("installs when one of the packages is of another version", () => {
    const clone = aClone();
    install(clone);
    const hidden = join(clone, "node_modules", ".package-lock.json");
    writeFileSync(
      hidden,
      readFileSync(hidden, "utf8").replace(/"version": "4\.6\.7"/, '"version": "4.6.6"'),
    );

    expect(bootstrap(clone, "check").stderr).toMatch(/npm ci/);
  });

  test("builds once, then again when a source is newer or gone", () => {
    const clone = aClone();
    install(clone);
    const main = join(clone, "src", "main.ts");

    expect(bootstrap(clone, "start").stderr).toMatch(/building/);
    expect(readdirSync(join(clone, "dist", "src")).toSorted()).toEqual([
      "main.d.ts",
      "main.js",
      "main.js.map",
      "page.html",
    ]);
    expect(bootstrap(clone, "start").stderr).toBe("");

    utimesSync(main, new Date(), new Date(Date.now() + 1000));
    expect(bootstrap(clone, "start").stderr).toMatch(/building/);
    utimesSync(main, new Date(), new Date(0));
    expect(bootstrap(clone, "start").stderr).toBe("");

    rmSync(join(clone, "src", "page.html"));
    expect(bootstrap(clone, "start").stderr).toMatch(/building/);
    expect(readdirSync(join(clone, "dist", "src"))).not.toContain("page.html");
  });

  test("keeps the earlier build when a source does not compile", () => {
    const clone = aClone();
    install(clone);
    bootstrap(clone, "start");
    writeFileSync(join(clone, "src", "main.ts"), "export const answer: number = 'no';\n");

    const failed = bootstrap(clone, "start");

    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(/src\/main\.ts.*TS2322/);
    expect(readFileSync(join(clone, "dist", "src", "main.js"), "utf8")).toContain("42");
  });

  test.each([
    ["this is no Debian", [], /there is none on the PATH/],
    ["the packages cannot be fetched", ["apt-get", "apt-cache", "dpkg"], /E: no network/],
  ])("says what to install when no Redis server can be had: %s", (_why, tools, reason) => {
    const clone = aClone();
    install(clone);
    rmSync(join(dir, "path", "redis-server"));
    for (const tool of tools) {
      aProgram(tool, 'echo "E: no network" >&2; exit 100');
    }

    const refused = bootstrap(clone, "start", { DATA_DIR: join(dir, "data") });

    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/a Redis server is needed/);
    expect(refused.stderr).toMatch(/Install one with: /);
    expect(refused.stderr).toMatch(isDebian ? reason : /there is none on the PATH/);
    expect(refused.stderr).not.toMatch(/ at .*\.mjs/);
  });

  test("asks for no Redis server when REDIS_URL names one, in .env too", () => {
    const clone = aClone();
    install(clone);
    rmSync(join(dir, "path", "redis-server"));
    writeFileSync(join(clone, ".env"), "REDIS_URL=redis://127.0.0.1:6379\n");

    expect(bootstrap(clone, "start").status).toBe(0);
  });

  test("names the browser that is missing, and how to get it", () => {
    const clone = aClone();
    install(clone);
    rmSync(join(dir, "path", "firefox-esr"));

    const { status, stderr } = bootstrap(clone, "test");

    expect(status).toBe(1);
    expect(stderr).toContain("need one of firefox-esr, firefox on the PATH");
    expect(stderr).toMatch(/Install with: .*firefox/);
    expect(stderr).not.toContain("chromium");
  });

  test("refuses a command that it does not know", () => {
    expect(bootstrap(aClone(), "deploy")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("it was asked for deploy"),
    });
  });
});
