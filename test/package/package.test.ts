import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { freePort, redisBinary } from "../support/launch-redis.ts";
import { until } from "../support/until.ts";
import { type PackedBridge, packBridge, shippedDependencies } from "./packed.ts";

/** Everything that is meant to be in the package. */
const MEANT =
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|\.env\.example|bin\/.+\.mjs|docs\/.+\.(md|json|ya?ml|png|svg)|salesforce\/.+|dist\/(src|workers)\/.+\.(js|js\.map|d\.ts|html|css|svg|png|webmanifest|json))$/;
const LINK_PROGRAM = `import { buildRecordingLink } from "siro-bridge/links";
const outcome = buildRecordingLink({ action: "stop" });
console.log(outcome.kind === "built" ? outcome.url : outcome.issues.map(({ code }) => code).join());
`;

let packed: PackedBridge;

beforeAll(() => {
  packed = packBridge();
}, 60_000);

afterAll(() => packed?.remove());

function run(program: string, args: readonly string[]) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, npm_config_offline: "true" };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: packed.project,
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
}

describe("the package", () => {
  test("holds what is meant, and nothing else", () => {
    expect(packed.files.filter((path) => !MEANT.test(path))).toEqual([]);
    const needed = [
      "LICENSE",
      "README.md",
      ".env.example",
      "docs/failures.md",
      "salesforce/README.md",
      "bin/bootstrap.mjs",
    ];
    const built = ["dist/src/main.js", "dist/workers/main.js", "dist/src/docs/site/index.html"];
    expect(packed.files).toEqual(expect.arrayContaining([...needed, ...built]));
  });

  test("tells nothing of the machine that built it", () => {
    const telling = packed.files.filter((path) => {
      const text = readFileSync(join(packed.home, path), "utf8");
      return text.includes(resolve(".")) || text.includes("sourcesContent");
    });
    expect(telling).toEqual([]);
  });

  test("has a command that npx runs", () => {
    const help = run("npx", ["--no-install", "siro-bridge", "--help"]);
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("Usage: siro-bridge");
    const built = run("npx", ["--no-install", "siro-bridge", "link", "build", "--action", "stop"]);
    expect(built).toEqual({
      status: 0,
      stdout: "https://app.siro.ai/record?action=stop\n",
      stderr: "",
    });
  });

  test("has a library for links, with types", () => {
    writeFileSync(join(packed.project, "links.mjs"), LINK_PROGRAM);
    const { status, stdout, stderr } = run(process.execPath, ["links.mjs"]);
    expect([status, stdout, stderr]).toEqual([0, "https://app.siro.ai/record?action=stop\n", ""]);
    const typed = `declare const console: { log(text: string): void };\n${LINK_PROGRAM}`;
    writeFileSync(join(packed.project, "right.ts"), typed);
    writeFileSync(join(packed.project, "wrong.ts"), typed.replace("outcome.url", "outcome.link"));
    for (const resolution of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ] as const) {
      expect(compile("right.ts", resolution)).toBe("");
      expect(compile("wrong.ts", resolution)).toContain("'link' does not exist");
    }
  });

  test("runs with nothing but what an installation brings, and serves its documentation", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [join(packed.home, "dist", "src", "main.js")], {
      cwd: packed.project,
      env: {
        PATH: `${dirname(redisBinary())}:${process.env["PATH"]}`,
        PORT: String(port),
        DATA_DIR: join(packed.project, ".data"),
      },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    const url = `http://127.0.0.1:${port}`;
    try {
      await until(async () => (await fetch(`${url}/readyz`)).ok, {
        timeoutMs: 25_000,
        what: "the installed bridge",
      });
      for (const path of ["/docs", "/admin", "/rep", "/"]) {
        expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
      }
    } finally {
      child.kill("SIGTERM");
    }
    expect((await ended)[0]).toBe(0);
  }, 60_000);

  test("has a list of what is in it", () => {
    const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
    const { stdout } = spawnSync("npm", args, { encoding: "utf8" });
    const bomSchema = z.object({
      bomFormat: z.literal("CycloneDX"),
      components: z.array(z.object({ name: z.string() })),
    });
    const names = bomSchema.parse(JSON.parse(stdout)).components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...shippedDependencies()]));
  });
});

function compile(file: string, [module, resolution]: readonly [string, string]): string {
  const tsc = resolve("node_modules/typescript/bin/tsc");
  const how = ["--module", module, "--moduleResolution", resolution, "--types", ""];
  return run(process.execPath, [tsc, "--noEmit", "--strict", "--target", "es2022", ...how, file])
    .stdout;
}
