import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoggedCall } from "./call-log.ts";
import { carriedSoql } from "./carried-soql.ts";
import { faultReply, isAnswering } from "./fault-reply.ts";
import type { Fault, FaultPlace, TakeFault } from "./faults.ts";
import type { ArrivedRequest } from "./org-door.ts";
import { kindOfRequest, readableUrl } from "./org-door.ts";
import { errorReply, uriTooLong, type WireReply } from "./wire-reply.ts";

/** Salesforce's limit for the address and the headers of a request together. */
const MAX_HEAD_BYTES = 16_384;
/** Node's own limit is the same, and would answer in its own way. */
const NODE_MAX_HEAD_BYTES = 256 * 1024;

/** What the server of an instance needs. */
export interface OrgServerDeps {
  readonly answer: (request: ArrivedRequest) => WireReply;
  readonly takeFault: TakeFault;
  readonly logCall: (call: LoggedCall) => void;
  /** The instances: where this server listens, where the org's tokens usually count, and the other one. */
  readonly urls: () => { readonly own: string; readonly other: string };
}

/** Makes the HTTP server of one instance. */
export function createOrgServer(deps: OrgServerDeps): Server {
  return createServer({ maxHeaderSize: NODE_MAX_HEAD_BYTES }, (request, response) => {
    serve(deps, request, response).catch((error: unknown) => {
      // A fault of the stub itself: say so instead of leaving the caller waiting.
      send(response, errorReply(500, "UNKNOWN_EXCEPTION", `stub org: ${String(error)}`));
    });
  });
}

async function serve(
  deps: OrgServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { own, other } = deps.urls();
  const url = new URL(request.url ?? "/", own);
  const body = await readBody(request);
  const method = request.method ?? "GET";
  const kind = kindOfRequest(method, url);
  const call: LoggedCall = {
    ...{ method, kind, status: undefined },
    path: url.pathname,
    soql: carriedSoql(url, body),
    callOptions: request.headers["sforce-call-options"]?.toString(),
  };
  deps.logCall(call);
  response.on("finish", () => {
    call.status = response.statusCode;
  });
  const fault = deps.takeFault(placeOf(kind, url), readableUrl(url.pathname, url.searchParams));
  const arrived = { method, url, headers: request.headers, body, orgUrl: own };
  const tokenInstanceUrl = fault?.kind === "other-instance" ? other : own;
  await respond({ fault, response }, () =>
    headBytes(request) > MAX_HEAD_BYTES
      ? uriTooLong(414)
      : deps.answer({ ...arrived, tokenInstanceUrl }),
  );
}

async function respond(
  { fault, response }: { readonly fault: Fault | undefined; readonly response: ServerResponse },
  answer: () => WireReply,
): Promise<void> {
  if (fault !== undefined && isAnswering(fault)) {
    send(response, faultReply(fault));
    return;
  }
  switch (fault?.kind) {
    case "hang":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "slow":
      await sleep(fault.delayMs, undefined, { ref: false });
      send(response, answer());
      return;
    case "cut-json":
      send(response, cut(answer()));
      return;
    default:
      send(response, answer());
  }
}

function cut(reply: WireReply): WireReply {
  return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
}

function send(response: ServerResponse, { status, headers, body }: WireReply): void {
  if (!response.headersSent && !response.destroyed) {
    response.writeHead(status, headers).end(body);
  }
}

function placeOf(kind: LoggedCall["kind"], url: URL): FaultPlace {
  if (kind === "token") {
    return "token";
  }
  return url.pathname.startsWith("/services/data/v") ? "api" : "other";
}

function headBytes({ method = "", url = "", rawHeaders }: IncomingMessage): number {
  const requestLine = `${method} ${url} HTTP/1.1\r\n`;
  const separators = rawHeaders.length * 2;
  return Buffer.byteLength(requestLine + rawHeaders.join("")) + separators;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString("utf8");
}
