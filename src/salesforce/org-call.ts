import { Connection } from "jsforce/lib/core.js";
import { HttpApi } from "jsforce/lib/http-api.js";
import { z } from "zod";
import { errorCode } from "../error-code.ts";
import { CLIENT_NAME } from "./client-name.ts";

/** The API version every call is made against. */
export const API_VERSION = "66.0";

/** One HTTP request to the org. */
export interface OrgCall {
  readonly instanceUrl: string;
  /** Absent for the sign-in itself. */
  readonly accessToken?: string;
  readonly method: "GET" | "POST" | "PATCH";
  /** From the root: `/services/…`. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
  readonly timeoutMs: number;
}

const replySchema = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/** What came back, whatever its status; header names in lower case. */
export type OrgReply = Readonly<z.infer<typeof replySchema>>;

/** The call ended without an answer; the text names no host and no content. */
export class NoReplyError extends Error {
  override readonly name = "NoReplyError";
  /** Whether there was no connection, or one on which nothing (more) came. */
  readonly kind: "unreachable" | "timeout";

  constructor(kind: "unreachable" | "timeout", options: NoReplyOptions) {
    super(options.detail, options);
    this.kind = kind;
  }
}

interface NoReplyOptions extends ErrorOptions {
  readonly detail: string;
}

/** Says in plain words why a call has no answer. */
export function noReplyText(error: unknown): string {
  return error instanceof NoReplyError ? error.message : "the answer is unreadable";
}

/**
 * Makes one call through jsforce and gives back its raw answer: no retry, no refresh, no redirect.
 *
 * jsforce would renew a refused session without end, replay on the instance it came from and hide
 * `Retry-After`; so it is given no way to refresh, and the caller decides by the answer.
 *
 * @throws {NoReplyError} when no whole answer came within `timeoutMs`.
 */
export async function callOrg(call: OrgCall): Promise<OrgReply> {
  const { instanceUrl, accessToken, timeoutMs } = call;
  const connection = new Connection({
    instanceUrl,
    version: API_VERSION,
    // The call option travels as `Sforce-Call-Options: client=siro-bridge`.
    ...(accessToken === undefined ? {} : { accessToken, callOptions: { client: CLIENT_NAME } }),
  });
  const api = new HttpApi(connection, {
    timeout: timeoutMs,
    retry: { maxRetries: 0 },
    followRedirect: false,
    // jsforce would ask the environment's proxy even for a stub on this machine.
    ...(isOnThisMachine(instanceUrl) ? { httpProxy: undefined } : {}),
  });
  let reply: unknown;
  api.once("response", (response: unknown) => {
    reply = response;
  });
  try {
    await within(timeoutMs, api.request(requestOf(call)));
  } catch (error) {
    // jsforce throws for every status from 400; what counts is whether there was an answer.
    if (reply === undefined) {
      throw noReply(error, timeoutMs);
    }
  }
  return replySchema.parse(reply);
}

function isOnThisMachine(url: string): boolean {
  return ["127.0.0.1", "localhost"].includes(new URL(url).hostname);
}

function requestOf({ instanceUrl, method, path, body }: OrgCall) {
  const url = `${instanceUrl.replace(/\/$/, "")}${path}`;
  return body === undefined
    ? { method, url }
    : { method, url, body: body.text, headers: { "content-type": body.type } };
}

/** jsforce's own timeout ends with the headers: a body that stops half-way would be waited for without end. */
async function within(timeoutMs: number, answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(noReply(undefined, timeoutMs));
    }, timeoutMs);
  });
  try {
    await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function noReply(cause: unknown, timeoutMs: number): NoReplyError {
  if (cause instanceof NoReplyError) {
    return cause;
  }
  // jsforce's own timeout is an abort whose text names ten minutes, whatever was set.
  return cause === undefined || nameOf(cause) === "AbortError"
    ? new NoReplyError("timeout", { detail: `no answer within ${timeoutMs} ms` })
    : new NoReplyError("unreachable", { detail: errorCode(cause) ?? "no connection", cause });
}

function nameOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "name" in error ? error.name : undefined;
}
