import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { checkDurability } from "../../src/process-tree/redis-durability.ts";
import { CHILD_RESTARTS } from "../../src/process-tree/restart-policy.ts";
import { socketPath } from "../../src/process-tree/socket-path.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import {
  aDataDir,
  isAlive,
  onRedis,
  SupervisorUnderTest,
  type TreeUnderTest,
} from "./supervisor-under-test.ts";

/** How soon a dead process must be back. */
const RESTART_MS = 5000;
/** How soon everything must be gone. */
const STOP_MS = 10_000;

let dir: ReturnType<typeof aDataDir>;
let trees: SupervisorUnderTest[];

beforeEach(() => {
  dir = aDataDir();
  trees = [];
});

afterEach(async () => {
  for (const tree of trees) {
    const left = tree.descendants;
    tree.kill("SIGKILL");
    await tree.exited;
    for (const pid of left.filter(isAlive)) {
      process.kill(pid, "SIGKILL");
    }
  }
  dir.remove();
});

function startTree(own: Omit<TreeUnderTest, "dataDir"> = {}): SupervisorUnderTest {
  const tree = new SupervisorUnderTest({ dataDir: dir.dataDir, ...own });
  trees.push(tree);
  return tree;
}

async function startedTree(own: Omit<TreeUnderTest, "dataDir"> = {}): Promise<SupervisorUnderTest> {
  const tree = startTree(own);
  await tree.untilReady();
  return tree;
}

async function untilAllGone(pids: readonly number[]): Promise<void> {
  await until(() => pids.every((pid) => !isAlive(pid)), {
    timeoutMs: STOP_MS,
    what: `the processes ${pids.filter(isAlive).join(", ")} to be gone`,
  });
}

async function untilReadyAgain(tree: SupervisorUnderTest, name: string): Promise<number> {
  const killed = tree.pidOf(name);
  process.kill(killed, "SIGKILL");
  await until(
    () =>
      tree.events.some(
        ({ event, child: who, pid }) =>
          event === "child.ready" && who === name && pid !== killed && pid === tree.pidOf(name),
      ),
    { timeoutMs: RESTART_MS, what: `${name} to serve again` },
  );
  return killed;
}

function diedIn(tree: SupervisorUnderTest): (string | undefined)[] {
  return tree.events.filter(({ event }) => event === "child.died").map(({ child }) => child);
}

function killedIn(tree: SupervisorUnderTest): (string | undefined)[] {
  return tree.events.filter(({ event }) => event === "child.killed").map(({ child }) => child);
}

describe("a process that is killed", () => {
  test.each(["web", "worker"])("%s serves again within 5 s", async (name) => {
    const tree = await startedTree();
    const other = name === "web" ? "worker" : "web";
    const untouched = tree.pidOf(other);

    const killed = await untilReadyAgain(tree, name);

    expect(isAlive(killed)).toBe(false);
    expect(isAlive(tree.pidOf(name))).toBe(true);
    expect(tree.pidOf(other)).toBe(untouched);
  });

  test("a child whose death another asks for is killed and started again in local mode", async () => {
    const children = { worker: "serving", web: "killing" };
    const tree = await startedTree({ mayKill: true, children });

    const started = () => tree.events.filter(({ event }) => event === "child.started");
    await until(() => started().length === 4, {
      timeoutMs: RESTART_MS,
      what: "the children to be started",
    });

    expect(diedIn(tree)).toEqual(["worker"]);
  });

  test("a child whose death another asks for lives on anywhere else", async () => {
    const children = { worker: "serving", web: "killing" };
    const tree = await startedTree({ mayKill: false, children });

    // It asked before it served; until it is back, the other one would be dead.
    await untilReadyAgain(tree, "web");

    expect(diedIn(tree)).toEqual(["web"]);
  });

  test("Redis serves again, with everything that it confirmed", async () => {
    const tree = await startedTree();
    await onRedis(dir.dataDir, (redis) => redis.set("kept", "yes"));

    await untilReadyAgain(tree, "redis");

    expect(await onRedis(dir.dataDir, (redis) => redis.get("kept"))).toBe("yes");
  });

  test("the watchdog is replaced, and still ends Redis when the supervisor is killed", async () => {
    const tree = await startedTree({ children: { web: "serving" } });
    const known = ["web", "redis"].map((name) => tree.pidOf(name));
    const watchdogOf = (): number | undefined =>
      tree.descendants.find((pid) => !known.includes(pid));
    const killed = watchdogOf() ?? 0;

    process.kill(killed, "SIGKILL");
    await until(() => watchdogOf() !== undefined && watchdogOf() !== killed, {
      timeoutMs: RESTART_MS,
      what: "another watchdog",
    });

    const everyone = tree.descendants;
    tree.kill("SIGKILL");
    await untilAllGone(everyone);
  });
});

test("the embedded Redis keeps what it confirms", async () => {
  await startedTree();

  expect(await onRedis(dir.dataDir, checkDurability)).toEqual({ kind: "durable" });
});

describe("the supervisor killed with kill -9", () => {
  test("leaves no process behind, and the next start finds everything", async () => {
    const tree = await startedTree();
    await onRedis(dir.dataDir, (redis) => redis.set("kept", "yes"));
    const everyone = tree.descendants;
    expect(everyone).toHaveLength(4);

    tree.kill("SIGKILL");
    const next = await startedTree();

    expect(everyone.filter(isAlive)).toEqual([]);
    expect(await onRedis(dir.dataDir, (redis) => redis.get("kept"))).toBe("yes");
    next.kill("SIGTERM");
    expect(await next.exited).toBe(0);
  });

  test("lets its children finish their work in Redis before Redis ends", async () => {
    const tree = await startedTree({ children: { worker: "draining" } });
    const everyone = tree.descendants;

    tree.kill("SIGKILL");
    await untilAllGone(everyone);

    await startedTree();
    expect(await onRedis(dir.dataDir, (redis) => redis.get("drained"))).toBe("yes");
  });
});

describe("SIGTERM", () => {
  test("ends everything in order and exits with 0", async () => {
    const tree = await startedTree({ children: { web: "serving", worker: "draining" } });
    const everyone = tree.descendants;

    tree.kill("SIGTERM");

    expect(await tree.exited).toBe(0);
    expect(everyone.filter(isAlive)).toEqual([]);
    expect(killedIn(tree)).toEqual([]);
    // Only what the next start needs is left: no socket, no lock.
    expect(readdirSync(dir.dataDir).toSorted()).toEqual(["redis.log", "store"]);
    await startedTree();
    expect(await onRedis(dir.dataDir, (redis) => redis.get("drained"))).toBe("yes");
  });

  test("ends a child that does not listen, within 10 s", async () => {
    const tree = await startedTree({ children: { web: "serving", worker: "stubborn" } });
    const everyone = tree.descendants;
    const beganMs = performance.now();

    tree.kill("SIGTERM");

    expect(await tree.exited).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(STOP_MS);
    expect(killedIn(tree)).toEqual(["worker"]);
    expect(everyone.filter(isAlive)).toEqual([]);
  });

  test("while it still starts, ends everything as well", async () => {
    const tree = startTree();
    await until(() => tree.pidOf("redis") > 0, { timeoutMs: RESTART_MS, what: "Redis to start" });
    const everyone = tree.descendants;

    tree.kill("SIGTERM");

    expect(await tree.exited).toBe(0);
    await untilAllGone(everyone);
  });

  test("a second interrupt does not wait for a child that does not listen", async () => {
    const tree = await startedTree({ children: { worker: "stubborn" } });
    const everyone = tree.descendants;
    const beganMs = performance.now();

    await until(
      () => {
        tree.kill("SIGINT");
        return !isAlive(tree.pid);
      },
      { timeoutMs: RESTART_MS, what: "the tree to end" },
    );

    expect(await tree.exited).toBe(1);
    // Interrupts within the first second are one keystroke, told twice.
    expect(performance.now() - beganMs).toBeGreaterThan(1000);
    expect(everyone.filter(isAlive)).toEqual([]);
  });
});

describe("a tree that cannot be kept running", () => {
  test("ends with the reason when a child says that a restart is of no use", async () => {
    const tree = startTree({ children: { worker: "serving", web: "fatal" } });

    expect(await tree.exited).toBe(1);
    expect(tree.events.at(-1)).toEqual({
      event: "tree.failed",
      message: "web: port 3000 is taken",
    });
    await untilAllGone([tree.pidOf("worker"), tree.pidOf("redis")]);
  });

  test("ends when a child died more than 8 times within a minute", async () => {
    const tree = startTree({
      children: { worker: "crashing" },
      childRestarts: { ...CHILD_RESTARTS, delaysMs: [0] },
    });

    expect(await tree.exited).toBe(1);
    expect(tree.events.filter(({ event }) => event === "child.started")).toHaveLength(1 + 9);
    expect(tree.events.at(-1)?.message).toMatch(/worker died 9 times within 60 s.*exit code 3/);
    await untilAllGone([tree.pidOf("redis")]);
  });
});

describe("two bridges on one data directory", () => {
  test("the second is refused with the process id of the first, which goes on", async () => {
    const first = await startedTree();

    const second = startTree();

    expect(await second.exited).toBe(1);
    expect(second.events.at(-1)?.message).toMatch(
      /another bridge \(process \d+\) already runs on this DATA_DIR/,
    );
    expect(["web", "worker", "redis"].every((name) => isAlive(first.pidOf(name)))).toBe(true);
  });
});

describe("a configured Redis", () => {
  test("that keeps what it confirms is used, and no other is started", async () => {
    const redis = await startRedisServer();
    const tree = await startedTree({ redisUrl: redis.url });

    expect(tree.descendants).toHaveLength(2);
    expect(tree.pidOf("redis")).toBe(0);
    tree.kill("SIGTERM");
    expect(await tree.exited).toBe(0);
    expect(isAlive(redis.pid)).toBe(true);
    await redis.stop();
  });

  test("that may lose what it confirmed is refused, unless the risk is accepted", async () => {
    const redis = await startRedisServer({ args: ["--appendonly", "no"] });

    const refused = startTree({ redisUrl: redis.url });
    expect(await refused.exited).toBe(1);
    expect(refused.events.at(-1)?.message).toMatch(/appendonly is off.*REDIS_DURABILITY=warn/s);

    const warned = await startedTree({ redisUrl: redis.url, redisDurability: "warn" });
    expect(warned.events[0]?.event).toBe("redis.at-risk");
    expect(warned.events[0]?.findings?.[0]).toMatch(/appendonly is off/);
    await redis.stop();
  });

  test("that does not answer ends the start with the host, never the password", async () => {
    const tree = startTree({ redisUrl: "redis://:hunter2@127.0.0.1:1/0" });

    expect(await tree.exited).toBe(1);
    expect(tree.events.at(-1)?.message).toContain("127.0.0.1:1");
    expect(tree.events.at(-1)?.message).not.toContain("hunter2");
  });
});

test("a data directory with a long path works, its sockets live elsewhere", async () => {
  const dataDir = join(dir.dataDir, "a-folder-with-a-very-long-name".repeat(4));
  const tree = new SupervisorUnderTest({ dataDir });
  trees.push(tree);
  await tree.untilReady();

  expect(readdirSync(dataDir).toSorted()).toEqual(["redis.log", "store"]);
  tree.kill("SIGTERM");
  expect(await tree.exited).toBe(0);
  const elsewhere = dirname(socketPath(dataDir, "redis.sock"));
  expect(readdirSync(elsewhere)).toEqual([]);
  rmSync(elsewhere, { recursive: true });
});
