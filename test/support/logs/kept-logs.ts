import type { ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "@jest/globals";
import { type Logger, pino } from "pino";
import { KEPT_LOGS } from "./kept-logs-place.ts";

/** Read once: tests change the environment. */
const dir = process.env[KEPT_LOGS.variable];
const SECRET_KEY = /secret|password|token$|_key$|privateKey$/i;
/** What is shorter is part of ordinary words. */
const SHORTEST = 10;
let count = 0;

/** What takes a piece of a log. */
export type KeepText = (text: string) => void;

/**
 * Opens one more file of this run's logs, named after the test file that asks; at the end of the run all are looked
 * through for what no log may hold. Keeps nothing when nobody looks.
 */
export function keepLog(what: string): KeepText {
  if (dir === undefined) {
    return () => undefined;
  }
  count += 1;
  const testFile = basename(expect.getState().testPath ?? "unknown", ".test.ts");
  const path = join(dir, `${testFile}.${what}-${process.pid}-${count}.log`);
  return (text) => appendFileSync(path, text);
}

/** Keeps all that a process of the bridge writes. */
export function keepOutputOf(child: ChildProcess, what: string): void {
  const keep = keepLog(what);
  child.stdout?.on("data", (chunk) => keep(String(chunk)));
  child.stderr?.on("data", (chunk) => keep(String(chunk)));
}

/** Makes a logger of every level whose lines are kept; `listen` hears each of them. */
export function aKeptLogger(listen: KeepText = () => undefined): Logger {
  const keep = keepLog("in-process");
  const write = (line: string): void => {
    keep(line);
    listen(line);
  };
  return pino({ level: "trace" }, { write });
}

/** The folder where a run's logs are kept, for a process that keeps them itself; undefined when nobody looks. */
export function keptLogsFolder(): string | undefined {
  return dir;
}

/** Tells the look at the end of the run every secret in settings of a bridge: none may stand in any log. */
export function neverInLogs(settings: object): void {
  if (dir !== undefined) {
    const lines = secretsIn(settings).map((secret) => `${JSON.stringify(secret)}\n`);
    appendFileSync(join(dir, KEPT_LOGS.secretsFile), lines.join(""));
  }
}

/** Texts under a key that says it is a secret; lists and objects are walked through. */
function secretsIn(settings: object, isNamed = false): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const isSecret = isNamed || SECRET_KEY.test(key);
    if (typeof value === "object" && value !== null) {
      return secretsIn(value, isSecret);
    }
    const isTold = typeof value === "string" && value.length >= SHORTEST && !/^\$env:/.test(value);
    return isSecret && isTold ? [value] : [];
  });
}
