import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { env } from "node:process";

/** Everything that one section started; it all ends together, the newest first. */
export class Stage {
  readonly #endings: (() => Promise<unknown> | undefined)[] = [];
  #ended: Promise<void> | undefined;

  /**
   * Has `end` called when the stage ends.
   *
   * @throws {Error} when it has ended: nothing may be started any more.
   */
  onEnd(end: () => Promise<unknown> | undefined): void {
    if (this.#ended !== undefined) {
      throw new Error("the stage has ended");
    }
    this.#endings.push(end);
  }

  /** Makes a folder that goes with the stage, on the disk that a bridge of this checkout would use. */
  makeFolder(): string {
    const parent = dataDir();
    mkdirSync(parent, { recursive: true });
    const dir = mkdtempSync(join(parent, "bench-"));
    this.onEnd(async () => rmSync(dir, { recursive: true, force: true }));
    return dir;
  }

  /** Ends everything; safe to call again. */
  end(): Promise<void> {
    this.#ended ??= this.#endAll();
    return this.#ended;
  }

  async #endAll(): Promise<void> {
    for (const end of this.#endings.toReversed()) {
      try {
        await end();
      } catch (error) {
        console.error(`bench: clean-up: ${error instanceof Error ? error.message : "failed"}`);
      }
    }
  }
}

/** Where the Redis that the bootstrap brought lies, and where folders are made. */
export function dataDir(): string {
  return resolve(env["DATA_DIR"] || ".data");
}
