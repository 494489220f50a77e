import { errorCode } from "../error-code.ts";

const TIMEOUT_MS = 10_000;

/** What came back of one request. */
export type HttpAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** The `Date` header; null without one. */
      readonly date: string | null;
      readonly text: string;
    }
  | { readonly kind: "silent"; readonly reason: string };

/** What is sent; a plain GET when left out. */
export interface HttpCall {
  readonly headers?: Readonly<Record<string, string>>;
  /** With a body it is a POST. */
  readonly body?: string;
  readonly timeoutMs?: number;
}

/** Makes one request and follows no redirect; no answer within ten seconds is an answer, too. */
export async function callHttp(url: string, call: HttpCall = {}): Promise<HttpAnswer> {
  const { headers = {}, body, timeoutMs = TIMEOUT_MS } = call;
  try {
    const reply = await fetch(url, {
      ...(body === undefined ? {} : { method: "POST", body }),
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await reply.text();
    return { kind: "answered", status: reply.status, date: reply.headers.get("date"), text };
  } catch (error) {
    return { kind: "silent", reason: silenceOf(error, timeoutMs) };
  }
}

/** The message of a failed request names hosts and may quote the address, which can hold a secret. */
function silenceOf(error: unknown, timeoutMs: number): string {
  if (propertyOf(error, "name") === "TimeoutError") {
    return `no answer within ${timeoutMs / 1000} s`;
  }
  return errorCode(propertyOf(error, "cause")) ?? "no connection";
}

function propertyOf(value: unknown, name: "name" | "cause"): unknown {
  return typeof value === "object" && value !== null && name in value
    ? Reflect.get(value, name)
    : undefined;
}
