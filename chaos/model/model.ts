import type { Appointment } from "../../src/domain/appointment.ts";
import { type Change, type History, PLACES } from "./history.ts";

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;

/** The world of one history: who and when. */
export interface ModelWorld {
  /** Makes ids that no other history has. */
  readonly tag: string;
  /** The clock at the beginning; visits lie in the twelve hours after it. */
  readonly baseMs: number;
  readonly leadMs: number;
}

/** One change with its place in time. */
export interface DatedChange extends Change {
  readonly number: number;
  readonly occurredAtMs: number;
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** Gives every change its moment; some share a second. */
export function datedChanges({ changes }: History, { baseMs }: ModelWorld): readonly DatedChange[] {
  let occurredAtMs = baseMs - HOUR_MS;
  return changes.map((change, number) => {
    occurredAtMs += change.isSameSecond ? 0 : SECOND_MS;
    const place = PLACES.find(({ visit }) => visit === change.visit);
    const startAtMs = baseMs + ((place?.fromHour ?? 0) + change.slot) * HOUR_MS;
    return { ...change, number, occurredAtMs, startAtMs, endAtMs: startAtMs + HOUR_MS };
  });
}

const RANK: Readonly<Record<Appointment["status"], number>> = {
  scheduled: 0,
  "in-progress": 1,
  completed: 2,
  canceled: 2,
};

/** The whole model: of each visit the latest change counts; of one second the furthest status, then the last. */
function newestChanges(changes: readonly DatedChange[]): readonly DatedChange[] {
  return PLACES.flatMap(({ visit }) => {
    const own = changes.filter((change) => change.visit === visit);
    const newest = own.toSorted(
      (left, right) =>
        left.occurredAtMs - right.occurredAtMs ||
        RANK[left.status] - RANK[right.status] ||
        left.number - right.number,
    );
    return newest.slice(-1);
  });
}

/** What must be planned, and then reach the devices: one line for each prompt. */
export function expectedLines(
  changes: readonly DatedChange[],
  world: ModelWorld,
): readonly string[] {
  return newestChanges(changes)
    .filter(({ status }) => status === "scheduled")
    .flatMap(({ visit, rep, startAtMs, endAtMs }) => [
      `${visit} rep ${rep} start ${startAtMs - world.leadMs - world.baseMs}`,
      `${visit} rep ${rep} stop ${endAtMs - world.baseMs}`,
    ])
    .toSorted();
}
