import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { z } from "zod";
import { readOptions as readBenchOptions } from "../../bench/options.ts";
import { readOptions as readChaosOptions } from "../../chaos/options.ts";
import { SCENARIOS } from "../../chaos/scenarios/scenarios.ts";
import { loadConfig } from "../../src/config.ts";
import { keyspace } from "../../src/keyspace.ts";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { readKeptKeys } from "../support/kept-keys.ts";
import { type Block, blocksOf, DOCUMENTS } from "./documents.ts";
import { judgeJson } from "./judge-json.ts";
import { runCommands, type StandInCall } from "./run-commands.ts";

/** Blocks that are not run here, by a part of their text, and the reason. */
const NOT_RUN: readonly (readonly [file: string, part: string, why: string])[] = [
  ["README.md", "git clone", "needs the network; what `npm start` does is in test/process-tree"],
  ["docs/operations.md", "$BACKUP", "is run by test/flow/restore.test.ts"],
  ["docs/operations.md", "siro-bridge import", "is run by test/cli/transfer-commands.test.ts"],
  ["docs/deployment.md", "[Unit]", "needs systemd, and says so in the document"],
];

/** Blocks whose part of the text is the reader's, who reads and types nothing. */
const SHOWN = "text";

const BLOCKS = DOCUMENTS.flatMap(blocksOf);
const TO_RUN = BLOCKS.filter(({ language }) => language !== SHOWN).filter(
  (block) => !isNotRun(block),
);
const COMMANDS = TO_RUN.filter(({ language }) => ["sh", "bash"].includes(language));
const JSONS = TO_RUN.filter(({ language }) => ["json", "jsonc"].includes(language));
const REQUESTS = TO_RUN.filter(({ language }) => language === "http");
const PROGRAMS = TO_RUN.filter(({ language }) => ["ts", "js"].includes(language));

/** The variables that the README sets before the first start; the bridge of this test is started with them. */
const FIRST_EXPORTS = COMMANDS.find(
  ({ file, text }) => file === "README.md" && /^export ACME_W/.test(text),
);

let dir: string;
let env: Record<string, string>;
let bridge: BridgeProcess;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-docs-"));
  writeFileSync(join(dir, "connections.json"), JSON.stringify(connectionsOfReadme()));
  cpSync(".env.example", join(dir, ".env.example"));
  const { PATH = "", HOME = "" } = process.env;
  const exported = await runCommands([FIRST_EXPORTS?.text ?? "false"], {
    dir,
    env: { PATH, HOME },
  });
  const names = ["ACME_WEBHOOK_SECRET", "ACME_SIGNING_SECRET", "ADMIN_PASSWORD", "ADMIN_API_TOKEN"];
  const secrets = Object.fromEntries(names.map((name) => [name, exported.env[name] ?? ""]));
  const connectionsFile = join(dir, "connections.json");
  bridge = await startBridge({
    env: { ...secrets, CONNECTIONS_FILE: connectionsFile, SMTP_URL: "smtp://127.0.0.1:9" },
  });
  env = {
    ...secrets,
    PATH,
    HOME,
    CONNECTIONS_FILE: connectionsFile,
    DATA_DIR: bridge.dataDir,
    PORT: new URL(bridge.url).port,
  };
}, 90_000);

afterAll(async () => {
  await bridge?.cleanUp();
  rmSync(dir, { recursive: true, force: true });
});

describe("every fenced block of the documents", () => {
  test("says what it is, so that it is run or read", () => {
    const known = [SHOWN, "sh", "bash", "json", "jsonc", "http", "ts", "js"];
    const others = BLOCKS.filter((block) => !(known.includes(block.language) || isNotRun(block)));
    expect(others.map(({ file, language, text }) => ({ file, language, text }))).toEqual([]);
  });

  test("that is not run is still there", () => {
    const stale = NOT_RUN.filter(
      ([file, part]) =>
        BLOCKS.filter((one) => one.file === file && one.text.includes(part)).length === 0,
    );
    expect(stale).toEqual([]);
  });
});

describe("the commands", () => {
  test.each([
    ...new Set(COMMANDS.map(({ file }) => file)),
  ])("of %s work one after the other", async (file) => {
    const commands = COMMANDS.filter((block) => block.file === file && block !== FIRST_EXPORTS);
    const place = join(dir, file.replaceAll("/", "-"));
    mkdirSync(place, { recursive: true });
    cpSync(".env.example", join(place, ".env.example"));
    const { exitCode, output, standIns } = await runCommands(
      commands.map(({ text }) => atBridge(text)),
      { dir: place, env },
    );
    expect({ exitCode, output: exitCode === 0 ? "" : output.slice(-2_000) }).toEqual({
      exitCode: 0,
      output: "",
    });
    expect(standIns.flatMap(problemOfCall)).toEqual([]);
  }, 30_000);

  test("set variables that the bridge knows, to values that it takes", () => {
    const settings = readFileSync(".env.example", "utf8");
    const set = COMMANDS.flatMap(({ file, text }) =>
      [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(\S+)$/gm)].map(([, name = "", value = ""]) => ({
        file,
        name,
        value,
      })),
    );
    expect(set.filter(({ name }) => !new RegExp(`^#? ?${name}=`, "m").test(settings))).toEqual([]);
    for (const { name, value } of set) {
      const filled = value.replace("@…", "@company-of-the-reader.com");
      expect(() => loadConfig({ DATA_DIR: dir, [name]: filled })).not.toThrow();
    }
  });

  test("that the text names exist", () => {
    const help = spawnSync(process.execPath, ["bin/siro-bridge.mjs", "--help"], {
      encoding: "utf8",
    });
    const commands = [...help.stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = ""]) => name);
    const named = DOCUMENTS.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/`(?:npx )?siro-bridge ([a-z-]+)[^`]*`/g)].map(
        ([, name = ""]) => name,
      ),
    );
    expect(named.filter((name) => !commands.includes(name))).toEqual([]);
    const scripts = DOCUMENTS.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/`npm run ([a-z-]+)/g)].map(([, name = ""]) => name),
    );
    expect(scripts.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
  });
});

test("the table of what is kept in Redis has every key, and no other", () => {
  const keys = Object.values<(...parts: never[]) => string>(keyspace)
    .map((keyOf) => keyOf(...(["x", "x", "x"] as never[])))
    .map((key) => (key.endsWith(":") ? `${key}x` : key));
  const kinds = readKeptKeys();
  expect(keys.filter((key) => !kinds.some(({ pattern }) => pattern.test(key)))).toEqual([]);
  const idle = kinds.filter(({ pattern }) => !keys.some((key) => pattern.test(key)));
  expect(idle.map(({ text }) => text)).toEqual(["sb-queue:…"]);
});

describe("the examples", () => {
  test.each(JSONS.map(titled))("of %s can be used: %s", (_file, _line, { text }) => {
    expect(judgeJson(text, dir)).toEqual([]);
  });

  test.each(REQUESTS.map(titled))("of %s is answered: %s", async (_file, _line, { text }) => {
    const [, method = "", path = "", body = ""] = /^(\S+) (\S+)\n([\s\S]*)$/.exec(text) ?? [];
    const headers = {
      authorization: `Bearer ${env["ADMIN_API_TOKEN"]}`,
      "content-type": "application/json",
    };
    const answer = await fetch(bridge.url + path, { method, headers, body });
    expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)]);
  });

  test.each(PROGRAMS.map(titled))("of %s is right and runs: %s", (file, _line, { text }) => {
    const place = resolve("test-results", "docs-programs");
    mkdirSync(place, { recursive: true });
    const source = join(place, `${file.replaceAll(/\W/g, "-")}.ts`);
    writeFileSync(source, `${AROUND}${text}`);
    const tsc = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--types",
      "",
      "--target",
      "es2022",
    ];
    const judged = spawnSync(
      process.execPath,
      ["node_modules/typescript/bin/tsc", "--ignoreConfig", ...tsc, source],
      { encoding: "utf8" },
    );
    expect(judged.stdout).toBe("");
    const outfile = source.replace(/\.ts$/, ".mjs");
    buildSync({ entryPoints: [source], outfile, format: "esm", banner: { js: GIVEN } });
    const run = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toMatch(/^https:\/\/app\.siro\.ai\/record\?/);
  });
});

function titled(block: Block) {
  return [block.file, block.text.split("\n").slice(0, 3).join(" "), block] as const;
}

/** What the programs of the documents are given by the reader. */
const AROUND = `declare const push: (url: string) => void;
declare const report: (issues: readonly object[]) => void;
declare const url: string;
`;
const GIVEN = `const push = (url) => process.stdout.write(url);
const report = (issues) => { throw new Error(JSON.stringify(issues)); };
const url = "https://app.siro.ai/record?action=stop";
`;

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });
const SCRIPTS = Object.keys(
  packageSchema.parse(JSON.parse(readFileSync("package.json", "utf8"))).scripts,
);

/** The first connections file of the README; with the channel that another document sets up. */
function connectionsOfReadme(): object {
  const first = JSONS.find(({ file }) => file === "README.md")?.text ?? "";
  const { connections } = z
    .object({ connections: z.array(z.looseObject({})) })
    .parse(JSON.parse(first));
  const channels = { email: { from: "prompts@acme.example" } };
  return { connections: connections.map((connection) => ({ ...connection, channels })) };
}

function isNotRun({ file, text }: Block): boolean {
  return NOT_RUN.some(([document, part]) => file === document && text.includes(part));
}

/** The same commands for the bridge of this test; where they say … a reader puts in something of their own. */
function atBridge(text: string): string {
  return text
    .replaceAll(/https?:\/\/(?:127\.0\.0\.1:3000|bridge\.example\.com)(?=\/)/g, bridge.url)
    .replaceAll("whsec_…", `whsec_${Buffer.alloc(24, "reader").toString("base64")}`);
}

/** What is wrong with a call that was only noted. */
function problemOfCall({ program, args }: StandInCall): readonly string[] {
  const [verb = "", name = ""] = args;
  if (program === "npm") {
    const script = verb === "run" ? name : verb;
    const isKnown =
      SCRIPTS.includes(script) ||
      ["ci", "prune", "sbom", "pack", "publish", "version"].includes(script);
    return isKnown
      ? problemsOfOptions(script, args.slice(args.indexOf("--") + 1))
      : [`npm ${args.join(" ")}`];
  }
  if (program === "docker") {
    return existsSync("docker-compose.yml") && verb === "compose"
      ? []
      : [`docker ${args.join(" ")}`];
  }
  return [];
}

function problemsOfOptions(script: string, options: readonly string[]): readonly string[] {
  try {
    if (script === "bench") {
      readBenchOptions(options[0] === "run" ? [] : options);
    }
    if (script === "chaos") {
      readChaosOptions(options[0] === "run" ? [] : options, [
        ...SCENARIOS.map(({ name }) => name),
        "model",
        "million",
      ]);
    }
    return [];
  } catch (error) {
    return [String(error)];
  }
}
