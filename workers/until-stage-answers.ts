import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../src/config.ts";

/** Should the web process not come up, its supervisor says why; the workers do not wait for that. */
const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Resolves when the stub org of local mode, which is in the web process, can be read: else the first look would find an outage. */
export async function untilStageAnswers({ isLocalMode, roles, port }: Config): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  while (isLocalMode && roles.has("web") && performance.now() < endMs && !(await answers(port))) {
    await sleep(LOOK_EVERY_MS);
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`);
    return ok;
  } catch {
    return false;
  }
}
