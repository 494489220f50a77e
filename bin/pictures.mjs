// Takes the pictures of README and docs anew, from the real thing: the browser tests make them, this puts them in place.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Name under docs/images -> screenshot of the browser tests. */
const PICTURES = {
  "local-mode.png": "local-mode.png",
  "appointment.png": "operators-appointment-desktop-light.png",
};
const TESTS = ["test/browser/local-mode", "test/browser/operators-appointments"];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, "docs", "images");

const { status } = spawnSync("npm", ["test", "--", ...TESTS], { cwd: root, stdio: "inherit" });
if (status === 0) {
  mkdirSync(images, { recursive: true });
  for (const [picture, shot] of Object.entries(PICTURES)) {
    copyFileSync(join(root, "test-results", shot), join(images, picture));
  }
}
process.exitCode = status ?? 1;
