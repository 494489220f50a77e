import { z } from "zod";
import type { BridgeError } from "../errors.ts";
import type { SiroReply } from "./siro-call.ts";
import {
  SiroAccessError,
  SiroAnswerError,
  SiroLimitError,
  SiroRequestError,
  SiroUnavailableError,
} from "./siro-errors.ts";

/** Siro declares no time to wait; a third of its minute, and not all at the same moment. */
const LIMIT_PAUSE_MS = 20_000;
const LIMIT_PAUSE_SPREAD_MS = 20_000;
/** Whatever Siro or something before it asks for: a wrong header must not silence a connection for days. */
const LONGEST_PAUSE_MS = 3_600_000;

/** A successful body that is none. @see https://docs.siro.ai/specs/openapi-internalApi.json link and unlink */
const errorInPlaceSchema = z.object({ error: z.unknown().refine((error) => Boolean(error)) });

/** What Siro says about a request that does not fit; its `message` may quote values, `path` names fields. */
const misfitSchema = z.object({ issues: z.array(z.unknown()) });
const issueSchema = z.object({ path: z.array(z.unknown()) });
/** No field of ours lies deeper; what comes behind is not looked at. */
const LONGEST_PATH = 20;
const FIELD_PATH = /^[\w.]{1,80}$/;

/** What a reply means for the work. */
export type JudgedReply =
  | { readonly kind: "answered"; readonly body: unknown }
  | { readonly kind: "failed"; readonly error: BridgeError };

/**
 * Says what a reply means: an answer, or a failure to be tried later or never.
 *
 * Only a 2xx with JSON that is no `{error}` counts as an answer. Nothing of the body gets into an error.
 */
export function judgeReply(connection: string, reply: SiroReply): JudgedReply {
  if (reply.status >= 200 && reply.status < 300) {
    return judgeSuccess(connection, readJson(reply.text));
  }
  return { kind: "failed", error: failureOf(connection, reply) };
}

function judgeSuccess(connection: string, body: unknown): JudgedReply {
  if (body === undefined) {
    const error = new SiroUnavailableError(connection, { detail: "it answered with no JSON" });
    return { kind: "failed", error };
  }
  const isErrorInPlace = errorInPlaceSchema.safeParse(body).success;
  return isErrorInPlace
    ? {
        kind: "failed",
        error: new SiroAnswerError(connection, { detail: "an error in place of what was asked" }),
      }
    : { kind: "answered", body };
}

function failureOf(connection: string, reply: SiroReply): BridgeError {
  const { status } = reply;
  const detail = `it answered ${status}`;
  if (status === 429) {
    return new SiroLimitError(connection, {
      detail,
      retryAfterMs:
        retryAfterMs(reply) ?? LIMIT_PAUSE_MS + Math.round(Math.random() * LIMIT_PAUSE_SPREAD_MS),
    });
  }
  if (status === 401 || status === 403) {
    return new SiroAccessError(connection, { detail: `${detail}${blockNote(reply)}` });
  }
  if (status >= 400 && status < 500 && status !== 408) {
    return new SiroRequestError(connection, { detail: `${detail}${misfitNote(reply)}` });
  }
  return new SiroUnavailableError(connection, { detail, retryAfterMs: retryAfterMs(reply) });
}

/** Seen by others: Cloudflare's refusal of a user agent, before Siro itself hears anything. */
function blockNote({ text }: SiroReply): string {
  return /\b1010\b/.test(text) ? " (code 1010: the way out or the user agent is blocked)" : "";
}

function misfitNote({ text }: SiroReply): string {
  const misfit = misfitSchema.safeParse(readJson(text));
  const issue = issueSchema.safeParse(misfit.data?.issues[0]);
  const path = issue.data?.path.slice(0, LONGEST_PATH).filter(isPathPart).join(".") ?? "";
  return FIELD_PATH.test(path) ? ` (${path})` : "";
}

function isPathPart(part: unknown): part is string | number {
  return typeof part === "string" || typeof part === "number";
}

function retryAfterMs({ retryAfter }: SiroReply): number | undefined {
  if (retryAfter === undefined) {
    return undefined;
  }
  const ms = /^\d+$/.test(retryAfter.trim())
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.ceil(Math.min(Math.max(0, ms), LONGEST_PAUSE_MS));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
