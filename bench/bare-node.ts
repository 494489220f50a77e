import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Stage } from "./stage.ts";

const LISTEN =
  "require('node:http').createServer((_, reply) => reply.end()).listen(0, '127.0.0.1', () => console.log('ready'))";

/** Starts a Node.js process that listens and has nothing else; resolves to its id once it listens. */
export async function startBareNode(stage: Stage): Promise<number> {
  const child = spawn(process.execPath, ["--eval", LISTEN], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  stage.onEnd(async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  await once(child.stdout, "data");
  return child.pid ?? 0;
}
