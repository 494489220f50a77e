import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KEPT_LOGS } from "./kept-logs-place.ts";
import { forbiddenInLogs, kindsIn } from "./personal-data.ts";

/** Where a log holds what none may; never the thing itself. */
export interface LogFinding {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
}

/** What was looked at, and what was found. */
export interface LogLook {
  readonly files: number;
  readonly lines: number;
  readonly findings: readonly LogFinding[];
}

/** Looks through the logs that a run kept in a folder, each line for everything that no log may hold. */
export function lookThroughLogs(dir: string): LogLook {
  const forbidden = forbiddenInLogs(secretsOf(dir));
  const secrets = forbidden.filter(({ isSecret }) => isSecret);
  const files = readdirSync(dir).filter((name) => name.endsWith(".log"));
  const findings: LogFinding[] = [];
  let lines = 0;
  for (const name of files.sort()) {
    const file = join(dir, name);
    // What a command prints is an answer to who asked, not a log.
    const lookedFor = name.includes(".command-") ? secrets : forbidden;
    for (const [at, line] of readFileSync(file, "utf8").split("\n").entries()) {
      lines += line === "" ? 0 : 1;
      findings.push(...kindsIn(line, lookedFor).map((kind) => ({ file, line: at + 1, kind })));
    }
  }
  return { files: files.length, lines, findings };
}

function secretsOf(dir: string): readonly string[] {
  const path = join(dir, KEPT_LOGS.secretsFile);
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return lines.filter((line) => line !== "").map((line) => String(JSON.parse(line)));
}
