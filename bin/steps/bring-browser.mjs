import { spawnSync } from "node:child_process";
import { distributionIds } from "./distribution-ids.mjs";
import { findOnPath } from "./find-on-path.mjs";
import { refuse } from "./refuse.mjs";
import { say } from "./say.mjs";

/** What the browser tests need: Chromium for the pages, Firefox for web push without Google's service. */
const BROWSERS = [
  {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    debian: "chromium",
    mac: "brew install --cask chromium (and put it on the PATH as chromium)",
  },
  {
    programs: ["firefox-esr", "firefox"],
    debian: "firefox-esr",
    mac: "brew install --cask firefox (and put it on the PATH as firefox)",
  },
];

/** Makes sure that the browser tests have their browsers; installs them only as root on Debian, and says so. */
export function bringBrowser() {
  const missing = missingBrowsers();
  if (missing.length === 0) {
    return;
  }
  // Other distributions of the family ship stubs that need snapd.
  const aptGet = findOnPath(["apt-get"]);
  if (distributionIds()[0] === "debian" && process.getuid?.() === 0 && aptGet !== undefined) {
    install(
      aptGet,
      missing.map(({ debian }) => debian),
    );
  }
  const stillMissing = missingBrowsers();
  if (stillMissing.length > 0) {
    const needs = stillMissing.map(({ programs }) => `one of ${programs.join(", ")}`);
    refuse(
      `the browser tests need ${needs.join(" and ")} on the PATH.\n` +
        `  Install with: ${installCommand(stillMissing)}`,
    );
  }
}

function missingBrowsers() {
  return BROWSERS.filter(({ programs }) => findOnPath(programs) === undefined);
}

function install(aptGet, packages) {
  say(`installing ${packages.join(" and ")} for the browser tests (apt-get, as root) ...`);
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    spawnSync(aptGet, ["-qq", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
}

function installCommand(browsers) {
  if (process.platform === "darwin") {
    return browsers.map(({ mac }) => mac).join("; ");
  }
  const packages = browsers.map(({ debian }) => debian);
  return distributionIds().includes("debian")
    ? `sudo apt-get install ${packages.join(" ")}`
    : `your system's package manager (packages ${packages.join(", ")})`;
}
