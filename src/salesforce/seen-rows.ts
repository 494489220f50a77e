import type { PolledRow } from "./changed-record.ts";

/** Rows that were told, each with its SystemModstamp; epoch milliseconds. */
export type SeenRows = Readonly<Record<string, number>>;

/**
 * Stamps count whole seconds, so what was changed just now may change again under the same stamp. Until a
 * stamp is this old its change counts as another one at every look.
 */
const UNSETTLED_MS = 15_000;

/** Says whether the row may change again without a sign of it. */
export function isUnsettled(stampMs: number, nowMs: number): boolean {
  return nowMs - stampMs < UNSETTLED_MS;
}

/** Says whether the row was told with this very stamp. */
export function isSeen(seen: SeenRows | undefined, row: PolledRow): boolean {
  return seen?.[keyOf(row)] === row.SystemModstamp;
}

/** Which stamps to keep. */
export interface KeepSeen {
  readonly nowMs: number;
  /** Older ones are not asked for again. */
  readonly fromMs: number;
}

/** Adds rows to those that were told and forgets what will not be met again; undefined when none is left. */
export function rememberRows(
  seen: SeenRows | undefined,
  rows: readonly PolledRow[],
  { nowMs, fromMs }: KeepSeen,
): SeenRows | undefined {
  const settled = rows
    .filter(({ SystemModstamp }) => !isUnsettled(SystemModstamp, nowMs))
    .map((row): [string, number] => [keyOf(row), row.SystemModstamp]);
  const merged = new Map([...Object.entries(seen ?? {}), ...settled]);
  const kept = [...merged].filter(([, stampMs]) => stampMs >= fromMs);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function keyOf({ Id, IsDeleted }: PolledRow): string {
  return IsDeleted ? `${Id}-deleted` : Id;
}
