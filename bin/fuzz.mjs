// The properties of test/fuzz for as long as is wanted, with draws that no run has seen yet.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { refuse } from "./steps/refuse.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dir = join(root, "test", "fuzz");
/** No input may need more, however often it comes. */
const MOST_HEAP_MB = 1024;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "300" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string", default: "" },
  },
});
const files = readdirSync(dir).filter(
  (name) => name.endsWith(".test.ts") && name.includes(values.only),
);
if (files.length === 0) {
  // Without names jest would run all tests there are.
  refuse(`no file of test/fuzz has ${values.only} in its name.`);
}
const properties = files.reduce((count, name) => count + propertiesIn(name), 0);
const secondsEach = Math.max(1, Number(values.seconds) / properties);
process.stdout.write(
  `${properties} properties for ${secondsEach.toFixed(1)} s each, seed ${values.seed} (again: npm run fuzz -- --seed ${values.seed})\n`,
);
const jest = spawn(
  process.execPath,
  [
    `--max-old-space-size=${MOST_HEAP_MB}`,
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    join(root, "node_modules/jest/bin/jest.js"),
    "--runInBand",
    ...files.map((name) => `test/fuzz/${name}`),
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, FUZZ_SECONDS_EACH: String(secondsEach), FUZZ_SEED: values.seed },
  },
);
jest.once("close", (code) => {
  process.exitCode = code ?? 1;
});

function propertiesIn(name) {
  return [...readFileSync(join(dir, name), "utf8").matchAll(/^\s*fuzz\(/gm)].length;
}
