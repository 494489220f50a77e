import type { Redis } from "ioredis";
import type { Choices } from "./history.ts";

/** The process that did this step died. */
class CrashError extends Error {
  override readonly name = "CrashError";
}

const CRASH_ODDS = 40;

/** The steps of several workers, one at a time, in an order that the choices make. */
export class Turns {
  readonly #choices: Choices;
  readonly #waiting: { readonly go: () => void; readonly task: number }[] = [];
  #running = 0;
  #isCrashing = true;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  /** From here on nobody dies any more. */
  calmDown(): void {
    this.#isCrashing = false;
  }

  /** Runs tasks side by side; resolves to how each ended, `true` for one that must be run again. */
  async runAll(tasks: readonly (() => Promise<void>)[]): Promise<readonly boolean[]> {
    this.#running += tasks.length;
    return Promise.all(
      tasks.map(async (task) => {
        try {
          await task();
          return false;
        } catch (error) {
          if (error instanceof CrashError) {
            return true;
          }
          throw error;
        } finally {
          this.#running -= 1;
          this.#grant();
        }
      }),
    );
  }

  /** One step towards the store: waits for its turn; the process may die before it, or after it without hearing. */
  async step<Result>(run: () => Promise<Result>): Promise<Result> {
    await this.#turn();
    if (this.#isCrash()) {
      throw new CrashError("before");
    }
    const result = await run();
    if (this.#isCrash()) {
      throw new CrashError("after");
    }
    return result;
  }

  #isCrash(): boolean {
    return this.#isCrashing && this.#choices.isRare(CRASH_ODDS);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ go: resolve, task: this.#waiting.length });
      this.#grant();
    });
  }

  /** Only when everybody waits is one of them chosen: so the order is the choices' alone. */
  #grant(): void {
    if (this.#waiting.length > 0 && this.#waiting.length >= this.#running) {
      const [next] = this.#waiting.splice(this.#choices.pick(this.#waiting.length), 1);
      next?.go();
    }
  }
}

const STEPS = new Set(["call", "hget", "hmget", "hgetall", "hset", "get", "set"]);

/** The same connection with every command of the books made a step. */
export function inTurns(redis: Redis, turns: Turns): Redis {
  return new Proxy(redis, {
    get: (target, name, receiver) => {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof found !== "function" || typeof name !== "string") {
        return found;
      }
      return STEPS.has(name)
        ? (...args: unknown[]) => turns.step(() => Reflect.apply(found, target, args))
        : found.bind(target);
    },
  });
}
