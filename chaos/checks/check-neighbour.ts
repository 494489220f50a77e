import { spreadOf } from "../../bench/statistics.ts";
import { byVisit, type ExpectedPrompt, expectedPrompts, newestOf } from "../load/expected.ts";
import type { Arrival } from "../world/sink.ts";
import { BRAVO } from "../world/tenants.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";

/** The 99th percentile of the other tenant's lateness must stay below this. */
const NEIGHBOUR_BOUND_MS = 3_000;

/** I5: a fault of one tenant never moves the other's p99 beyond the bound; one that hits both may cost its own length. */
export function checkNeighbour(evidence: Evidence): Verdict {
  const { terms, factor } = evidence;
  const lateMs = latenessOf(evidence, BRAVO.name);
  const p99Ms = Math.round(spreadOf(lateMs).p99);
  const boundMs = Math.round((NEIGHBOUR_BOUND_MS + terms.outageMs) * factor);
  const isUnproved = lateMs.length === 0 && isAwaited(evidence, BRAVO.name);
  const verdict = verdictOf("I5", lateMs.length, [
    ...(p99Ms > boundMs ? [`p99 of the other tenant is ${p99Ms} ms, more than ${boundMs} ms`] : []),
    ...(isUnproved
      ? ["nothing of the other tenant came that was known in time: nothing is proved"]
      : []),
  ]);
  return { ...verdict, isUnproved };
}

/** How late each prompt of a tenant came for the first time; only those whose own version was known in time. */
export function latenessOf(
  { book, arrivals, terms }: Evidence,
  connection: string,
): readonly number[] {
  const known = new Set(
    book.events().flatMap(({ visit, version, ackedAtMs = Infinity }) =>
      expectedPrompts(visit, version)
        .filter(({ dueAtMs }) => ackedAtMs + terms.graceMs <= dueAtMs)
        .map(nameOf),
    ),
  );
  const first = new Map<string, Arrival>();
  for (const one of arrivals) {
    const isCounted = one.connection === connection && known.has(nameOf(one));
    if (isCounted && !first.has(one.promptId)) {
      first.set(one.promptId, one);
    }
  }
  return [...first.values()].map(({ atMs, dueAtMs }) => atMs - dueAtMs);
}

function nameOf({ connection, recordId, userId, action, dueAtMs }: Arrival | ExpectedPrompt) {
  return [connection, recordId, userId, action, dueAtMs].join(" ");
}

/** Whether anything of a tenant had to come by now; by chance all its visits may be canceled. */
function isAwaited({ book, nowMs }: Evidence, connection: string): boolean {
  return [...byVisit(book.events()).values()].some((events) => {
    const newest = newestOf(events);
    return (
      newest?.visit.connection === connection &&
      expectedPrompts(newest.visit, newest.version).some(({ dueAtMs }) => dueAtMs <= nowMs)
    );
  });
}
