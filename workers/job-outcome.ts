import type { ParkedWork } from "../src/domain/parked.ts";

/** What a worker adapter tells the queue about its job. */
export type JobOutcome =
  | { readonly kind: "done"; readonly note: Readonly<Record<string, unknown>> }
  | { readonly kind: "later"; readonly afterMs: number }
  | ParkOutcome;

/** The job ends here, and an operator has to look. */
export interface ParkOutcome {
  readonly kind: "park";
  readonly connection: string;
  readonly reason: string;
  readonly detail: string;
  readonly work: ParkedWork;
  readonly recordType?: string;
  readonly recordId?: string;
}
