import type { Drill } from "./drill.ts";
import type { WorldOptions } from "./world/world.ts";

/** One fault as a row of the table: what breaks, under which load, how, and what must come of it. */
export interface Scenario {
  readonly name: string;
  /** Their numbers in the list of faults in docs/reliability.md. */
  readonly faults: readonly number[];
  readonly fault: string;
  readonly load: string;
  readonly injection: string;
  readonly recovery: string;
  /** Belongs to the short selection of `--quick`. */
  readonly isQuick?: boolean;
  /** Says why this machine cannot make the fault; undefined when it can. */
  readonly cannot?: () => string | undefined;
  readonly world?: WorldOptions;
  readonly run: (drill: Drill) => Promise<void>;
}
