/** Something that goes wrong with a call. */
export type Fault =
  /** 401 INVALID_SESSION_ID, however good the token is. */
  | { readonly kind: "session-expired" }
  /** 403 REQUEST_LIMIT_EXCEEDED: no calls left today. */
  | { readonly kind: "daily-limit" }
  /** REQUEST_LIMIT_EXCEEDED: too many long calls at once; 403 unless said otherwise. */
  | { readonly kind: "concurrent-limit"; readonly status?: 403 | 429 | 503 }
  /** Any error in Salesforce's array form. */
  | ApiErrorFault
  /** The same, for one sub-request of a composite; its path is tested against the sub-request's URL. */
  | (Omit<ApiErrorFault, "kind"> & { readonly kind: "sub-request-error" })
  /** An error of the token endpoint. */
  | {
      readonly kind: "oauth-error";
      readonly error: string;
      readonly description: string;
      readonly status?: number;
    }
  | { readonly kind: "uri-too-long"; readonly status: 414 | 431 }
  | { readonly kind: "too-many-requests"; readonly retryAfterSeconds: number }
  /** 503 SERVER_UNAVAILABLE as JSON. */
  | { readonly kind: "unavailable-json" }
  /** 503 with a page, as while the instance is down for maintenance. */
  | { readonly kind: "unavailable-html" }
  /** 200 with a page: a login form in the way. */
  | { readonly kind: "html" }
  /** The right answer, half of it. */
  | { readonly kind: "cut-json" }
  /** The right answer, late. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** No answer at all; the connection stays open. */
  | { readonly kind: "hang" }
  /** The connection is reset. */
  | { readonly kind: "reset" }
  /** The token answer names the other instance; the token counts there only. */
  | { readonly kind: "other-instance" };

interface ApiErrorFault {
  readonly kind: "api-error";
  readonly status: number;
  readonly errorCode: string;
  readonly message?: string;
}

/** How often a fault strikes, and where. */
export interface FaultAim {
  /** 1 unless said otherwise. */
  readonly times?: number | "forever";
  /**
   * A piece or pattern of the decoded path with its query. Without it a fault strikes the calls of its kind:
   * token requests, sub-requests, or API calls with a session.
   */
  readonly path?: string | RegExp;
}

/** A fault that was injected. */
export interface InjectedFault {
  /** How often it struck. */
  readonly hits: number;
  clear(): void;
}

/** Makes things go wrong. */
export interface Faults {
  inject(fault: Fault, aim?: FaultAim): InjectedFault;
  clear(): void;
}

/** Where a fault can strike. */
export type FaultPlace = "token" | "api" | "sub-request" | "other";

/** Gives the fault that strikes at a place, and counts the hit. */
export type TakeFault = (place: FaultPlace, url: string) => Fault | undefined;

interface ArmedFault {
  readonly fault: Fault;
  readonly aim: FaultAim;
  left: number;
  hits: number;
}

const HOME: Readonly<Partial<Record<Fault["kind"], FaultPlace>>> = {
  "oauth-error": "token",
  "other-instance": "token",
  "sub-request-error": "sub-request",
};

/** Makes a set of faults; among several that fit, the first injected strikes. */
export function createFaults(): { readonly faults: Faults; readonly take: TakeFault } {
  const armed = new Set<ArmedFault>();
  return {
    faults: {
      inject: (fault, aim = {}) => {
        const left = aim.times === "forever" ? Number.POSITIVE_INFINITY : (aim.times ?? 1);
        const one: ArmedFault = { fault, aim, left, hits: 0 };
        armed.add(one);
        return {
          get hits() {
            return one.hits;
          },
          clear: () => {
            armed.delete(one);
          },
        };
      },
      clear: () => armed.clear(),
    },
    take: (place, url) => {
      const striking = [...armed].find((one) => one.left > 0 && strikes(one, place, url));
      if (striking !== undefined) {
        striking.left -= 1;
        striking.hits += 1;
      }
      return striking?.fault;
    },
  };
}

function strikes({ fault, aim }: ArmedFault, place: FaultPlace, url: string): boolean {
  const home = HOME[fault.kind];
  if (home === "sub-request" || place === "sub-request") {
    return home === place && fitsPath(aim.path, url);
  }
  return aim.path === undefined ? place === (home ?? "api") : fitsPath(aim.path, url);
}

function fitsPath(path: string | RegExp | undefined, url: string): boolean {
  if (path === undefined) {
    return true;
  }
  return typeof path === "string" ? url.includes(path) : url.search(path) >= 0;
}
