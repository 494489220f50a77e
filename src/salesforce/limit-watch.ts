/** How much of the org's daily API calls is used, by everyone together. */
export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
  /** `used / limit`: 0 is none, 1 is all. */
  readonly share: number;
}

/** Remembers the newest usage that the org told us. */
export interface LimitWatch {
  /** Reads the `Sforce-Limit-Info` header of one answer. */
  note(header: string | undefined): void;
  /** The newest usage; undefined when the org has not said it lately. */
  usage(): ApiUsage | undefined;
}

/** `per-app-api-usage=` ends like it and counts something else. */
const USAGE = /(?:^|[\s,;])api-usage=(\d+)\/(\d+)/;

/** Later than this a reading says nothing: whoever holds back because of it must look again. */
const FRESH_MS = 300_000;

/**
 * Makes a watch.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
export function createLimitWatch(nowMs: () => number): LimitWatch {
  let newest: { readonly usage: ApiUsage; readonly atMs: number } | undefined;
  return {
    note: (header) => {
      const usage = readUsage(header);
      newest = usage === undefined ? newest : { usage, atMs: nowMs() };
    },
    usage: () =>
      newest !== undefined && nowMs() - newest.atMs < FRESH_MS ? newest.usage : undefined,
  };
}

function readUsage(header: string | undefined): ApiUsage | undefined {
  const [, used, limit] = USAGE.exec(header ?? "") ?? [];
  const [usedCalls, allCalls] = [Number(used), Number(limit)];
  return allCalls > 0
    ? { used: usedCalls, limit: allCalls, share: usedCalls / allCalls }
    : undefined;
}
