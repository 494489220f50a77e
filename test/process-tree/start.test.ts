import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { freePort, redisBinary } from "../support/launch-redis.ts";
import { keepLog, keepOutputOf } from "../support/logs/kept-logs.ts";
import { until } from "../support/until.ts";
import { aDataDir, isAlive } from "./supervisor-under-test.ts";

const MAIN = resolve("dist/src/main.js");
const START_MS = 20_000;

let dir: ReturnType<typeof aDataDir>;
let bridges: ChildProcess[];
let said: string;

beforeEach(() => {
  dir = aDataDir();
  bridges = [];
  said = "";
});

afterEach(async () => {
  for (const bridge of bridges.filter(({ exitCode }) => exitCode === null)) {
    bridge.kill("SIGTERM");
    await once(bridge, "exit");
  }
  dir.remove();
});

function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(redisBinary())}:${process.env["PATH"]}`,
    DATA_DIR: dir.dataDir,
    ...own,
  };
}

/** Starts the bridge in an empty folder, so that no configuration of the checkout counts. */
function startBridge(port: number, own: Readonly<Record<string, string>> = {}): ChildProcess {
  const bridge = spawn(process.execPath, [MAIN], {
    cwd: dir.dataDir,
    env: environment({ PORT: String(port), ...own }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  keepOutputOf(bridge, "bridge");
  for (const stream of [bridge.stdout, bridge.stderr]) {
    stream?.on("data", (text) => {
      said += text;
    });
  }
  bridges.push(bridge);
  return bridge;
}

async function untilServing(port: number, bridge: ChildProcess): Promise<void> {
  await until(
    async () =>
      bridge.exitCode !== null || (await fetch(`http://127.0.0.1:${port}/healthz`)).status > 0,
    { timeoutMs: START_MS, what: `the bridge to answer; it said: ${said}` },
  );
  expect(bridge.exitCode).toBeNull();
}

/** The process ids that the log names: the latest of each child. */
function pidOf(child: string): number {
  const started = said.matchAll(/"event":"child.started","child":"(\w+)","pid":(\d+)/g);
  return Number([...started].findLast(([, name]) => name === child)?.[2] ?? 0);
}

describe("the bridge itself", () => {
  test("starts with nothing configured, survives kill -9 of web, and ends with 0", async () => {
    const port = await freePort();
    const bridge = startBridge(port);
    await untilServing(port, bridge);
    await until(() => said.includes("operator password"), {
      timeoutMs: START_MS,
      what: "the announcement",
    });
    expect(said).toContain(`http://127.0.0.1:${port}/admin`);
    expect(said).toContain("LOCAL MODE");
    await until(() => /"queue":"reconcile".*"outcome":"done"/.test(said), {
      timeoutMs: START_MS,
      what: "the first look at the org",
    });
    expect(said).not.toContain("ORG_UNAVAILABLE");

    const killed = pidOf("web");
    process.kill(killed, "SIGKILL");
    await until(() => pidOf("web") !== killed, { timeoutMs: 5000, what: "another web process" });
    await untilServing(port, bridge);

    const everyone = ["redis", "web", "worker"].map(pidOf);
    bridge.kill("SIGTERM");
    expect(await once(bridge, "exit")).toEqual([0, null]);
    expect(everyone.filter(isAlive)).toEqual([]);
    expect(said).not.toContain("child.killed");
  });

  test("warns once of a connection whose links will carry no CRM records", async () => {
    const one = {
      organizationId: "00D5f000004XyZaEAK",
      webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
    };
    const linked = { ...one, name: "linked", integrationConnectionId: "01HACME" };
    const file = join(dir.dataDir, "two-connections.json");
    writeFileSync(file, JSON.stringify({ connections: [linked, { ...one, name: "acme" }] }));
    const port = await freePort();
    const bridge = startBridge(port, {
      CONNECTIONS_FILE: file,
      ADMIN_PASSWORD: "an-invented-password",
      ADMIN_API_TOKEN: "an-invented-admin-api-token-of-40-letters",
    });
    await untilServing(port, bridge);
    await until(() => said.includes("siro-bridge is running"), {
      timeoutMs: START_MS,
      what: "the announcement",
    });
    // It comes from another process than the announcement; its line counts when it is whole.
    const told = () =>
      said
        .split("\n")
        .slice(0, -1)
        .filter((line) => line.includes("connection.incomplete"));
    const warnings = await until(() => told().length > 0 && told(), {
      timeoutMs: START_MS,
      what: "the warning",
    });
    expect(warnings.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        connection: "acme",
        finding: expect.stringContaining("integrationConnectionId is not set"),
      }),
    ]);
  });

  test("ends with the reason when its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const bridge = startBridge(port);

    expect(await once(bridge, "exit")).toEqual([1, null]);
    expect(said).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} is in use by another program`));
    other.close();
  });

  test("tells every problem of the configuration at once", () => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN], {
      cwd: dir.dataDir,
      encoding: "utf8",
      env: environment({ PORT: "many", LOG_LEVEL: "loud", CONNECTIONS_FILE: join("no", "file") }),
    });

    keepLog("bridge")(stderr);
    expect(status).toBe(1);
    for (const name of ["PORT", "LOG_LEVEL", "CONNECTIONS_FILE"]) {
      expect(stderr).toContain(`- ${name}: `);
    }
    expect(stderr).not.toMatch(/\n +at /);
  });
});
