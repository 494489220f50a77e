import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Stage } from "../../bench/stage.ts";
import { Lifeline } from "../../src/process-tree/lifeline.ts";

/** What a process is started from. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** Starts a process that writes to a file, and that ends when this one is gone without a word. */
export function startProgram({ command, args, env, logFile }: Program): ChildProcess {
  const log = openSync(logFile, "a");
  const child = spawn(command, [...args], { env, stdio: ["ignore", log, log] });
  closeSync(log);
  const lifeline = new Lifeline();
  lifeline.guard(child.pid);
  child.once("exit", () => void lifeline.end());
  return child;
}

/** Ends a process and waits until it is gone. */
export async function endProgram(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** Has a process end with the stage. */
export function endWithStage(stage: Stage, child: () => ChildProcess | undefined): void {
  stage.onEnd(async () => {
    // One that is frozen hears nothing gentler before it is thawed.
    child()?.kill("SIGCONT");
    await endProgram(child(), "SIGKILL");
  });
}
