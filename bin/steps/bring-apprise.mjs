import { spawnSync } from "node:child_process";
import { distributionIds } from "./distribution-ids.mjs";
import { findOnPath } from "./find-on-path.mjs";
import { say } from "./say.mjs";

/**
 * Brings apprise, a client that one test sends messages with; installs it only as root on Debian, and says so.
 *
 * Without it that test is skipped, and says so, too.
 */
export function bringApprise() {
  const aptGet = findOnPath(["apt-get"]);
  const isOurs = distributionIds()[0] === "debian" && process.getuid?.() === 0;
  if (findOnPath(["apprise"]) !== undefined || aptGet === undefined || !isOurs) {
    return;
  }
  say("installing apprise for one test of the ntfy channel (apt-get, as root) ...");
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "apprise"]]) {
    spawnSync(aptGet, ["-qq", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
}
