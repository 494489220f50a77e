import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { findProgram } from "./find-program.ts";

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
  return chromium.launch({ executablePath: findProgram(NAMES), args: QUIET });
}

/** The path of a screenshot of this name. */
export function shotPath(name: string): string {
  mkdirSync(SHOTS, { recursive: true });
  return join(SHOTS, `${name}.png`);
}

/** What the browser complains about from now on; a refused call is no fault of the page. */
export function listenForComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const isRefusal = /^Failed to load resource/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isRefusal) {
      complaints.push(message.text());
    }
  });
  return complaints;
}
