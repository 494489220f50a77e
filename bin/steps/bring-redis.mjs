import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { distributionIds } from "./distribution-ids.mjs";
import { findOnPath, isExecutable } from "./find-on-path.mjs";
import { refuse } from "./refuse.mjs";
import { say } from "./say.mjs";

const WRAPPER = `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
for dir in "$here"/root/usr/lib/*-linux-gnu* "$here"/root/lib/*-linux-gnu*; do
  [ -d "$dir" ] && LD_LIBRARY_PATH="$dir\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "$here/root/usr/bin/redis-server" "$@"
`;

/** Makes sure that a Redis server can be run: found on the PATH, kept from earlier, or unpacked now. */
export function bringRedis(dataDir) {
  const kept = join(dataDir, "redis", "redis-server");
  if (findOnPath(["redis-server", "valkey-server"]) !== undefined || isExecutable(kept)) {
    return;
  }
  const reason = isDebianLike() ? unpackDebianRedis(dataDir) : "there is none on the PATH";
  if (reason !== undefined) {
    refuse(
      `a Redis server is needed: ${reason}.\n  Install one with: ${installCommand()}\n` +
        "  or set REDIS_URL to a Redis that keeps an append-only file (for npm start).",
    );
  }
}

function isDebianLike() {
  const tools = ["apt-get", "apt-cache", "dpkg"];
  return (
    distributionIds().includes("debian") && tools.every((tool) => findOnPath([tool]) !== undefined)
  );
}

/** Unpacks the distribution's own Redis under `dataDir`; needs no root and installs nothing. */
function unpackDebianRedis(dataDir) {
  const home = join(dataDir, "redis");
  say(
    `no redis-server found; unpacking the distribution's own into ${home} (nothing is installed)`,
  );
  mkdirSync(dataDir, { recursive: true });
  const work = mkdtempSync(join(dataDir, "redis-unpacking-"));
  try {
    download(work);
    unpack(work);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    renameSync(join(work, "root"), join(home, "root"));
    renameSync(join(work, "redis-server"), join(home, "redis-server"));
    return undefined;
  } catch (cause) {
    return `unpacking the distribution's packages failed (${cause.message})`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function download(work) {
  const [state, cache, debs] = ["state", "cache", "debs"].map((name) => join(work, name));
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(cache, "archives", "partial"), { recursive: true });
  mkdirSync(debs);
  const own = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, "lists")}`,
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::Cache=${cache}`,
    "Acquire::Languages=none",
    "Acquire::PDiffs=false",
    // As root, apt would drop to a user who cannot write here, and complain.
    ...(process.getuid?.() === 0 ? ["APT::Sandbox::User=root"] : []),
  ].flatMap((option) => ["-o", option]);
  run("apt-get", ["-qq", ...own, "update"], debs);
  const listing = run("apt-cache", [...own, "depends", "redis-tools"], debs);
  const libraries = [...listing.matchAll(/^ +Depends: (lib\S+)/gm)].map((match) => match[1]);
  // The C library must stay the one of the machine's own loader.
  const wanted = libraries.filter((name) => !name.startsWith("libc6"));
  run("apt-get", ["-qq", ...own, "download", "redis-tools", ...new Set(wanted)], debs);
}

function unpack(work) {
  const root = join(work, "root");
  for (const deb of readdirSync(join(work, "debs"))) {
    run("dpkg", ["-x", join(work, "debs", deb), root], work);
  }
  // Manuals are of no use here, and their links lead nowhere.
  rmSync(join(root, "usr", "share"), { recursive: true, force: true });
  // One program, told apart by the name it is called by; the link comes with the server's package.
  symlinkSync("redis-check-rdb", join(root, "usr", "bin", "redis-server"));
  writeFileSync(join(work, "redis-server"), WRAPPER, { mode: 0o755 });
  run(join(work, "redis-server"), ["--version"], work);
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) {
    const said = error?.message ?? stderr.trim().split("\n").at(-1);
    throw new Error(`${command}: ${said}`);
  }
  return stdout;
}

function installCommand() {
  if (process.platform === "darwin") {
    return "brew install redis";
  }
  const ids = distributionIds();
  const byDistribution = [
    ["debian", "sudo apt-get install redis-server"],
    ["fedora", "sudo dnf install valkey"],
    ["rhel", "sudo dnf install valkey"],
    ["arch", "sudo pacman -S valkey"],
    ["alpine", "sudo apk add redis"],
    ["suse", "sudo zypper install redis"],
  ];
  const found = byDistribution.find(([id]) => ids.includes(id));
  return found?.[1] ?? "your system's package manager (package redis or valkey)";
}
