import { repSchema } from "../domain/rep.ts";
import type { InstantOrDay } from "./record-fields.ts";
import type { CrewMember } from "./record-rows.ts";

/**
 * Says whether a crew membership holds when a visit begins; both its first and its last day count.
 *
 * A day is a day where the member lives: a visit in the evening is already tomorrow in UTC.
 */
export function isMemberAt(
  { StartDate, EndDate, ServiceResource }: CrewMember,
  startAtMs: number,
): boolean {
  const moment = {
    ms: startAtMs,
    day: dayOf(startAtMs, ServiceResource?.RelatedRecord?.TimeZoneSidKey ?? null),
  };
  const hasBegun = StartDate === null || compare(moment, StartDate) >= 0;
  const isOver = EndDate !== null && compare(moment, EndDate) > 0;
  return hasBegun && !isOver;
}

interface Moment {
  readonly ms: number;
  readonly day: string;
}

function compare(moment: Moment, bound: InstantOrDay): number {
  return bound.kind === "instant"
    ? moment.ms - bound.ms
    : moment.day.localeCompare(bound.day, "en");
}

/** Writes the calendar day as YYYY-MM-DD, which is how Swedes write it too. */
function dayOf(ms: number, zone: string | null): string {
  const { data: timeZone = "UTC" } = repSchema.shape.timeZone.safeParse(zone ?? undefined);
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(ms);
}
