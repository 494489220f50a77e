const TIMEOUT_MS = 10_000;

/** The server said no, or nothing answered at all (`status` 0); the message is for the rep. */
export class ApiError extends Error {
  name = "ApiError";

  constructor(status, answer, options) {
    super(wordsFor(status, answer), options);
    this.status = status;
    /** Ways to sign in, where the answer named some. */
    this.signIn = answer.signIn ?? [];
  }
}

/**
 * Calls the bridge and reads its answer; an answer without a body is an empty object.
 *
 * @throws {ApiError} for every ending but success.
 */
export async function api(path, { method = "GET", body } = {}) {
  const isChange = method !== "GET";
  const response = await reach(`/rep/api${path}`, {
    method,
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(isChange
      ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) }
      : {}),
  });
  const answer = await readAnswer(response);
  if (!response.ok) {
    throw new ApiError(response.status, answer);
  }
  return answer;
}

/** One part of a path, whatever it holds. */
export function part(text) {
  return encodeURIComponent(text);
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (cause) {
    throw noAnswer(cause);
  }
}

async function readAnswer(response) {
  try {
    return response.status === 204 ? {} : await response.json();
  } catch (cause) {
    // Something in between answered, a proxy for example: its status has to do.
    return response.ok ? Promise.reject(noAnswer(cause)) : {};
  }
}

function noAnswer(cause) {
  return new ApiError(0, {}, { cause });
}

const WORDS = {
  0: "No answer. Check your connection, then try again.",
  401: "You are signed out on this device.",
  403: "The bridge refused this. Open the page from its own address and try again.",
  404: "This is not there any more.",
  413: "That is longer than the bridge takes. Shorten it, then try again.",
  429: "Too many tries. Wait a few minutes, then try again.",
};

function wordsFor(status, { error }) {
  if (status === 400) {
    const reasons = error?.issues?.map(({ message }) => message).join("; ");
    return `The bridge did not accept this: ${reasons ?? error?.message ?? "unknown reason"}`;
  }
  return WORDS[status] ?? `The bridge has a problem (${status}). Try again in a minute.`;
}
