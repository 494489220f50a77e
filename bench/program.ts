import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Stage } from "./stage.ts";

const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));
const ANSWER_TIMEOUT_MS = 180_000;

/** What a program of the benchmark answers requests with; requests come one at a time. */
export type Handler = (request: unknown) => Promise<object>;

/** A helper in a process of its own: it must not share the measured one's core time slice by slice. */
export interface Program {
  readonly pid: number;
  /** Asks and waits for the answer; the next question must wait for it, too. */
  ask<Answer>(request: object, answerSchema: z.ZodType<Answer>): Promise<Answer>;
}

const replySchema = z.union([z.object({ answer: z.unknown() }), z.object({ failed: z.string() })]);

/** Starts one of the benchmark's own programs; it ends with the stage, and with this process. */
export function startProgram(stage: Stage, name: string): Program {
  const child = fork(MAIN, ["--program", name], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  stage.onEnd(() => endChild(child));
  return {
    pid: child.pid ?? 0,
    ask: async (request, answerSchema) => {
      const answered = untilMessage(child, name);
      child.send(request);
      const reply = replySchema.parse(await answered);
      if ("failed" in reply) {
        throw new Error(`${name}: ${reply.failed}`);
      }
      return answerSchema.parse(reply.answer);
    },
  };
}

/** The other side: answers requests until the parent is gone. */
export function serveProgram(handler: Handler): void {
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole group; the parent ends its programs in order.
  process.on("SIGINT", () => undefined);
  process.on("message", (request) => {
    handler(request).then(
      (answer) => process.send?.({ answer }),
      (error) => process.send?.({ failed: error instanceof Error ? error.message : "failed" }),
    );
  });
}

async function untilMessage(child: ChildProcess, name: string): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const timer = setTimeout(() => over.abort(), ANSWER_TIMEOUT_MS);
  try {
    const message = once(child, "message", { signal }).then(([reply]) => reply);
    const exit = once(child, "exit", { signal }).then(() => {
      throw new Error(`${name} ended`);
    });
    exit.catch(() => undefined);
    return await Promise.race([message, exit]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}
