import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { errorCode } from "../error-code.ts";
import { NoReplyError, type OrgReply } from "./org-call.ts";

/** Tokens and profiles are a few kilobytes. */
const MOST_ANSWER_BYTES = 65_536;

/** One request to an OAuth endpoint: a form makes it a POST. */
export interface OAuthCall {
  readonly url: URL;
  readonly form?: Readonly<Record<string, string>>;
  readonly accessToken?: string;
  /** The caller's own, unless said otherwise. */
  readonly timeoutMs?: number;
}

/** Calls OAuth endpoints on a connection of its own. */
export interface OAuthCaller {
  /**
   * Makes one call: no retry, no redirect, a bounded answer.
   *
   * @throws {NoReplyError} when no whole answer came in time; it carries no cause, whose text could quote a token.
   */
  call(call: OAuthCall): Promise<OrgReply>;
  close(): Promise<void>;
}

/** Opens a caller; close it when the sign-in is done. */
export function openOAuthCaller(timeoutMs: number): OAuthCaller {
  const options = { maxResponseSize: MOST_ANSWER_BYTES };
  // Like every call to an org by way of the environment's proxy; plain http is a stub on this machine.
  const agents = { "https:": new EnvHttpProxyAgent(options), "http:": new Agent(options) };
  return {
    call: async (call) => {
      const waitMs = call.timeoutMs ?? timeoutMs;
      try {
        const dispatcher = call.url.protocol === "http:" ? agents["http:"] : agents["https:"];
        const signal = AbortSignal.timeout(waitMs);
        return await readWhole(await request(call.url, { ...optionsOf(call), dispatcher, signal }));
      } catch (error) {
        const failure = failureOf(error, waitMs);
        throw failure;
      }
    },
    close: async () => {
      await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
    },
  };
}

function optionsOf({ form, accessToken }: OAuthCall) {
  const headers = {
    accept: "application/json",
    ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
  };
  return form === undefined
    ? { method: "GET", headers }
    : {
        method: "POST",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(form).toString(),
      };
}

async function readWhole({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<OrgReply> {
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { statusCode, headers: Object.fromEntries(single), body: await body.text() };
}

function failureOf(error: unknown, timeoutMs: number): NoReplyError {
  return error instanceof Error && error.name === "TimeoutError"
    ? new NoReplyError("timeout", { detail: `no answer within ${timeoutMs} ms` })
    : new NoReplyError("unreachable", { detail: errorCode(error) ?? "no connection" });
}
