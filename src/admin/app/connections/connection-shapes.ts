/** A hold: who placed it, and when. */
export interface Hold {
  readonly by: string;
  readonly since: string;
}

/** One secret that is set; its value is told to nobody. */
export interface SetSecret {
  readonly path: string;
  readonly count: number;
  readonly changedAt: string | null;
}

/** One connection as the list shows it. */
export interface ListedConnection {
  readonly name: string;
  readonly source: "file" | "page";
  readonly hidesStored: boolean;
  readonly organizationId: string | null;
  readonly hasSalesforce: boolean;
  readonly hasSiro: boolean;
  readonly hold: Hold | null;
  readonly problem: string | null;
  readonly changedAt: string | null;
  readonly changedBy: string | null;
  readonly secrets: readonly SetSecret[];
}

/** Settings as JSON holds them. */
export type Settings = Readonly<Record<string, unknown>>;

/** One connection with its settings, without its secrets. */
export interface ConnectionDetail extends ListedConnection {
  readonly settings: Settings;
  readonly revision: string | null;
  readonly addresses: {
    readonly events: string;
    readonly outboundMessages: string;
    readonly siro: string;
  };
}

/** The secrets that the bridge made just now, by their kind; nobody sees them again. */
export type ShownOnce = Readonly<Partial<Record<OwnSecret, string>>>;

/** The kinds of secrets that the bridge makes. */
export type OwnSecret = "webhookSecrets" | "signingSecrets";

/** What a change answers. */
export interface Saved {
  readonly connection: ConnectionDetail;
  readonly shownOnce: ShownOnce;
}

/** One thing that a test found. */
export interface Finding {
  readonly check: string;
  readonly level: "ok" | "warn" | "fail";
  readonly message: string;
  readonly whatToDo?: string;
}
