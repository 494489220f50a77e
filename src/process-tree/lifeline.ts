import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";

/**
 * Reads process ids, one a line, until nobody is left who could write one; then ends the last one named.
 * The first is an argument: nobody may be left to write it. An empty one names nobody.
 */
const WATCH = 'pid=$1; while read -r line; do pid=$line; done; [ -n "$pid" ] && kill -TERM "$pid"';

/**
 * Ends a detached process when the last holder of the lifeline is gone, `kill -9` included.
 *
 * A holder is this process and every child that was given `stream` as an open file: so Redis outlives
 * children that are still finishing their work after the supervisor was killed.
 */
export class Lifeline {
  #guardedPid = "";
  #watchdog: ChildProcess = this.#spawnWatchdog();
  #isEnding = false;

  /** The end to be handed to children in `stdio`; null when the watchdog could not be started. */
  get stream(): Writable | null {
    return this.#watchdog.stdin;
  }

  /** The process id of the watchdog. */
  get pid(): number | undefined {
    return this.#watchdog.pid;
  }

  /** Names the process to end; undefined names nobody. */
  guard(pid: number | undefined): void {
    this.#guardedPid = pid === undefined ? "" : String(pid);
    this.#watchdog.stdin?.write(`${this.#guardedPid}\n`);
  }

  /** Lets go: the guarded process is left alone, the watchdog ends. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const { exitCode, signalCode } = this.#watchdog;
    if (exitCode !== null || signalCode !== null) {
      return;
    }
    const ended = once(this.#watchdog, "exit");
    this.#watchdog.stdin?.end("\n");
    await ended;
  }

  #spawnWatchdog(): ChildProcess {
    // Detached: a Ctrl-C in the terminal must not reach it before the children have finished.
    const watchdog = spawn("sh", ["-c", WATCH, "watchdog", this.#guardedPid], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    watchdog.on("error", () => undefined);
    watchdog.stdin.on("error", () => undefined);
    watchdog.once("exit", () => this.#replaceWatchdog());
    return watchdog;
  }

  #replaceWatchdog(): void {
    if (!this.#isEnding) {
      this.#watchdog = this.#spawnWatchdog();
    }
  }
}
