import { Queue } from "bullmq";
import express from "express";
import type { z } from "zod";
import { parseOutboundMessage } from "../../src/intake/parse-outbound-message.ts";
import { SOAP_ACK } from "../../src/intake/soap-reply.ts";
import { type ceilingSchema, openStore } from "./intake-ceilings.ts";

/**
 * The peer: what tutorials show. Express reads the body, and each notification is added by a call of its own,
 * under its id so that a resend adds nothing. It has the bridge's XML parser.
 */
export async function serveExpressPeer(raw: unknown): Promise<z.infer<typeof ceilingSchema>> {
  const queue = new Queue("inbox", { connection: await openStore(raw) });
  const app = express();
  app.use(express.raw({ type: "*/*", limit: "1mb" }));
  app.post("/", async (request, response) => {
    try {
      await addEach(queue, request.body);
      response.set(SOAP_ACK.headers).status(SOAP_ACK.status).send(SOAP_ACK.body);
    } catch {
      response.status(503).end();
    }
  });
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : 0 });
    });
  });
}

async function addEach(queue: Queue, body: Buffer): Promise<void> {
  const { notifications } = await parseOutboundMessage(body);
  await Promise.all(
    notifications.map((one) => {
      const payload = { ...one, fields: Object.fromEntries(one.fields) };
      return queue.add("notification", payload, { jobId: one.id });
    }),
  );
}
