import { byVisit, newestOf, visitKey } from "../load/expected.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";

/** I1: whatever was acknowledged stands on its visit's timeline, and the newest of it is what the bridge says. */
export function checkAcked({ book, records }: Evidence): Verdict {
  const acked = book.acked();
  const lost = acked.flatMap(({ visit, version }) => {
    const timeline = records.get(visitKey(visit))?.timeline ?? [];
    return timeline.some(({ eventId }) => eventId === version.eventId)
      ? []
      : [`${version.eventId} was acknowledged and is nowhere`];
  });
  const wrong = [...byVisit(book.events())].flatMap(([key, events]) => {
    const newest = newestOf(events);
    // What was never acknowledged may be known all the same: its answer was lost, not the event.
    const isCertain = events.every(({ ackedAtMs }) => ackedAtMs !== undefined);
    const record = records.get(key);
    if (newest === undefined || record === undefined || !isCertain) {
      return [];
    }
    const isSame =
      record.status === newest.version.status &&
      Date.parse(record.startAt ?? "") === newest.version.startAtMs &&
      record.reps[0]?.userId === newest.version.userId;
    return isSame ? [] : [`${key} is not what ${newest.version.eventId} says`];
  });
  return verdictOf("I1", acked.length, [...lost, ...wrong]);
}
