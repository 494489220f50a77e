import type { CrmObject } from "../../domain/crm-object.ts";
import { isoInstant } from "../../domain/instant.ts";
import type { Rep } from "../../domain/rep.ts";
import type { Outcome, RuledVisit } from "./ruled-visit.ts";

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  visit: "Would be prompted for",
  held: "Would be held: nobody to prompt",
  off: "Would count as off",
  ignored: "Would be ignored",
  unread: "Could not be read, so its events would be parked",
};

/** Says in plain sentences what other rules make of a record, its prompts apart; the moments are ISO-8601. */
export function tellVisit(before: RuledVisit, after: RuledVisit): readonly string[] {
  return [
    ...tellOutcome(before, after),
    ...(after.outcome === "unread" ? [] : tellContent(before.appointment, after.appointment)),
  ];
}

/** A rep's name, or what else is known. */
export function nameOfRep({ name, email, userId }: Rep): string {
  return name || email || userId;
}

function tellOutcome(before: RuledVisit, after: RuledVisit): readonly string[] {
  const isOther =
    before.outcome !== after.outcome ||
    (after.outcome === "off" && before.appointment.status !== after.appointment.status);
  if (!isOther) {
    return [];
  }
  // Of a visit with prompts the rules are told with its reps and records.
  const why = after.outcome === "visit" ? [] : after.why.filter((one) => !before.why.includes(one));
  return [[OUTCOMES[after.outcome], ...why].join(". ")];
}

function tellContent(
  before: RuledVisit["appointment"],
  after: RuledVisit["appointment"],
): readonly string[] {
  return [
    ...tellMoment("Begins", before.startAtMs, after.startAtMs),
    ...tellMoment("Ends", before.endAtMs, after.endAtMs),
    ...(before.title === after.title ? [] : [`Title: “${before.title}” → “${after.title}”`]),
    ...tellSet("Reps", before.reps.map(nameOfRep), after.reps.map(nameOfRep)),
    ...tellSet("crmObjects", before.crmObjects.map(objectText), after.crmObjects.map(objectText)),
  ];
}

function tellMoment(word: string, wasMs: number, isMs: number): readonly string[] {
  return wasMs === isMs ? [] : [`${word} ${isoInstant(wasMs)} → ${isoInstant(isMs)}`];
}

/** What came in and what fell out; the same in another order is told as that. */
function tellSet(
  word: string,
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const changes = [
    ...after.filter((one) => !before.includes(one)).map((one) => `+ ${one}`),
    ...before.filter((one) => !after.includes(one)).map((one) => `− ${one}`),
  ];
  if (changes.length > 0) {
    return [`${word}: ${changes.join(", ")}`];
  }
  return before.join() === after.join() ? [] : [`${word} in another order: ${after.join(", ")}`];
}

function objectText({ objectType, objectId }: CrmObject): string {
  return `${objectType} ${objectId}`;
}
