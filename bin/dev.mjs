// Restarts the bridge whenever a source changes and still compiles.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSources, isBuildStale } from "./steps/build-sources.mjs";
import { say } from "./steps/say.mjs";

const SETTLE_MS = 100;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

let bridge = start();
let isEnding = false;
let turn = Promise.resolve();
let settling;

for (const dir of ["src", "workers"]) {
  watch(join(root, dir), { recursive: true }, () => {
    // An editor writes a file in several steps; the last of them counts.
    clearTimeout(settling);
    settling = setTimeout(() => {
      // A folder that goes while it is read must not end this and leave the bridge alone.
      turn = turn.then(restart).catch(({ message }) => say(`the build broke off: ${message}`));
    }, SETTLE_MS);
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    isEnding = true;
    clearTimeout(settling);
    void endWithBridge(signal);
  });
}

function start() {
  return spawn(process.execPath, ["--enable-source-maps", join(root, "dist", "src", "main.js")], {
    stdio: "inherit",
  });
}

async function restart() {
  if (isEnding || !isBuildStale(root)) {
    return;
  }
  if (!buildSources(root)) {
    say("the build failed; the bridge goes on with the earlier one");
    return;
  }
  say("a source changed; restarting");
  await stop("SIGTERM");
  if (!isEnding) {
    bridge = start();
  }
}

async function stop(signal) {
  if (bridge.exitCode === null && bridge.signalCode === null) {
    bridge.kill(signal);
    await once(bridge, "exit");
  }
}

async function endWithBridge(signal) {
  await stop(signal);
  process.exit(bridge.exitCode ?? 1);
}
