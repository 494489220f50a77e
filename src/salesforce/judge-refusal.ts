import {
  ApiLimitError,
  OrgAccessError,
  type OrgError,
  OrgUnavailableError,
  QueryRefusedError,
} from "./org-errors.ts";

/** The daily allowance is a rolling 24 hours: seconds would not help. */
export const DAILY_LIMIT_PAUSE_MS = 300_000;
/** Too many long requests at once: that is over soon. */
const CONCURRENT_LIMIT_PAUSE_MS = 5_000;

const BUSY_CODES = new Set([
  "SERVER_UNAVAILABLE",
  "UNABLE_TO_LOCK_ROW",
  "QUERY_TIMEOUT",
  // A 404 without a word of Salesforce comes from something in between, such as a proxy that lost its way.
  "HTTP_404",
]);
const BUSY_STATUSES = new Set([408, 420, 429]);
const ACCESS_CODE = /^(INSUFFICIENT_ACCESS|API_DISABLED|API_CURRENTLY_DISABLED|INVALID_SESSION)/;

/** One request, or one part of a composite request, that the org did not fulfil. */
export interface Refusal {
  readonly status: number;
  /** Salesforce's error code, such as INVALID_FIELD; HTTP_503 when the answer had none. */
  readonly code: string;
  /** Salesforce's own text; used to tell kinds apart, never shown. */
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/**
 * Says what a refusal means for the work: later with or without a pause, or never.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
 */
export function judgeRefusal(org: string, refusal: Refusal): OrgError {
  const { code, status, retryAfterMs } = refusal;
  if (code === "REQUEST_LIMIT_EXCEEDED") {
    return limitError(org, refusal);
  }
  if (BUSY_CODES.has(code) || BUSY_STATUSES.has(status) || status >= 500) {
    return new OrgUnavailableError(org, { detail: `it answered ${status} ${code}`, retryAfterMs });
  }
  if (ACCESS_CODE.test(code) || status === 401 || status === 403) {
    return new OrgAccessError(org, { detail: `it answered ${status} ${code}` });
  }
  return new QueryRefusedError(org, code);
}

/** The day's allowance and the number of long requests at once have one code; only the text tells them apart. */
function limitError(org: string, { code, message, retryAfterMs }: Refusal): OrgError {
  return /concurrent/i.test(message)
    ? new OrgUnavailableError(org, {
        detail: "it has too many long requests at once",
        retryAfterMs: retryAfterMs ?? CONCURRENT_LIMIT_PAUSE_MS,
      })
    : new ApiLimitError(org, { detail: code, retryAfterMs: retryAfterMs ?? DAILY_LIMIT_PAUSE_MS });
}
