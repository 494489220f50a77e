import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

/** A program that the documents name and that was not run, with what it was given. */
export interface StandInCall {
  readonly program: string;
  readonly args: readonly string[];
}

/** How the commands of one document ended. */
export interface CommandsEnd {
  readonly exitCode: number | null;
  /** All that was printed; the end of it tells of the command that failed. */
  readonly output: string;
  readonly standIns: readonly StandInCall[];
  /** The variables that the commands set or were given. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where commands run. */
export interface Sandbox {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What stands before the commands: ours are run from this tree, curl is strict, and what needs an account, an engine or the
 * network is only noted. The files that such a program is told to read have to be there.
 */
const PRELUDE = `
set -euo pipefail
EDITOR=true
note() { { printf '%s\\0' "$@"; printf '\\1\\0'; } >> "$NOTES"; }
siro-bridge() { node "$ROOT/bin/siro-bridge.mjs" "$@"; }
npx() { "$@"; }
curl() { command curl --silent --show-error --fail-with-body --max-time 10 "$@"; }
npm() { note npm "$@"; }
docker() { note docker "$@"; }
sf() {
  note sf "$@"
  while [ $# -gt 1 ]; do
    case "$1" in --manifest|--metadata-dir|--files|--source-dir) test -e "$2" || { echo "sf: no $2"; exit 1; };; esac
    shift
  done
}
`;

/** Runs commands in bash, one after the other, until one fails. */
export async function runCommands(
  commands: readonly string[],
  { dir, env }: Sandbox,
): Promise<CommandsEnd> {
  const [notes, after] = ["notes", "env-after"].map((name) => join(dir, `.${name}`)) as [
    string,
    string,
  ];
  writeFileSync(notes, "");
  writeFileSync(after, "");
  const script = [
    PRELUDE,
    ...commands.flatMap((command) => [`echo '+ next'`, command]),
    `env -0 > "${after}"`,
  ].join("\n");
  const child = spawn("bash", ["-c", script], {
    cwd: dir,
    env: { ...env, ROOT: resolve("."), NOTES: notes },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return {
    exitCode: child.exitCode,
    output: stdout + stderr,
    standIns: readNotes(readFileSync(notes, "utf8")),
    env: readVariables(readFileSync(after, "utf8")),
  };
}

function readNotes(notes: string): readonly StandInCall[] {
  return notes
    .split("\u0001\0")
    .filter((note) => note !== "")
    .map((note) => {
      const [program = "", ...args] = note.split("\0").slice(0, -1);
      return { program, args };
    });
}

function readVariables(variables: string): Readonly<Record<string, string>> {
  const pairs = variables
    .split("\0")
    .filter((line) => line.includes("="))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return Object.fromEntries(pairs);
}
