import type { Appointment } from "../../domain/appointment.ts";
import type { Device } from "../../domain/device.ts";
import { planSide, type RepStep } from "./plan-side.ts";
import type { RuledPair, RuledVisit, Rules, TriedLink, WhatIfRooms } from "./ruled-visit.ts";
import { tellLadder } from "./tell-ladder.ts";
import { tellLinks } from "./tell-links.ts";
import { isBegin, tellPrompts } from "./tell-prompts.ts";
import { nameOfRep, tellVisit } from "./tell-visit.ts";

/** Everything that a comparison depends on; read once, the same for both sets of rules. */
export interface Facts {
  readonly rules: Rules;
  /** The visits in question, in the order in which they are shown. */
  readonly pairs: ReadonlyMap<string, RuledPair>;
  /** All that each rep has around them, as it is stored. */
  readonly ofReps: ReadonlyMap<string, readonly Appointment[]>;
  /** Each rep's devices, where the ladder is another one. */
  readonly devices: ReadonlyMap<string, readonly Device[]>;
  readonly nowMs: number;
}

/** What one set of rules would send for one visit. */
export interface Side {
  readonly visit: RuledVisit;
  readonly steps: readonly RepStep[];
  /** By what they ask for. */
  readonly links: ReadonlyMap<string, TriedLink>;
}

/** One visit under both sets of rules. */
export interface Compared {
  readonly verdict: "same" | "different" | "unread";
  readonly sentences: readonly string[];
  readonly before: Side;
  readonly after: Side;
}

/** Compares what two sets of rules would make of each visit. Pure, as far as the given rooms are. */
export function compareVisits(rooms: WhatIfRooms, facts: Facts): readonly Compared[] {
  const before = sidesOf(rooms, facts, "before");
  const after = sidesOf(rooms, facts, "after");
  const tellWaits = ladderTeller(rooms, facts);
  return [...facts.pairs.keys()].flatMap((recordId) => {
    const was = before.get(recordId);
    const is = after.get(recordId);
    return was === undefined || is === undefined ? [] : [compare(was, is, tellWaits)];
  });
}

function compare(
  before: Side,
  after: Side,
  tellWaits: (userId: string) => readonly string[],
): Compared {
  if (before.visit.outcome === "unread") {
    return { verdict: "unread", sentences: before.visit.why, before, after };
  }
  const reps = [...before.visit.appointment.reps, ...after.visit.appointment.reps];
  const nameOf = (userId: string) => {
    const rep = reps.find((one) => one.userId === userId);
    return rep === undefined ? userId : nameOfRep(rep);
  };
  const prompted = new Set(after.steps.map(({ userId }) => userId));
  const sentences = [
    ...tellVisit(before.visit, after.visit),
    ...tellPrompts(before.steps, after.steps, nameOf),
    ...[...prompted].flatMap(tellWaits),
    ...tellLinks(before.links, after.links),
  ];
  return { verdict: sentences.length === 0 ? "same" : "different", sentences, before, after };
}

function sidesOf(
  rooms: WhatIfRooms,
  { rules, pairs, ofReps, nowMs }: Facts,
  side: keyof RuledPair,
): ReadonlyMap<string, Side> {
  const visits = new Map([...pairs].map(([recordId, pair]) => [recordId, pair[side]]));
  const planned = planSide(rooms.plan, { rules: rules[side], visits, ofReps, nowMs });
  return new Map(
    [...visits].map(([recordId, visit]) => {
      const steps = planned.get(recordId) ?? [];
      return [recordId, { visit, steps, links: linksOf(rooms, rules[side], steps) }];
    }),
  );
}

/** A link is the same for every rep of a visit: only its token is not. */
function linksOf(
  { tryLink }: WhatIfRooms,
  rules: Rules["before"],
  steps: readonly RepStep[],
): Side["links"] {
  const links = new Map<string, TriedLink>();
  for (const step of steps.toSorted(
    (left, right) => Number(isBegin(right)) - Number(isBegin(left)),
  )) {
    if (!links.has(step.action)) {
      links.set(step.action, tryLink(rules, step));
    }
  }
  return links;
}

function ladderTeller(
  { planDeliveries }: WhatIfRooms,
  { rules, devices }: Facts,
): (userId: string) => readonly string[] {
  const told = new Map(
    [...devices].map(([userId, own]) => [
      userId,
      tellLadder(
        own,
        planDeliveries(own, rules.before.schedule.ladder),
        planDeliveries(own, rules.after.schedule.ladder),
      ),
    ]),
  );
  return (userId) => told.get(userId) ?? [];
}
