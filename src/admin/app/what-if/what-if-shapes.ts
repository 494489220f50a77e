import type { CrmObject, NamedRep } from "../api-shapes.ts";

/** Settings as JSON holds them. */
export type Settings = Readonly<Record<string, unknown>>;

/** The rules of a connection as they are. */
export interface CurrentRules {
  readonly connection: string;
  readonly hasSalesforce: boolean;
  readonly rules: Settings;
}

/** What one set of rules makes of one visit. */
export interface Side {
  readonly outcome: string;
  readonly why: readonly string[];
  readonly status: string;
  readonly startAt: string;
  readonly endAt: string;
  readonly title: string;
  readonly reps: readonly NamedRep[];
  readonly crmObjects: readonly CrmObject[];
  readonly prompts: readonly {
    readonly action: string;
    readonly userId: string;
    readonly dueAt: string;
    readonly expiresAt: string;
  }[];
  readonly links: readonly {
    readonly action: string;
    readonly url: string | null;
    readonly reasons?: string;
    readonly returnsTo: string | null;
  }[];
}

/** One visit under both sets of rules; the sides are told where they differ. */
export interface Compared {
  readonly recordType: string;
  readonly recordId: string;
  readonly title: string;
  readonly startAt: string;
  readonly reps: readonly NamedRep[];
  readonly verdict: "same" | "different" | "unread";
  readonly sentences: readonly string[];
  readonly before?: Side;
  readonly after?: Side;
}

/** What other rules would have made of the last appointments. */
export interface Comparison {
  readonly connection: string;
  readonly asked: number;
  readonly settings: { readonly write: Settings; readonly takeOut: readonly string[] };
  readonly totals: {
    readonly looked: number;
    readonly different: number;
    readonly same: number;
    readonly newlyHeld: number;
    readonly newlyIgnored: number;
    readonly newlyOff: number;
    readonly unread: number;
    readonly apiCalls: number;
  };
  readonly notes: readonly {
    readonly level: "warn" | "plain";
    readonly text: string;
    readonly code?: string;
  }[];
  readonly items: readonly Compared[];
}
