import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { Queue } from "bullmq";
import { z } from "zod";
import { parseOutboundMessage } from "../../src/intake/parse-outbound-message.ts";
import { SOAP_ACK } from "../../src/intake/soap-reply.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { listenAnywhere } from "../listen-anywhere.ts";

const REDIS_WAIT_MS = 5_000;

const requestSchema = z.object({ redisUrl: z.string() });
const HEADERS = { ...SOAP_ACK.headers, "content-length": Buffer.byteLength(SOAP_ACK.body) };

/** Where a ceiling listens. */
export const ceilingSchema = z.object({ port: z.int() });

/** Ceiling A: a bare server that stores each body with one XADD, pipelined with those of the same turn. */
export async function serveXaddCeiling(raw: unknown): Promise<z.infer<typeof ceilingSchema>> {
  const redis = await openStore(raw);
  redis.options.enableAutoPipelining = true;
  return serve(async (request) => {
    await redis.xadd("inbox", "*", "body", await buffer(request));
  });
}

/** Ceiling B: the same with the body parsed, and added to a queue as one job. */
export async function serveQueueCeiling(raw: unknown): Promise<z.infer<typeof ceilingSchema>> {
  const queue = new Queue("inbox", { connection: await openStore(raw) });
  return serve(async (request) => {
    const message = await parseOutboundMessage(await buffer(request));
    const notifications = message.notifications.map((one) => ({
      ...one,
      fields: Object.fromEntries(one.fields),
    }));
    await queue.add("message", { ...message, notifications });
  });
}

/** Opens the Redis that a program is told of. */
export async function openStore(raw: unknown) {
  const redis = openProducerRedis(requestSchema.parse(raw).redisUrl);
  await untilReady(redis, REDIS_WAIT_MS);
  return redis;
}

async function serve(
  store: (request: IncomingMessage) => Promise<void>,
): Promise<z.infer<typeof ceilingSchema>> {
  const server = createServer((request, response) => {
    store(request).then(
      () => response.writeHead(SOAP_ACK.status, HEADERS).end(SOAP_ACK.body),
      () => response.writeHead(503).end(),
    );
  });
  return { port: await listenAnywhere(server) };
}
