import { createECDH, createPublicKey, type ECDH, randomBytes, verify } from "node:crypto";
import { createServer } from "node:https";
import { buffer } from "node:stream/consumers";
import ece from "http_ece";
import { z } from "zod";
import { listenAnywhere } from "../listen-anywhere.ts";
import { selfSigned } from "../self-signed.ts";
import { type Arrival, ArrivalTally, preciseNowMs, sinkRequestSchema } from "./arrival-tally.ts";

/** Where the push service listens, what it is trusted by, and the keys of its browsers by rep. */
export const pushServiceSchema = z.object({
  port: z.int(),
  cert: z.string(),
  keys: z.array(z.object({ p256dh: z.string(), auth: z.string() })),
});

interface Browser {
  readonly curve: ECDH;
  readonly authSecret: Buffer;
}

const tally = new ArrivalTally();
const browsers: Browser[] = [];
let origin = "";

/** Stands for a push service and the browsers behind it, over TLS; what it looks at it verifies and decrypts. */
export async function servePushService(raw: unknown): Promise<object> {
  const request = sinkRequestSchema.parse(raw);
  switch (request.kind) {
    case "listen":
      return listen(request.devices ?? 0);
    case "forget":
      tally.forget();
      return {};
    case "count":
      return { distinct: tally.distinct };
    case "report":
      return tally.report(request.due, isGenuine);
  }
}

async function listen(devices: number): Promise<z.infer<typeof pushServiceSchema>> {
  const { key, cert } = selfSigned();
  const server = createServer({ key, cert }, async (request, response) => {
    const atMs = preciseNowMs();
    const rep = Number(/\d+$/.exec(request.url ?? "")?.[0]);
    tally.note({ rep, headers: request.headers, body: await buffer(request) }, atMs);
    response.writeHead(201, { location: `${origin}/m/${rep}` }).end();
  });
  server.keepAliveTimeout = 60_000;
  const port = await listenAnywhere(server);
  origin = `https://127.0.0.1:${port}`;
  return { port, cert, keys: Array.from({ length: devices }, openBrowser) };
}

function openBrowser() {
  const curve = createECDH("prime256v1");
  const p256dh = curve.generateKeys("base64url");
  const authSecret = randomBytes(16);
  browsers.push({ curve, authSecret });
  return { p256dh, auth: authSecret.toString("base64url") };
}

/** Whether the sender proved itself to this service, and the message opens for this browser and is a prompt. */
function isGenuine({ rep, headers, body }: Arrival): boolean {
  const browser = browsers[rep];
  if (browser === undefined || headers["content-encoding"] !== "aes128gcm") {
    return false;
  }
  try {
    const { curve: privateKey, authSecret } = browser;
    const text = ece.decrypt(body, { version: "aes128gcm", privateKey, authSecret });
    return "notification" in JSON.parse(text.toString("utf8")) && isSender(headers);
  } catch {
    return false;
  }
}

/** @see RFC 8292 */
function isSender({ authorization }: Arrival["headers"]): boolean {
  const [, token = "", publicKey = ""] =
    /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(String(authorization)) ?? [];
  const [head = "", body = "", signature = ""] = token.split(".");
  const point = Buffer.from(publicKey, "base64url");
  const [x = "", y = ""] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString("base64url"),
  );
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const { aud } = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
  const signed = Buffer.from(`${head}.${body}`);
  const by = { key, dsaEncoding: "ieee-p1363" } as const;
  return aud === origin && verify("sha256", signed, by, Buffer.from(signature, "base64url"));
}
