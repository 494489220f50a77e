import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { KeptConnection } from "../kept-connection.ts";
import { nextMessage } from "../sample-message.ts";
import { spreadOf } from "../statistics.ts";

const requestSchema = z.object({
  port: z.int(),
  path: z.string(),
  connections: z.int().max(256),
  ms: z.int().max(60_000),
  notifications: z.int().max(100),
  /** Requests per second at fixed times; without it, every connection sends again at once. */
  ratePerSecond: z.int().optional(),
});
type LoadRequest = z.infer<typeof requestSchema>;

/** What the load generator saw; latencies in milliseconds. */
export const loadResultSchema = z.object({
  acks: z.int(),
  /** Answered with 503: the receiver was too busy to store in time, and the sender is to send again. */
  refused: z.int(),
  /** Any other answer, or none. */
  failures: z.int(),
  tookMs: z.number(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type LoadResult = z.infer<typeof loadResultSchema>;

interface Tally {
  readonly latenciesMs: number[];
  refused: number;
  failures: number;
}

/** Sends outbound messages over kept connections: closed loop, or at a fixed rate. */
export async function generateLoad(raw: unknown): Promise<LoadResult> {
  const request = requestSchema.parse(raw);
  const connections = await Promise.all(
    Array.from({ length: request.connections }, () => KeptConnection.open(request.port)),
  );
  const tally: Tally = { latenciesMs: [], refused: 0, failures: 0 };
  const beganMs = performance.now();
  try {
    await (request.ratePerSecond === undefined
      ? Promise.all(connections.map((connection) => sendAgain(connection, request, tally)))
      : sendAtRate(connections, { ...request, ratePerSecond: request.ratePerSecond }, tally));
  } finally {
    for (const connection of connections) {
      connection.close();
    }
  }
  const { latenciesMs, refused, failures } = tally;
  const tookMs = performance.now() - beganMs;
  return { acks: latenciesMs.length, refused, failures, tookMs, ...spreadOf(latenciesMs) };
}

async function sendAgain(
  connection: KeptConnection,
  { path, ms, notifications }: LoadRequest,
  tally: Tally,
): Promise<void> {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) {
    const body = nextMessage(notifications);
    const sentMs = performance.now();
    count(tally, await connection.post(path, body), sentMs);
  }
}

/**
 * The n-th message is due at a fixed time, whatever became of those before it, and its latency counts from
 * that time: a receiver that stalls cannot hide the messages that would have come meanwhile.
 */
async function sendAtRate(
  connections: readonly KeptConnection[],
  { path, ms, notifications, ratePerSecond }: LoadRequest & { readonly ratePerSecond: number },
  tally: Tally,
): Promise<void> {
  const total = Math.floor((ms / 1000) * ratePerSecond);
  const beganMs = performance.now();
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      for (let mine = next++; mine < total; mine = next++) {
        const dueMs = beganMs + (mine * 1000) / ratePerSecond;
        const body = nextMessage(notifications);
        await until(dueMs);
        count(tally, await connection.post(path, body), dueMs);
      }
    }),
  );
}

/** Timers are up to two milliseconds late; spinning instead would take the core that the receiver needs. */
async function until(atMs: number): Promise<void> {
  const leftMs = atMs - performance.now();
  if (leftMs > 0) {
    await delay(leftMs);
  }
}

function count(tally: Tally, status: number, fromMs: number): void {
  if (status === 200) {
    tally.latenciesMs.push(performance.now() - fromMs);
  } else if (status === 503) {
    tally.refused += 1;
  } else {
    tally.failures += 1;
  }
}
