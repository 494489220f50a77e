import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** How one process ended: `died` may be mended by a restart, `fatal` may not. */
export type ProcessEnd =
  | { readonly kind: "died"; readonly how: string }
  | { readonly kind: "fatal"; readonly message: string };

/** One process while it runs. */
export interface RunningProcess {
  readonly pid: number | undefined;
  /** Resolves when it serves; stays pending when it ends before that. */
  readonly ready: Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Resolves with the reason in words when the process is gone, or was never there. */
export async function untilExit(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, "exit");
    return signal === null ? `exit code ${code}` : `signal ${signal}`;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}
