/** Work the bridge gave up on. */
export interface ParkedEntry {
  readonly id: string;
  readonly connection: string;
  readonly reason: string;
  readonly detail: string;
  readonly recordType: string | null;
  readonly recordId: string | null;
  readonly kind: string;
  readonly firstParkedAt: string;
  readonly lastParkedAt: string;
}

/** How much is parked for one reason. */
export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** Parked work with what is inside: personal values hidden, or all of it where somebody asked for that. */
export interface ParkedWork extends ParkedEntry {
  readonly work: unknown;
  readonly isWhole: boolean;
  readonly isReplayable: boolean;
  readonly isEditable: boolean;
  readonly whyNotEditable: string | null;
  /** The event as it was sent; told only in full, and only where it can be edited. */
  readonly event?: object | null;
}

/** How far a replay of many entries has come. */
export interface ReplayProgress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly state: string;
}
