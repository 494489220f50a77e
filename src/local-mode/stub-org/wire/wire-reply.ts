/** What goes onto the wire. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers with JSON; undefined makes an empty body. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  return {
    status,
    headers: { "content-type": "application/json;charset=UTF-8", ...headers },
    body: body === undefined ? "" : JSON.stringify(body),
  };
}

/** Answers with a page. */
export function htmlReply(status: number, title: string, text: string): WireReply {
  return {
    status,
    headers: { "content-type": "text/html;charset=UTF-8" },
    body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`,
  };
}

/** Answers with one error in Salesforce's array form. */
export function errorReply(status: number, errorCode: string, message: string): WireReply {
  return jsonReply(status, [{ message, errorCode }]);
}

/** The answer to a token that is worth nothing, or no longer. */
export const SESSION_EXPIRED: WireReply = errorReply(
  401,
  "INVALID_SESSION_ID",
  "Session expired or invalid",
);

/** The answer when the day's calls are used up. */
export const DAILY_LIMIT_REACHED: WireReply = errorReply(
  403,
  "REQUEST_LIMIT_EXCEEDED",
  "TotalRequests Limit exceeded.",
);

/** Answers an address that is too long for the server. */
export function uriTooLong(status: 414 | 431): WireReply {
  return status === 414
    ? htmlReply(414, "URI Too Long", "The requested URI is too long.")
    : htmlReply(431, "Request Header Fields Too Large", "The request header is too large.");
}
