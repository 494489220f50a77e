/** What the API refused, with its code: a heading of the page of failures. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  /** What has to be mended in what was sent, place by place. */
  readonly issues: readonly ApiIssue[];

  constructor(message: string, { code, issues = [], ...options }: ErrorOptions & Refusal) {
    super(message, options);
    this.code = code;
    this.issues = issues;
  }
}

/** One thing that is wrong with what was sent. */
export interface ApiIssue {
  readonly path: string;
  readonly message: string;
}

interface Refusal {
  readonly code: string;
  readonly issues?: readonly ApiIssue[];
}

/** How a call differs from reading. */
export interface CallOptions {
  readonly method?: "POST" | "DELETE";
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/**
 * Makes one call of the operators' API; `path` begins after `/admin/api`.
 *
 * When the session is over, the address is loaded anew: the bridge answers with the form and leads back here.
 *
 * @throws {ApiError} when the bridge refuses or cannot be reached.
 */
export async function callApi<Answer>(path: string, options: CallOptions = {}): Promise<Answer> {
  const { method = "GET", body, signal } = options;
  const response = await reach(path, {
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (response.status === 401) {
    location.reload();
    return new Promise(() => undefined);
  }
  return response.ok ? answerOf(response) : refuse(response);
}

/** A path made of parts that may hold anything. */
export function apiPath(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

/** The error as a person can read it. */
export function errorOf(thrown: unknown): ApiError {
  return thrown instanceof ApiError
    ? thrown
    : new ApiError("Something unforeseen went wrong on this page", {
        code: "INTERNAL",
        cause: thrown,
      });
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`/admin/api${path}`, init);
  } catch (error) {
    const message = "The bridge cannot be reached. It may be restarting, or you are offline.";
    throw new ApiError(message, { code: "UNREACHABLE", cause: error });
  }
}

async function answerOf(response: Response) {
  return response.status === 204 ? undefined : response.json();
}

async function refuse(response: Response): Promise<never> {
  let refusal: { error?: Partial<Refusal> & { message?: string } } = {};
  try {
    refusal = await response.json();
  } catch {
    // A proxy in between answers with a page of its own.
  }
  const {
    code = "INTERNAL",
    message = `The bridge answered ${response.status}`,
    issues = [],
  } = refusal.error ?? {};
  throw new ApiError(message, { code, issues });
}
