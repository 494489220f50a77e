import { createPublicKey, verify } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import { buffer } from "node:stream/consumers";
import { selfSigned } from "../../bench/self-signed.ts";
import { composeVapid, type Vapid } from "../../src/vapid.ts";

/** RFC 8291, section 4: one record of this size. */
const MOST_BYTES = 4096;

/** Who sent a message, as its signature proves (RFC 8292). */
export interface Sender {
  readonly publicKey: string;
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string };
}

/** One message that was taken. */
export interface PushedMessage {
  readonly channelId: string;
  readonly ttlSeconds: number;
  readonly urgency: string;
  readonly topic: string | undefined;
  readonly encoding: string;
  readonly body: Buffer;
  readonly sender: Sender;
  readonly authorization: string;
}

/** A browser as the push service knows it. */
export interface Subscriber {
  readonly deliver: (message: PushedMessage) => void;
  /** The only key that may send to it, base64url. */
  readonly senderKey?: string | undefined;
}

/** What comes instead of the usual answer, once. */
export type NextAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | "hang-up"
  | "silence";

/** A push service on this machine, over TLS. */
export interface PushService {
  readonly origin: string;
  /** Its certificate in PEM. */
  readonly cert: string;
  /** What was taken, in order. */
  readonly taken: readonly PushedMessage[];
  /** Requests of every kind. */
  requestCount(): number;
  connectionCount(): number;
  /** Lets a browser in; returns its endpoint. */
  register(channelId: string, subscriber: Subscriber): string;
  forget(channelId: string): void;
  answerNext(answer: NextAnswer): void;
  stop(): Promise<void>;
}

/**
 * Starts a push service that looks at what a real one looks at: TTL, encoding, size, topic, and who signed.
 *
 * @see RFC 8030, RFC 8188, RFC 8291, RFC 8292
 */
export async function startPushService(): Promise<PushService> {
  const { key, cert } = selfSigned();
  const subscribers = new Map<string, Subscriber>();
  const taken: PushedMessage[] = [];
  const answers: NextAnswer[] = [];
  let requests = 0;
  let connections = 0;
  const server = createServer({ key, cert }, async (request, response) => {
    requests += 1;
    const body = await buffer(request);
    const answer = answers.shift();
    if (answer === "hang-up") {
      request.socket.destroy();
    } else if (answer !== "silence") {
      const found = answer ?? take(request, body);
      response.writeHead(found.status, found.headers).end(failureText(found.status));
    }
  });
  server.on("secureConnection", () => {
    connections += 1;
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const origin = `https://localhost:${port}`;

  function take(request: IncomingMessage, body: Buffer): Exclude<NextAnswer, string> {
    const channelId = /^\/wpush\/v2\/([\w-]+)$/.exec(request.url ?? "")?.[1] ?? "";
    const subscriber = subscribers.get(channelId);
    if (subscriber === undefined) {
      return { status: 410 };
    }
    const sender = senderOf(request.headers.authorization ?? "", origin);
    if (sender === undefined) {
      return { status: 401 };
    }
    if (subscriber.senderKey !== undefined && subscriber.senderKey !== sender.publicKey) {
      return { status: 403 };
    }
    const status = problemOf(request, body);
    if (status !== undefined) {
      return { status };
    }
    const { ttl, urgency = "normal", topic, "content-encoding": encoding = "" } = request.headers;
    const message: PushedMessage = {
      channelId,
      ttlSeconds: Number(ttl),
      urgency: String(urgency),
      topic: topic === undefined ? undefined : String(topic),
      encoding,
      body,
      sender,
      authorization: request.headers.authorization ?? "",
    };
    taken.push(message);
    subscriber.deliver(message);
    return { status: 201, headers: { location: `${origin}/m/${taken.length}` } };
  }

  return {
    origin,
    cert,
    taken,
    requestCount: () => requests,
    connectionCount: () => connections,
    register: (channelId, subscriber) => {
      subscribers.set(channelId, subscriber);
      return `${origin}/wpush/v2/${channelId}`;
    },
    forget: (channelId) => {
      subscribers.delete(channelId);
    },
    answerNext: (answer) => {
      answers.push(answer);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A key pair and an invented contact; another seed, another pair. */
export function aVapid(seed = 1): Vapid {
  const vapid = composeVapid({
    givenSubject: "mailto:ops@acme-roofing.com",
    givenPrivateKey: undefined,
    publicUrl: new URL("http://127.0.0.1:3000"),
    isLocalMode: false,
    secretKey: Buffer.alloc(32, seed),
  });
  if (vapid === undefined) {
    throw new Error("no key pair was made");
  }
  return vapid;
}

/** Real push services explain themselves in the body; nothing of it may reach our records. */
function failureText(status: number): string {
  return status < 300 ? "" : JSON.stringify({ code: status, message: "dana http://internal" });
}

function problemOf({ headers }: IncomingMessage, body: Buffer): number | undefined {
  const isUsual =
    /^\d+$/.test(String(headers["ttl"])) &&
    headers["content-encoding"] === "aes128gcm" &&
    /^(very-low|low|normal|high)$/.test(String(headers["urgency"] ?? "normal")) &&
    /^[\w-]{1,32}$/.test(String(headers["topic"] ?? "none"));
  if (!isUsual) {
    return 400;
  }
  return body.length > MOST_BYTES ? 413 : undefined;
}

/** Checks the signature and what it says; undefined when a push service would not believe it. */
function senderOf(authorization: string, origin: string): Sender | undefined {
  const [, token = "", publicKey = ""] =
    /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  const [head = "", body = "", signature = ""] = token.split(".");
  const point = Buffer.from(publicKey, "base64url");
  if (signature === "" || point.length !== 65) {
    return undefined;
  }
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString("base64url"),
  );
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const isGenuine = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  const leftSeconds = claims.exp - Date.now() / 1000;
  const isTimely = leftSeconds > 0 && leftSeconds <= 24 * 3600;
  const isContact = /^(mailto:|https:\/\/)/.test(claims.sub);
  return isGenuine && isTimely && isContact && claims.aud === origin
    ? { publicKey, claims }
    : undefined;
}
