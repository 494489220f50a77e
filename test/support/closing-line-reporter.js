import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";

const LOGS = resolve("test-results/logs");
const LOOK = resolve("test/support/logs/look-through-logs.ts");
const SHOWN = 40;

/**
 * Looks through everything the bridge logged in this run for personal data and secrets, which counts as one more test.
 * Names the tests that passed only at the second try; then, as the very last line: `N passed, N failed`.
 */
export default class ClosingLineReporter {
  #dir = join(LOGS, String(process.pid));
  #logsError;

  onRunStart() {
    forgetEndedRuns();
    rmSync(this.#dir, { recursive: true, force: true });
    mkdirSync(this.#dir, { recursive: true });
    // The processes that run the tests inherit it.
    process.env.SIRO_BRIDGE_KEPT_LOGS = this.#dir;
  }

  async onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap(({ testResults }) => testResults);
    for (const { fullName, status, invocations } of tests) {
      if (status === "passed" && invocations > 1) {
        process.stdout.write(`passed at the second try: ${fullName}\n`);
      }
    }
    await this.#lookThroughLogs();
    const [clean, found] = this.#logsError === undefined ? [1, 0] : [0, 1];
    const passed = results.numPassedTests + clean;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + found;
    process.once("exit", () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }

  /** What is returned here fails the run. */
  getLastError() {
    return this.#logsError;
  }

  async #lookThroughLogs() {
    try {
      const { lookThroughLogs } = await importTypeScript(LOOK);
      const { files, lines, findings } = lookThroughLogs(this.#dir);
      if (findings.length > 0) {
        const shown = findings
          .slice(0, SHOWN)
          .map(({ file, line, kind }) => `  ${file}:${line} ${kind}`);
        const more = findings.length > SHOWN ? [`  and ${findings.length - SHOWN} more`] : [];
        this.#logsError = new Error(["the logs hold what none may:", ...shown, ...more].join("\n"));
        process.stdout.write(`${this.#logsError.message}\n`);
        return;
      }
      process.stdout.write(`no personal data in the logs (${lines} lines of ${files} logs)\n`);
      rmSync(this.#dir, { recursive: true, force: true });
    } catch (error) {
      this.#logsError = error;
      process.stdout.write(`the logs could not be looked through: ${error.stack}\n`);
    }
  }
}

async function importTypeScript(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** The logs of a run that failed are kept until the next one begins. */
function forgetEndedRuns() {
  mkdirSync(LOGS, { recursive: true });
  for (const pid of readdirSync(LOGS).filter((name) => !isRunning(Number(name)))) {
    rmSync(join(LOGS, pid), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
