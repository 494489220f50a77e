import { accessSync, constants, mkdirSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Without these Chromium calls home at every start, which a closed network turns into noise. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where tests leave their screenshots; not under version control. */
const SHOTS = resolve("test-results");

/** Starts the real Chromium of this machine, headless. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: QUIET });
}

/** The path of a screenshot of this name. */
export function shotPath(name: string): string {
  mkdirSync(SHOTS, { recursive: true });
  return join(SHOTS, `${name}.png`);
}

function findChromium(): string {
  const dirs = (process.env["PATH"] ?? "").split(delimiter);
  const found = dirs.flatMap((dir) => NAMES.map((name) => join(dir, name))).find(isExecutable);
  if (found === undefined) {
    throw new Error("No Chromium is on the PATH; `npm test` brings one on Debian");
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
