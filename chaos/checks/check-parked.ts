import { groupBy } from "../../src/siro/group-by.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";

/** I7: what was given up says why, is exactly what had to be, and can be handed back. */
export function checkParked({ parked, terms }: Evidence): Verdict {
  const unsaid = parked.flatMap(({ id, reason, detail }) =>
    /^[A-Z][A-Z_]+$/.test(reason) && detail !== "" ? [] : [`${id} does not say why`],
  );
  const found = groupBy(parked, ({ reason }) => reason);
  const reasons = new Set([...found.keys(), ...Object.keys(terms.parked)]);
  const uncounted = [...reasons].flatMap((reason) => {
    const count = found.get(reason)?.length ?? 0;
    const wanted = terms.parked[reason] ?? 0;
    return count === wanted ? [] : [`${count} parked as ${reason}, not ${wanted}`];
  });
  return verdictOf("I7", parked.length, [...unsaid, ...uncounted]);
}
