import { randomBytes } from "node:crypto";
import { readdirSync, renameSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AlreadyRunningError } from "./process-tree-errors.ts";
import { socketPath } from "./socket-path.ts";

const CLAIM = /^instance-[0-9a-f]{8}\.sock$/;
const ATTEMPTS = 20;
const MAX_BACK_OFF_MS = 200;
const GREETING_TIMEOUT_MS = 500;

/** Held while this bridge runs; the operating system lets go of it however the process ends. */
export interface InstanceLock {
  readonly release: () => Promise<void>;
}

type Holder =
  | { readonly kind: "gone" }
  | { readonly kind: "claiming" }
  | { readonly kind: "holding"; readonly pid: string };

/** One process's own socket in the shared folder: visible only while somebody listens on it. */
interface Claim extends InstanceLock {
  readonly name: string;
  readonly hold: () => void;
}

/**
 * Makes this process the only bridge on `dataDir`.
 *
 * Each start listens on a socket of its own before it looks at the others, so of two starts at least one
 * sees the other. A socket that nobody listens on is left over from a killed bridge and is removed; its
 * name is never used again, so no living one can be removed by mistake, and a reused process id cannot mislead.
 *
 * @throws {AlreadyRunningError} when another process holds it.
 */
export async function acquireInstanceLock(dataDir: string): Promise<InstanceLock> {
  const dir = dirname(socketPath(dataDir, claimName()));
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const claim = await claimIn(dir);
    const rivals = await askOthers(dir, claim.name);
    if (rivals.length === 0) {
      claim.hold();
      return claim;
    }
    await claim.release();
    refuseHeld(rivals, dataDir);
    await delay(Math.random() * MAX_BACK_OFF_MS);
  }
  throw new AlreadyRunningError(`several bridges start on ${dataDir} at once`);
}

function claimName(): string {
  return `instance-${randomBytes(4).toString("hex")}.sock`;
}

async function claimIn(dir: string): Promise<Claim> {
  const name = claimName();
  const path = join(dir, name);
  // Same length, so that it fits; renamed when it listens, so that nobody meets it before.
  const hidden = join(dir, name.replace("instance", "claiming"));
  let state = "claiming";
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(`${state} ${process.pid}`, () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(hidden, resolve);
  });
  renameSync(hidden, path);
  return {
    name,
    hold: () => {
      state = "holding";
    },
    release: async () => {
      rmSync(path, { force: true });
      await closeServer(server);
    },
  };
}

/** Asks every other claim; removes those that nobody stands behind any more. */
async function askOthers(dir: string, ownName: string): Promise<Holder[]> {
  const names = readdirSync(dir).filter((name) => CLAIM.test(name) && name !== ownName);
  const asked = await Promise.all(
    names.map(async (name) => {
      const holder = await askHolder(join(dir, name));
      if (holder.kind === "gone") {
        rmSync(join(dir, name), { force: true });
      }
      return holder;
    }),
  );
  return asked.filter(({ kind }) => kind !== "gone");
}

async function askHolder(path: string): Promise<Holder> {
  return new Promise((resolve) => {
    let greeting = "";
    const socket = connect(path);
    socket.setEncoding("utf8");
    // A frozen process still holds: its backlog takes the connection, nobody says a word.
    socket.setTimeout(GREETING_TIMEOUT_MS, () => socket.destroy());
    socket.on("data", (text) => {
      greeting += text;
    });
    socket.once("error", () => resolve({ kind: "gone" }));
    socket.once("close", () => resolve(holderFrom(greeting)));
  });
}

function holderFrom(greeting: string): Holder {
  const [state, pid = ""] = greeting.split(" ");
  return state === "claiming" ? { kind: "claiming" } : { kind: "holding", pid };
}

function refuseHeld(rivals: readonly Holder[], dataDir: string): void {
  const holder = rivals.find((rival) => rival.kind === "holding");
  if (holder !== undefined) {
    const who = holder.pid === "" ? "" : ` (process ${holder.pid})`;
    throw new AlreadyRunningError(
      `another bridge${who} already runs on this DATA_DIR, ${dataDir}; ` +
        "stop it first, or give this one another DATA_DIR and another PORT",
    );
  }
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
