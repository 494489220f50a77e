import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { WireReply } from "../../stub-org/wire/wire-reply.ts";
import { errorReply, type Oddities } from "../api/api-call.ts";
import { answerCall } from "../api/route-call.ts";
import type { SiroWorld } from "../siro-world.ts";
import { faultReply, type SiroFaults } from "./siro-faults.ts";
import type { SiroTokens } from "./siro-tokens.ts";

/** A stage that is left on for weeks must not fill its process: the newest are kept. */
const MOST_CALLS = 50_000;

/** Where the two hosts of Siro live on this one. */
export const ORGANIZATION_PREFIX = "/api-externalApi/v1";
/** See `ORGANIZATION_PREFIX`. */
export const USER_PREFIX = "/v1";

/** Names that Cloudflare refuses in front of Siro, as others saw. */
const LIBRARY_AGENT = /^(|node|undici|axios.*|node-fetch.*|python.*|curl.*|go-http.*)$/i;
const MINT = /^\/core\/oauth\/apps\/([^/]+)\/access-token$/;

/** One request that reached Siro. */
export interface SiroCallLog {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly userAgent: string;
}

/** What answering needs. */
export interface SiroServerDeps {
  readonly world: SiroWorld;
  readonly oddities: Oddities;
  readonly tokens: SiroTokens;
  readonly faults: SiroFaults;
  readonly calls: SiroCallLog[];
}

/** Makes the HTTP server of both hosts. */
export function createSiroServer(deps: SiroServerDeps): Server {
  return createServer((request, response) => {
    serve(deps, request, response).catch((error: unknown) => {
      send(response, errorReply(500, `stub Siro: ${String(error)}`));
    });
  });
}

async function serve(
  deps: SiroServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://stub.invalid");
  const userAgent = request.headers["user-agent"] ?? "";
  const query = Object.fromEntries(url.searchParams);
  if (deps.calls.length >= MOST_CALLS) {
    deps.calls.splice(0, MOST_CALLS / 2);
  }
  deps.calls.push({ method: request.method ?? "GET", path: url.pathname, query, userAgent });
  const body = await readJsonBody(request);
  const fault = deps.faults.take(url.pathname);
  const reply = fault === undefined ? undefined : faultReply(fault);
  switch (fault?.kind) {
    case "hang":
      return;
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "slow":
      await sleep(fault.delayMs, undefined, { ref: false });
      break;
    default:
  }
  send(response, reply ?? answer(deps, request, { url, body }));
}

function answer(
  deps: SiroServerDeps,
  request: IncomingMessage,
  { url, body }: { readonly url: URL; readonly body: unknown },
): WireReply {
  const { method = "GET", headers } = request;
  if (LIBRARY_AGENT.test(headers["user-agent"] ?? "")) {
    return { status: 403, headers: { "content-type": "text/plain" }, body: "error code: 1010" };
  }
  const isOrganization = url.pathname.startsWith(`${ORGANIZATION_PREFIX}/`);
  const caller = deps.tokens.callerOf(
    tokenOf(headers, isOrganization),
    isOrganization ? "organization" : "user",
    method,
  );
  if (caller.kind === "refused") {
    return caller.reply;
  }
  const path = url.pathname.slice((isOrganization ? ORGANIZATION_PREFIX : USER_PREFIX).length);
  const minted = isOrganization && method === "POST" ? MINT.exec(path)?.[1] : undefined;
  return minted === undefined
    ? answerCall({ ...deps, method, path, query: url.searchParams, body, userId: caller.userId })
    : deps.tokens.mint(decodeURIComponent(minted), body);
}

function tokenOf(headers: IncomingMessage["headers"], isOrganization: boolean): string {
  return isOrganization
    ? (/^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "")
    : String(headers["x-siro-auth-token"] ?? "");
}

function send(response: ServerResponse, { status, headers, body }: WireReply): void {
  if (!response.headersSent && !response.destroyed) {
    response.writeHead(status, headers).end(body);
  }
}

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(Buffer.from(piece));
  }
  const text = Buffer.concat(pieces).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
