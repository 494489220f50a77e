// Format and lint, types, import walls, dead code, secrets in files: at once, in seconds, without any service.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** Fewer modules than this means that the cruiser could not parse the sources, not that all is well. */
const FEWEST_MODULES = 20;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const cruised = ["src", "workers", "bench", "chaos"].filter((dir) => existsSync(join(root, dir)));

const CHECKS = [
  {
    name: "format and lint",
    bin: "@biomejs/biome/bin/biome",
    args: ["check", "--error-on-warnings", "."],
  },
  { name: "types", bin: "typescript/bin/tsc", args: ["--noEmit"] },
  { name: "page types", bin: "typescript/bin/tsc", args: ["-p", "src/admin/app"] },
  {
    name: "import walls",
    bin: "dependency-cruiser/bin/dependency-cruise.mjs",
    args: ["--config", ".dependency-cruiser.cjs", ...cruised],
    complaint: tooFewModules,
  },
  { name: "dead code", bin: "knip/bin/knip.js", args: [] },
  { name: "secrets", bin: "../bin/scan-secrets.mjs", args: [] },
];

const beganMs = performance.now();
const failures = (await Promise.all(CHECKS.map(runCheck))).filter(
  (failure) => failure !== undefined,
);
for (const { name, output } of failures) {
  process.stdout.write(`\n--- ${name} ---\n${output}\n`);
}
const took = `${((performance.now() - beganMs) / 1000).toFixed(1)} s`;
const names = (failures.length === 0 ? CHECKS : failures).map(({ name }) => name).join(", ");
process.stdout.write(`check ${failures.length === 0 ? "passed" : "FAILED"}: ${names} (${took})\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function runCheck({ name, bin, args, complaint }) {
  const child = spawn(process.execPath, [join(modules, bin), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const output = `${stdout}${stderr}`.trim();
  if (code !== 0) {
    return { name, output };
  }
  const said = complaint?.(output);
  return said === undefined ? undefined : { name, output: `${output}\n${said}` };
}

function tooFewModules(output) {
  const count = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return count > FEWEST_MODULES
    ? undefined
    : `only ${count} modules were read; more than ${FEWEST_MODULES} are expected`;
}
