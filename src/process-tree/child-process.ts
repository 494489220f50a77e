import { fork } from "node:child_process";
import { once } from "node:events";
import type { Stream } from "node:stream";
import { childMessageSchema } from "./child-message.ts";
import { type ProcessEnd, type RunningProcess, untilExit } from "./running-process.ts";

const LAST_WORDS_MS = 2000;

/** What a child of the tree is started from. */
export interface ChildProcessOptions {
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  /** Held open by the child for as long as it lives. */
  readonly lifeline: Stream | undefined;
  /** Called when it asks for the death of another child. */
  readonly onKill: (child: string) => void;
}

/**
 * Starts one Node.js child.
 *
 * The child says `ready` when it serves, may say `fatal` before it ends, and ends by itself on SIGTERM,
 * SIGINT, SIGHUP and when the IPC channel closes. It may hear the same signal twice: once from a terminal or a
 * process group, once from the supervisor.
 */
export function startChildProcess({
  entry,
  env,
  lifeline,
  onKill,
}: ChildProcessOptions): RunningProcess {
  const child = fork(entry, [], {
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc", ...(lifeline === undefined ? [] : [lifeline])],
  });
  let fatal: string | undefined;
  const ready = new Promise<void>((resolve) => {
    child.on("message", (raw) => {
      const message = childMessageSchema.safeParse(raw).data;
      if (message?.kind === "ready") {
        resolve();
      }
      if (message?.kind === "kill") {
        onKill(message.child);
      }
      if (message?.kind === "fatal") {
        fatal = message.message;
        // One that cannot even end would leave the tree half-dead.
        setTimeout(() => child.kill("SIGKILL"), LAST_WORDS_MS).unref();
      }
    });
  });
  // A child that is gone cannot be written to; its end is told by `ended`.
  child.on("error", () => undefined);
  async function untilEnd(): Promise<ProcessEnd> {
    const how = await untilExit(child);
    if (child.connected) {
      // The last words may still be on their way when the process is already gone.
      await once(child, "disconnect");
    }
    return fatal === undefined ? { kind: "died", how } : { kind: "fatal", message: fatal };
  }
  return { pid: child.pid, ready, ended: untilEnd(), kill: (signal) => child.kill(signal) };
}
