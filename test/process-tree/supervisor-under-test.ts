import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { RestartPolicy } from "../../src/process-tree/restart-policy.ts";
import { openProducerRedis } from "../../src/redis.ts";
import { redisBinary } from "../support/launch-redis.ts";
import { keepOutputOf } from "../support/logs/kept-logs.ts";
import { until } from "../support/until.ts";

const START_TIMEOUT_MS = 15_000;
const SUPERVISOR = resolve("test/fixtures/supervisor.mjs");

const eventSchema = z.object({
  event: z.string(),
  child: z.string().optional(),
  pid: z.number().optional(),
  how: z.string().optional(),
  message: z.string().optional(),
  findings: z.array(z.string()).optional(),
});
type ToldEvent = z.infer<typeof eventSchema>;

/** What a test's tree consists of: name of each child -> fixture script. */
export interface TreeUnderTest {
  readonly dataDir: string;
  readonly children?: Readonly<Record<string, string>>;
  /** Only the waits differ from the usual policy. */
  readonly childRestarts?: RestartPolicy;
  readonly mayKill?: boolean;
  readonly redisUrl?: string;
  readonly redisDurability?: "require" | "warn";
}

/** A real process tree, seen from outside. */
export class SupervisorUnderTest {
  readonly #process: ChildProcess;
  #said = "";
  #complained = "";
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;

  constructor(tree: TreeUnderTest) {
    requireFreshBuild();
    const children = Object.entries(tree.children ?? { web: "serving", worker: "serving" });
    const options = { ...tree, children: children.map(([name, script]) => ({ name, script })) };
    this.#process = spawn(process.execPath, [SUPERVISOR, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "pipe"],
      // The tree's data directory is the test's own; the program is found on the PATH.
      env: { ...process.env, PATH: `${dirname(redisBinary())}:${process.env["PATH"]}` },
    });
    keepOutputOf(this.#process, "tree");
    this.#process.stdout?.on("data", (text) => {
      this.#said += text;
    });
    this.#process.stderr?.on("data", (text) => {
      this.#complained += text;
    });
    this.exited = new Promise((done) => {
      this.#process.once("exit", (code, signal) => done(code ?? signal));
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Everything told so far, in order. */
  get events(): readonly ToldEvent[] {
    const lines = this.#said.split("\n").slice(0, -1);
    return lines.map((line) => eventSchema.parse(JSON.parse(line)));
  }

  /** Waits until every child serves. */
  async untilReady(): Promise<void> {
    await until(() => this.events.some(({ event }) => event === "tree.ready"), {
      timeoutMs: START_TIMEOUT_MS,
      what: `the tree to be ready; it said ${this.#said} ${this.#complained}`,
    });
  }

  /** The process id that the named process has now. */
  pidOf(name: string): number {
    const started = this.events.filter((told) => told.event === "child.started");
    return started.findLast((told) => told.child === name)?.pid ?? 0;
  }

  /** Every process id of the tree, the watchdog's included, as the kernel tells it. */
  get descendants(): readonly number[] {
    return [...descendantsOf(this.pid)];
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

/** A temporary data directory; `remove` takes it away. */
export function aDataDir(): { readonly dataDir: string; readonly remove: () => void } {
  const dataDir = mkdtempSync(join(tmpdir(), "siro-bridge-tree-"));
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** Whether a process of this id runs; one that only waits to be collected does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Runs one command on the tree's own Redis. */
export async function onRedis<T>(
  dataDir: string,
  use: (redis: ReturnType<typeof openProducerRedis>) => Promise<T>,
): Promise<T> {
  const redis = openProducerRedis(`unix:${join(dataDir, "redis.sock")}`);
  try {
    await until(() => redis.status === "ready", { timeoutMs: START_TIMEOUT_MS, what: "Redis" });
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

function* descendantsOf(pid: number): Generator<number> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, "utf8") : "";
  for (const child of children.split(" ").filter((text) => text.trim() !== "")) {
    yield Number(child);
    yield* descendantsOf(Number(child));
  }
}

function requireFreshBuild(): void {
  const name = "process-tree/run-process-tree";
  const built = statSync(`dist/src/${name}.js`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < statSync(`src/${name}.ts`).mtimeMs) {
    throw new Error("dist is missing or older than src: run `npm run build` first");
  }
}
