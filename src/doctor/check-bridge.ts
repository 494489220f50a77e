import { z } from "zod";
import { callHttp, type HttpAnswer } from "./call-http.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** Whether there is a bridge to send something to, and what its health pages say. */
export interface BridgeReading {
  readonly isRunning: boolean;
  readonly findings: readonly Finding[];
}

const aliveSchema = z.object({ alive: z.literal(true) });
const reasonsSchema = z.object({ reasons: z.array(z.string()) });

/** Asks `/healthz` and `/readyz` at the address where this configuration makes the bridge listen. */
export async function checkBridge(ownUrl: string): Promise<BridgeReading> {
  const health = await callHttp(`${ownUrl}/healthz`);
  if (health.kind === "silent") {
    return { isRunning: false, findings: [notRunning(ownUrl, health.reason)] };
  }
  if (!isAlive(health)) {
    return { isRunning: false, findings: [somebodyElse(ownUrl, health.status)] };
  }
  const ready = await callHttp(`${ownUrl}/readyz`);
  return {
    isRunning: true,
    findings: [ok("bridge", `A bridge runs at ${ownUrl}`), ...readyFindings(ready)],
  };
}

/** Says that this machine's part of the bridge has no web process to ask. */
export function withoutWeb(): BridgeReading {
  const finding = warn("bridge", {
    message: "ROLES names no web process here: its health and the sample were not checked",
    whatToDo: "Run this where the web process runs, too",
  });
  return { isRunning: false, findings: [finding] };
}

function notRunning(ownUrl: string, reason: string): Finding {
  return warn("bridge", {
    message: `No bridge runs at ${ownUrl} (${reason}): its health and the sample were not checked`,
    whatToDo: "Start the bridge and run this again",
  });
}

function somebodyElse(ownUrl: string, status: number): Finding {
  return fail("bridge", {
    message: `Something else answers at ${ownUrl}: /healthz gave ${status}`,
    whatToDo: "Choose another PORT, or end what uses this one",
  });
}

function isAlive({ status, text }: Extract<HttpAnswer, { kind: "answered" }>): boolean {
  return status === 200 && aliveSchema.safeParse(readJson(text)).success;
}

function readyFindings(ready: HttpAnswer): readonly Finding[] {
  const whatToDo = "Look at Redis and at the log of the bridge; nothing is acknowledged meanwhile";
  if (ready.kind === "silent") {
    const message = `The bridge did not say whether it is ready: ${ready.reason}`;
    return [fail("bridge", { message, whatToDo })];
  }
  if (ready.status === 200) {
    return [ok("bridge", "It is ready: an event could be made durable now")];
  }
  const reasons = reasonsSchema.safeParse(readJson(ready.text)).data?.reasons ?? [];
  const texts = reasons.length === 0 ? [`/readyz gave ${ready.status}`] : reasons;
  return texts.map((reason) =>
    fail("bridge", { message: `The bridge is not ready: ${reason}`, whatToDo }),
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
