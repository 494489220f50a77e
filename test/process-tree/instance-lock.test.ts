import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { acquireInstanceLock } from "../../src/process-tree/instance-lock.ts";
import { AlreadyRunningError } from "../../src/process-tree/process-tree-errors.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-lock-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Another process that listens as a holder does. */
async function startHolder(name: string): Promise<ChildProcess> {
  const script = `require("net").createServer().listen(${JSON.stringify(join(dir, name))}, () => console.log("held"))`;
  const holder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  return holder;
}

async function kill(holder: ChildProcess): Promise<void> {
  holder.kill("SIGKILL");
  await once(holder, "exit");
}

/** Leaves the socket of a process that was killed while it held the lock. */
async function leaveStaleSocket(): Promise<void> {
  await kill(await startHolder("instance-0badcafe.sock"));
  expect(readdirSync(dir)).toEqual(["instance-0badcafe.sock"]);
}

describe("acquireInstanceLock", () => {
  test("refuses a second holder and names the first one's process", async () => {
    const lock = await acquireInstanceLock(dir);

    const second = acquireInstanceLock(dir);

    await expect(second).rejects.toThrow(AlreadyRunningError);
    await expect(second).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
  });

  test("can be taken again after it was released, and leaves no socket", async () => {
    await (await acquireInstanceLock(dir)).release();
    expect(readdirSync(dir)).toEqual([]);

    const again = await acquireInstanceLock(dir);

    await again.release();
  });

  test("takes over what a killed bridge left", async () => {
    await leaveStaleSocket();

    const lock = await acquireInstanceLock(dir);

    await expect(acquireInstanceLock(dir)).rejects.toThrow(AlreadyRunningError);
    await lock.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test("respects a holder that is frozen", async () => {
    const frozen = await startHolder("instance-00000001.sock");
    frozen.kill("SIGSTOP");

    await expect(acquireInstanceLock(dir)).rejects.toThrow(/another bridge already runs/);

    await kill(frozen);
  });

  test("has one winner when several start at once beside a leftover", async () => {
    await leaveStaleSocket();

    const starts = await Promise.allSettled(
      Array.from({ length: 8 }, () => acquireInstanceLock(dir)),
    );

    const won = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const lost = starts.flatMap((start) => (start.status === "rejected" ? [start.reason] : []));
    expect(won).toHaveLength(1);
    expect(lost.every((reason) => reason instanceof AlreadyRunningError)).toBe(true);
    await Promise.all(won.map((lock) => lock.release()));
  });
});
