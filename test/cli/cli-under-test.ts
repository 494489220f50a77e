import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, jest } from "@jest/globals";
import { runCli } from "../../src/cli/main.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { ACME } from "../support/bridge-process.ts";
import { redisBinary } from "../support/launch-redis.ts";
import { keepLog, neverInLogs } from "../support/logs/kept-logs.ts";

/** The environment of one run, and the connections file that belongs to it. */
export interface CliSettings {
  readonly env?: Readonly<Record<string, string>>;
  /** Undefined: no connections file at all. */
  readonly connections?: readonly object[];
}

/** What one run gave back. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What jsforce would take for a proxy, even for this machine. */
const PROXY_VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];

/** A connection with invented secrets, but for what a test changes. */
export function anAcme(own: Readonly<Record<string, unknown>> = {}): object {
  return {
    name: ACME.name,
    organizationId: ACME.organizationId,
    webhookSecrets: [ACME.webhookSecret],
    signingSecrets: [ACME.signingSecret],
    integrationConnectionId: "01HACME0000000000000000000",
    ...own,
  };
}

/** Gives a function that runs a command line in this process, in an environment of its own; call once per file. */
export function cliUnderTest() {
  const dirs: string[] = [];
  const before = process.env;
  afterEach(() => {
    process.env = before;
    jest.restoreAllMocks();
    for (const dir of dirs.splice(0)) {
      rmSync(dir, { recursive: true, force: true });
    }
  });
  return async (args: readonly string[], settings: CliSettings = {}): Promise<CliRun> => {
    const dir = mkdtempSync(join(tmpdir(), "siro-bridge-cli-"));
    dirs.push(dir);
    for (const name of PROXY_VARIABLES) {
      delete before[name];
    }
    process.env = {
      PATH: `${dirname(redisBinary())}${delimiter}${before["PATH"]}`,
      DATA_DIR: join(dir, "data"),
      // Nobody listens there unless a test says otherwise.
      PORT: "1",
      ...(settings.connections === undefined ? {} : { CONNECTIONS_FILE: join(dir, "c.json") }),
      ...settings.env,
    };
    const { connections } = settings;
    neverInLogs(settings);
    writeFileSync(join(dir, "c.json"), JSON.stringify({ connections }));
    let stdout = "";
    let stderr = "";
    const keep = keepLog(`command-${args[0] ?? "none"}`);
    // What is exported is people's data on purpose; it is no log.
    jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += String(text);
      if (args[0] !== "export") {
        keep(String(text));
      }
      return true;
    });
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
      stderr += String(text);
      keep(String(text));
      return true;
    });
    try {
      return { code: await runCli(args), stdout, stderr };
    } finally {
      jest.restoreAllMocks();
      process.env = before;
    }
  };
}

/** The findings of a run with `--json`, of one check or of all. */
export function findingsOf({ stdout }: CliRun, check?: Finding["check"]): readonly Finding[] {
  const { findings }: { findings: readonly Finding[] } = JSON.parse(stdout);
  return findings.filter((finding) => check === undefined || finding.check === check);
}

/** The findings that are not ok, as `level check: message → what to do`. */
export function troublesIn(run: CliRun): readonly string[] {
  return findingsOf(run)
    .filter(({ level }) => level !== "ok")
    .map(({ level, check, message, whatToDo }) => `${level} ${check}: ${message} → ${whatToDo}`);
}
