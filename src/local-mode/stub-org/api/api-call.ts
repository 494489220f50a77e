/** One call of the REST API, or one sub-request of a composite. */
export interface ApiCall {
  readonly method: string;
  /** Below the version: `/query`, `/sobjects/Account/001…`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** As in the path: `66.0`. */
  readonly version: string;
  /** The parsed JSON; undefined without a body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The answer to a call; without a body the answer is empty. */
export interface ApiReply {
  readonly status: number;
  readonly body?: unknown;
}

/** Where the resources of a version live. */
export function versionPath(version: string): string {
  return `/services/data/v${version}`;
}

/** Splits the path of an API call; undefined for anything that is none. */
export function splitApiPath(pathname: string): { version: string; path: string } | undefined {
  const [, version, path = ""] = /^\/services\/data\/v(\d+\.\d)(\/.*)?$/.exec(pathname) ?? [];
  return version === undefined ? undefined : { version, path: path.replace(/\/$/, "") };
}
