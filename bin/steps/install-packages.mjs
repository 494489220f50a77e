import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refuse } from "./refuse.mjs";
import { say } from "./say.mjs";

/** Makes `node_modules` match the lock file; does nothing when it already does. */
export function installPackages(root) {
  const lockFile = join(root, "package-lock.json");
  if (!existsSync(lockFile)) {
    // An installed package has no lock file of its own: whoever installed it chose the versions.
    return;
  }
  const lockText = readFileSync(lockFile, "utf8");
  const stampFile = join(root, "node_modules", ".siro-bridge-lock");
  const stamp = createHash("sha256").update(lockText).digest("hex");
  if (readOr(stampFile, "") === stamp) {
    return;
  }
  if (!isInstalled(root, lockText)) {
    runNpmCi(root);
  }
  writeFileSync(stampFile, stamp);
}

function isInstalled(root, lockText) {
  const found = readOr(join(root, "node_modules", ".package-lock.json"), "");
  if (found === "") {
    return false;
  }
  const installed = JSON.parse(found).packages;
  return Object.entries(JSON.parse(lockText).packages).every(
    ([path, wanted]) =>
      path === "" ||
      (installed[path] === undefined
        ? wanted.optional
        : installed[path].version === wanted.version),
  );
}

function runNpmCi(root) {
  say("installing dependencies (npm ci) ...");
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm === undefined ? ["npm"] : [process.execPath, npm];
  // A production setting of the machine must not leave out what builds and tests the project.
  const args = [...first, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", process.stderr, "inherit"],
  });
  if (status !== 0) {
    refuse(
      `npm ci failed${error === undefined ? "" : ` (${error.message})`}; the reason is above.`,
    );
  }
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}
