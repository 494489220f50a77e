import { z } from "zod";
import type { Refusal } from "./judge-refusal.ts";
import type { OrgReply } from "./org-call.ts";

const errorsSchema = z
  .array(z.object({ errorCode: z.string(), message: z.string().default("") }))
  .min(1);

/** Whatever the org, or a proxy before it, asks for: a wrong header must not silence a connection for good. */
const LONGEST_PAUSE_MS = 86_400_000;

/** Reads the body as JSON whatever its content type; undefined when it is none. */
export function readJson(reply: OrgReply): unknown {
  try {
    return JSON.parse(reply.body);
  } catch {
    return undefined;
  }
}

/** Reads `Retry-After`, as seconds or as a date against the org's own clock; undefined when there is none. */
export function retryAfterMsOf({ headers }: OrgReply): number | undefined {
  const text = headers["retry-after"]?.trim();
  if (text === undefined) {
    return undefined;
  }
  const sentAtMs = Date.parse(headers["date"] ?? "");
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - sentAtMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_PAUSE_MS);
}

/**
 * Reads why something was not fulfilled.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm an array of errors
 */
export function readRefusal(status: number, body: unknown): Refusal {
  const errors = errorsSchema.safeParse(body);
  const first = errors.success ? errors.data[0] : undefined;
  return { status, code: first?.errorCode ?? `HTTP_${status}`, message: first?.message ?? "" };
}
