// Looks for secrets that somebody left in a file: in all that git tracks or would, or, where there is no git, in all
// that .gitignore does not name. `node bin/scan-secrets.mjs [folder]`
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The scanner keeps notes of every file, and gets slower with each. */
const FILES_AT_ONCE = 200;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const scanner = join(repository, "node_modules/secretlint/bin/secretlint.js");
const rules = join(repository, ".secretlintrc.json");
const root = resolve(process.argv[2] ?? repository);

const files = (filesOfGit() ?? filesBelow(root)).filter((file) => existsSync(join(root, file)));
for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
  scan(files.slice(from, from + FILES_AT_ONCE));
}
process.stdout.write(`${files.length} files were looked through for secrets\n`);

function scan(some) {
  const options = ["--no-glob", "--no-color", "--no-terminalLink", "--secretlintrc", rules];
  const { status, stdout, stderr } = spawnSync(process.execPath, [scanner, ...options, ...some], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) {
    process.stdout.write(`${stdout}${stderr}`);
    process.exitCode = 1;
  }
}

/** Undefined where there is no git, or no repository of it. */
function filesOfGit() {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { status, stdout } = spawnSync("git", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return status === 0 && stdout !== ""
    ? [...new Set(stdout.split("\0").filter(Boolean))]
    : undefined;
}

function filesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true })
    .filter(({ name }) => !isIgnored(name))
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) {
        return filesBelow(path);
      }
      return entry.isFile() ? [relative(root, path)] : [];
    });
}

/** The plain names and endings of .gitignore, which are all that the bridge uses. */
function isIgnored(name) {
  return ignored().some((pattern) =>
    pattern.startsWith("*") ? name.endsWith(pattern.slice(1)) : name === pattern,
  );
}

function ignored() {
  const file = join(repository, ".gitignore");
  const lines = existsSync(file)
    ? readFileSync(file, "utf8").split("\n")
    : ["node_modules", "dist"];
  return [".git", ...lines.map((line) => line.trim().replace(/\/$/, "")).filter(Boolean)];
}
