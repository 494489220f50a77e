import { groupBy } from "../../src/siro/group-by.ts";
import type { ParkedLine } from "../world/operator.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";
import type { HandedBack } from "./hand-back.ts";

/** I7: what was given up says why, is exactly what had to be, and can be handed back. */
export function checkParked({ parked, handedBack, terms }: Evidence): Verdict {
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
  const stuck = handedBack === undefined ? [] : findStuck(parked, handedBack);
  const looked = parked.length + (handedBack?.length ?? 0);
  return verdictOf("I7", looked, [...unsaid, ...uncounted, ...stuck]);
}

/** Handed back, it is done or parked for the same reason; only what this version cannot read is refused. */
function findStuck(
  parked: readonly ParkedLine[],
  handedBack: readonly HandedBack[],
): readonly string[] {
  const unreadable = new Set(
    parked.filter(({ kind }) => kind === "unreadable").map(({ id }) => id),
  );
  const stuck = handedBack.flatMap(({ id, reason, outcome }) =>
    outcome === "left" ||
    outcome === "parked again" ||
    (outcome === "refused" && unreadable.has(id))
      ? []
      : [`${id}, parked as ${reason}, was handed back: ${outcome}`],
  );
  const tried = new Set(handedBack.map(({ reason }) => reason));
  const untried = [...new Set(parked.map(({ reason }) => reason))].flatMap((reason) =>
    tried.has(reason) ? [] : [`nothing that is parked as ${reason} was handed back`],
  );
  return [...stuck, ...untried];
}
