import { spawnSync } from "node:child_process";
import { distributionIds } from "./distribution-ids.mjs";
import { findOnPath } from "./find-on-path.mjs";
import { refuse } from "./refuse.mjs";
import { say } from "./say.mjs";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

/** Makes sure that the browser tests have a browser; installs one only as root on Debian, and says so. */
export function bringBrowser() {
  if (findOnPath(BROWSERS) !== undefined) {
    return;
  }
  // Other distributions of the family ship a stub that needs snapd.
  const aptGet = findOnPath(["apt-get"]);
  if (distributionIds()[0] === "debian" && process.getuid?.() === 0 && aptGet !== undefined) {
    installChromium(aptGet);
  }
  if (findOnPath(BROWSERS) === undefined) {
    refuse(
      `the browser tests need one of ${BROWSERS.join(", ")} on the PATH.\n` +
        `  Install one with: ${installCommand()}`,
    );
  }
}

function installChromium(aptGet) {
  say("no browser found; installing chromium for the browser tests (apt-get, as root) ...");
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    spawnSync(aptGet, ["-qq", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
}

function installCommand() {
  if (process.platform === "darwin") {
    return "brew install --cask chromium (and put it on the PATH as chromium)";
  }
  return distributionIds().includes("debian")
    ? "sudo apt-get install chromium"
    : "your system's package manager (package chromium)";
}
