import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";
import { findProgram } from "./find-program.ts";

const NAMES = ["firefox-esr", "firefox"];
const START_TIMEOUT_MS = 90_000;

/** Firefox gets web push from the test's own server, may show notifications, and calls nobody at home. */
const PREFERENCES = {
  "dom.push.enabled": true,
  "dom.push.connection.enabled": true,
  "dom.push.testing.allowInsecureServerURL": true,
  "dom.webnotifications.enabled": true,
  "permissions.default.desktop-notification": 1,
  "alerts.useSystemBackend": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://127.0.0.1:9/",
};

/** A Firefox of the test's own. */
export interface Firefox {
  readonly browser: Browser;
  /** Ends it and removes all that it stored. */
  close(): Promise<void>;
}

/** Starts the real Firefox of this machine, headless, with a fresh profile. */
export async function startFirefox(pushServerUrl: string): Promise<Firefox> {
  const home = mkdtempSync(join(tmpdir(), "siro-bridge-firefox-"));
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: findProgram(NAMES),
    headless: true,
    timeout: START_TIMEOUT_MS,
    env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home },
    userDataDir: join(home, "profile"),
    extraPrefsFirefox: { ...PREFERENCES, "dom.push.serverURL": pushServerUrl },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
