import type { Arrival } from "../world/sink.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";

/**
 * I2: at most one effective push per visit, kind and version.
 *
 * A double call carries the id of the first, by which a provider collapses it; everything is genuine.
 */
export function checkOnce({ arrivals }: Evidence): Verdict {
  const ids = new Map<string, Set<string>>();
  for (const one of arrivals) {
    const key = `${one.path} ${one.recordId} ${one.action} ${one.dueAtMs}`;
    ids.set(key, (ids.get(key) ?? new Set()).add(one.webhookId));
  }
  const doubled = [...ids].flatMap(([key, found]) =>
    found.size > 1 ? [`${key} came as ${[...found].join(" and ")}`] : [],
  );
  const forged = arrivals.filter(({ isGenuine }) => !isGenuine).map(described);
  return verdictOf("I2", ids.size, [...doubled, ...forged]);
}

function described({ recordId, action }: Arrival): string {
  return `the signature of ${action} for ${recordId} is wrong`;
}
