import { Agent, type Dispatcher, request } from "undici";
import { errorCode } from "../error-code.ts";
import { type AddressGuard, AddressRefusedError } from "./address-guard.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 5_500;
const BODY_TIMEOUT_MS = 2_000;
/** As much of an answer's body is read at most: for who asked for it, or so that the connection can be kept. */
const ANSWER_BYTES = 16_384;

/** No prompt waits longer; a wrong header must not make a time that no queue can hold. */
const LONGEST_PAUSE_MS = 86_400_000;

/** What a POST came back with; a connection that failed is an answer, too. */
export type PostAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly retryAfterMs?: number;
      /** The beginning of the body, up to 16 KiB; only where `wantsBody` asked for it. */
      readonly body?: string;
    }
  | { readonly kind: "unreachable"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string };

/** One outgoing request. */
export interface OutgoingPost {
  /** POST unless said otherwise. */
  readonly method?: "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Whether the answer's body says more than its status. */
  readonly wantsBody?: boolean;
}

/** Posts to addresses that reps and operators gave us. */
export interface Poster {
  post(outgoing: OutgoingPost): Promise<PostAnswer>;
  close(): Promise<void>;
  /** Cuts what is under way; it counts as unreachable, to be tried again. */
  abort(): Promise<void>;
}

/**
 * Makes a poster behind the address guard: kept connections, no redirects, bounded times and answers.
 *
 * `ca`, a certificate in PEM, is trusted in place of the usual authorities.
 */
export function createPoster(guard: AddressGuard, ca?: string): Poster {
  const trust = ca === undefined ? {} : { ca };
  const agent = new Agent({
    connect: { lookup: guard.lookup, timeout: CONNECT_TIMEOUT_MS, ...trust },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    keepAliveTimeout: 30_000,
  });
  return {
    post: (outgoing) => post(outgoing, { guard, agent }),
    close: () => agent.close(),
    abort: () => agent.destroy(),
  };
}

interface PostDeps {
  readonly guard: AddressGuard;
  readonly agent: Agent;
}

async function post(outgoing: OutgoingPost, { guard, agent }: PostDeps): Promise<PostAnswer> {
  try {
    guard.checkUrl(new URL(outgoing.url));
    const { statusCode, headers, body } = await request(outgoing.url, {
      method: outgoing.method ?? "POST",
      headers: outgoing.headers,
      body: outgoing.body,
      dispatcher: agent,
    });
    const text = outgoing.wantsBody === true ? await readText(body) : await readAway(body);
    const retryAfterMs = readRetryAfter(headers["retry-after"]);
    return {
      kind: "answered",
      status: statusCode,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(text === undefined ? {} : { body: text }),
    };
  } catch (error) {
    return failureOf(error);
  }
}

/** The status is the answer: a body that breaks off, or never ends, does not take it back. */
async function readAway(body: Dispatcher.ResponseData["body"]): Promise<undefined> {
  try {
    await body.dump({ limit: ANSWER_BYTES, signal: AbortSignal.timeout(BODY_TIMEOUT_MS) });
  } catch {
    body.destroy();
  }
}

/** Reads what comes within the bounds; what broke off is handed over as far as it came. */
async function readText(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), BODY_TIMEOUT_MS);
  try {
    for await (const chunk of body) {
      const part = Buffer.from(chunk);
      chunks.push(part);
      bytes += part.length;
      if (bytes >= ANSWER_BYTES) {
        break;
      }
    }
  } catch {
    body.destroy();
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString("utf8");
}

function failureOf(error: unknown): PostAnswer {
  if (error instanceof AddressRefusedError) {
    return { kind: "refused", detail: error.message };
  }
  // Error texts of the network layer name hosts and ports; its codes do not.
  return { kind: "unreachable", detail: errorCode(error) ?? "NETWORK_ERROR" };
}

/** Reads `Retry-After`: seconds, or an HTTP date. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) {
    return undefined;
  }
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_PAUSE_MS);
}
