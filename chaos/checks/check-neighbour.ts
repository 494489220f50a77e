import { spreadOf } from "../../bench/statistics.ts";
import type { Arrival } from "../world/sink.ts";
import { BRAVO } from "../world/tenants.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";
import { strictVisits } from "./strict-visits.ts";

/** The 99th percentile of the other tenant's lateness must stay below this. */
const NEIGHBOUR_BOUND_MS = 3_000;

/** I5: a fault of one tenant never moves the other's p99 beyond the bound; one that hits both may cost its own length. */
export function checkNeighbour(evidence: Evidence): Verdict {
  const { terms, factor } = evidence;
  const lateMs = latenessOf(evidence, BRAVO.name);
  const p99Ms = Math.round(spreadOf(lateMs).p99);
  const boundMs = Math.round((NEIGHBOUR_BOUND_MS + terms.outageMs) * factor);
  const findings =
    p99Ms > boundMs ? [`p99 of the other tenant is ${p99Ms} ms, more than ${boundMs} ms`] : [];
  return verdictOf("I5", lateMs.length, findings);
}

/** How late each prompt of a tenant came for the first time; only those that were known in time. */
export function latenessOf(evidence: Evidence, connection: string): readonly number[] {
  const known = new Set(strictVisits(evidence).strict.map(({ key }) => key));
  const first = new Map<string, Arrival>();
  for (const one of evidence.arrivals) {
    const isCounted = one.connection === connection && known.has(`${connection}/${one.recordId}`);
    if (isCounted && !first.has(one.promptId)) {
      first.set(one.promptId, one);
    }
  }
  return [...first.values()].map(({ atMs, dueAtMs }) => atMs - dueAtMs);
}
