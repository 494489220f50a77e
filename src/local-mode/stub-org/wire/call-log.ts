import type { CallKind } from "../api/route-call.ts";

/** One request that reached the org. */
export interface LoggedCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What signing in takes and `versions` count as no API calls; all others do. */
  readonly kind:
    | CallKind
    | "authorize"
    | "token"
    | "revoke"
    | "userinfo"
    | "identity"
    | "versions"
    | "unknown";
  /** Every SOQL it carried, sub-requests included, as readable text. */
  readonly soql: readonly string[];
  /** The caller's options, such as `client=siro-bridge`; an org puts the client into the origin of what it changes. */
  readonly callOptions: string | undefined;
  /** The answer's status; undefined while there is none, or when the connection was cut. */
  status: number | undefined;
}

/** Every request since the start or the last `reset`; of tens of thousands the newest. */
export interface CallLog {
  readonly entries: readonly LoggedCall[];
  /** How many API calls were made: a composite is one, a token none. */
  readonly dataCalls: number;
  /** How many calls of one kind were made. */
  count(kind: LoggedCall["kind"]): number;
  reset(): void;
}

const WITHOUT_SESSION: ReadonlySet<string> = new Set([
  "authorize",
  "token",
  "revoke",
  "userinfo",
  "identity",
  "versions",
  "unknown",
]);

/** A stage that is left on for weeks must not fill its process. */
const MOST_CALLS = 50_000;

/** Makes a log and the way to write into it. */
export function createCallLog(): { readonly log: CallLog; add(call: LoggedCall): void } {
  const entries: LoggedCall[] = [];
  return {
    log: {
      entries,
      get dataCalls() {
        return entries.filter(({ kind }) => !WITHOUT_SESSION.has(kind)).length;
      },
      count: (kind) => entries.filter((one) => one.kind === kind).length,
      reset: () => {
        entries.length = 0;
      },
    },
    add: (call) => {
      if (entries.length >= MOST_CALLS) {
        entries.splice(0, MOST_CALLS / 2);
      }
      entries.push(call);
    },
  };
}
