import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import type { PushedMessage, PushService } from "./push-service.ts";

/** How a browser says what became of a message. */
export const ACK = { delivered: 100, decryptionFailed: 101 } as const;

/** What stands between Firefox and the push service. */
export interface Autopush {
  /** For the preference `dom.push.serverURL`. */
  readonly url: string;
  /** What Firefox said about each message that it got, in order. */
  readonly acks: readonly number[];
  /** Spoils the body of the next message on its way to Firefox. */
  spoilNext(): void;
  stop(): Promise<void>;
}

const frameSchema = z.object({
  messageType: z.string().optional(),
  uaid: z.string().optional(),
  channelID: z.string().optional(),
  key: z.string().optional(),
  updates: z.array(z.object({ code: z.int() })).optional(),
});

type Frame = z.infer<typeof frameSchema>;

/**
 * Speaks to Firefox as Mozilla's push server does, and lets it in at the push service.
 *
 * @see https://mozilla-push-service.readthedocs.io/en/latest/design/ for the frames
 */
export async function startAutopush(service: PushService): Promise<Autopush> {
  const acks: number[] = [];
  let isNextSpoilt = false;
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: () => "push-notification",
  });
  await once(server, "listening");
  server.on("connection", (socket) => {
    socket.on("message", (text) => {
      const frame = frameSchema.parse(JSON.parse(String(text)));
      const reply = answerTo(frame, socket);
      if (reply !== undefined) {
        socket.send(JSON.stringify(reply));
      }
    });
  });

  function answerTo(frame: Frame, socket: WebSocket): object | undefined {
    const { messageType, channelID = "" } = frame;
    switch (messageType) {
      case undefined:
        return {};
      case "hello":
        return {
          messageType,
          uaid: frame.uaid ?? randomUUID().replaceAll("-", ""),
          status: 200,
          use_webpush: true,
          broadcasts: {},
        };
      case "register": {
        const pushEndpoint = service.register(channelID, {
          // Firefox writes it with padding.
          senderKey: frame.key?.replace(/=+$/, ""),
          deliver: (message) => socket.send(JSON.stringify(notification(message))),
        });
        return { messageType, channelID, status: 200, pushEndpoint };
      }
      case "unregister":
        service.forget(channelID);
        return { messageType, channelID, status: 200 };
      case "ack":
        acks.push(...(frame.updates ?? []).map(({ code }) => code));
        return undefined;
      default:
        return undefined;
    }
  }

  function notification({ channelId, ttlSeconds, topic, body, encoding }: PushedMessage): object {
    const sent = Buffer.from(body);
    if (isNextSpoilt) {
      isNextSpoilt = false;
      sent[sent.length - 1] = (sent.at(-1) ?? 0) ^ 1;
    }
    return {
      messageType: "notification",
      channelID: channelId,
      version: randomUUID(),
      ttl: ttlSeconds,
      topic,
      data: sent.toString("base64url"),
      headers: { encoding },
    };
  }

  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}/`,
    acks,
    spoilNext: () => {
      isNextSpoilt = true;
    },
    stop: async () => {
      for (const socket of server.clients) {
        socket.terminate();
      }
      server.close();
      await once(server, "close");
    },
  };
}
