/** A link as Siro's app reported it, taken apart. */
export interface SeenLink {
  readonly action?: string;
  /** The CRM's ids in it, in their canonical form. */
  readonly objectIds: readonly string[];
}

/** Takes a reported link apart; undefined when it is none of Siro's recording links. */
export type ReadSeenLink = (fullUrl: string) => SeenLink | undefined;
