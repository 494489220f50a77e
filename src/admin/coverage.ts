import type { AppointmentDossier } from "../books/appointment-book.ts";
import { confirmationOf, type Prompt } from "../domain/prompt.ts";
import type { Rep } from "../domain/rep.ts";

/** How one visit of one rep stands: every visit is in exactly one of these. */
type Standing = "confirmed" | "notConfirmed" | "open" | "notSent";

/** How many visits of a day stand how; `visits = startSent + notSent`, `startSent = confirmed + notConfirmed + open`. */
export interface CoverageCounts {
  readonly visits: number;
  /** The rep was offered the start of a recording. */
  readonly startSent: number;
  /** Siro told of the recording. */
  readonly confirmed: number;
  /** Nothing was heard in time; that proves nothing about the recording. */
  readonly notConfirmed: number;
  /** Neither yet; always so where Siro is not asked. */
  readonly open: number;
  /** The visit began without it. */
  readonly notSent: number;
}

/** The visits of one rep on one day. */
export interface CoverageRow extends CoverageCounts {
  readonly connection: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  /** The day on the rep's calendar, in `timeZone`. */
  readonly day: string;
  readonly timeZone: string;
}

/** The visits of a whole connection on one day: the sum of its reps'. */
export interface CoverageTotal extends CoverageCounts {
  readonly connection: string;
  readonly day: string;
}

/** Counts visits by rep and day; holds the counts alone, whatever number of visits it is given. */
export interface CoverageTally {
  /** Nothing is counted for a visit that is not kept any more. */
  add(connection: string, dossier: AppointmentDossier | undefined): void;
  /** In the order of connection, day and name. */
  rows(): readonly CoverageRow[];
  totals(): readonly CoverageTotal[];
}

/** Where a rep's time zone is not known. */
const NO_ZONE = "UTC";

/**
 * Begins a tally. Pure but for what it holds.
 *
 * A visit of several reps counts once for each. Visits that have not begun count once their start was sent, and
 * canceled ones only if it was.
 */
export function tallyCoverage(nowMs: number): CoverageTally {
  const rows = new Map<string, CoverageRow>();
  return {
    add: (connection, dossier) => {
      for (const { rep, standing, startAtMs } of standingsOf(dossier, nowMs)) {
        const empty = emptyRow(connection, rep, startAtMs);
        const key = [connection, empty.day, rep.userId].join("/");
        rows.set(key, counted(rows.get(key) ?? empty, standing));
      }
    },
    rows: () => [...rows.values()].sort(byPlace),
    totals: () => totalsOf([...rows.values()].sort(byPlace)),
  };
}

interface RepStanding {
  readonly rep: Rep;
  readonly standing: Standing;
  readonly startAtMs: number;
}

function standingsOf(
  dossier: AppointmentDossier | undefined,
  nowMs: number,
): readonly RepStanding[] {
  return dossier === undefined
    ? []
    : repsOf(dossier).flatMap((rep) => {
        const standing = standingOf(dossier, rep.userId, nowMs);
        const { startAtMs } = dossier.stored.appointment;
        return standing === undefined ? [] : [{ rep, standing, startAtMs }];
      });
}

/** Those who have the visit, and those who had it when its start was sent. */
function repsOf({ stored, prompts }: AppointmentDossier): readonly Rep[] {
  const { reps } = stored.appointment;
  const known = new Set(reps.map(({ userId }) => userId));
  const former = new Set(prompts.map(({ userId }) => userId).filter((id) => !known.has(id)));
  return [...reps, ...[...former].map((userId) => ({ userId }))];
}

function standingOf(
  { stored: { appointment }, prompts }: AppointmentDossier,
  userId: string,
  nowMs: number,
): Standing | undefined {
  const sent = prompts.filter((prompt) => prompt.userId === userId && isSentBegin(prompt));
  if (sent.length === 0) {
    const isAssigned = appointment.reps.some((rep) => rep.userId === userId);
    const isMissed = appointment.status !== "canceled" && appointment.startAtMs <= nowMs;
    return isAssigned && isMissed ? "notSent" : undefined;
  }
  const found = sent.map(confirmationOf);
  if (found.includes("confirmed")) {
    return "confirmed";
  }
  return found.includes("not-confirmed") ? "notConfirmed" : "open";
}

/** A recording that is known was begun, whoever brought the link. */
function isSentBegin({ action, state, sentAtMs, recording }: Prompt): boolean {
  const isSent = state === "sent" || sentAtMs !== undefined || recording !== undefined;
  return action !== "stop" && isSent;
}

const NOTHING: CoverageCounts = {
  visits: 0,
  startSent: 0,
  confirmed: 0,
  notConfirmed: 0,
  open: 0,
  notSent: 0,
};

function emptyRow(connection: string, rep: Rep, startAtMs: number): CoverageRow {
  const { userId, name = "", email = "", timeZone = NO_ZONE } = rep;
  const day = dayFormat(timeZone).format(startAtMs);
  return { connection, userId, name, email, day, timeZone, ...NOTHING };
}

function counted(row: CoverageRow, standing: Standing): CoverageRow {
  const { visits, startSent } = row;
  return {
    ...row,
    [standing]: row[standing] + 1,
    visits: visits + 1,
    startSent: startSent + (standing === "notSent" ? 0 : 1),
  };
}

function totalsOf(rows: readonly CoverageRow[]): readonly CoverageTotal[] {
  const totals = new Map<string, CoverageTotal>();
  for (const row of rows) {
    const { connection, day } = row;
    const key = `${connection}/${day}`;
    const sum = totals.get(key) ?? { connection, day, ...NOTHING };
    totals.set(key, {
      connection,
      day,
      visits: sum.visits + row.visits,
      startSent: sum.startSent + row.startSent,
      confirmed: sum.confirmed + row.confirmed,
      notConfirmed: sum.notConfirmed + row.notConfirmed,
      open: sum.open + row.open,
      notSent: sum.notSent + row.notSent,
    });
  }
  return [...totals.values()];
}

function byPlace(left: CoverageRow, right: CoverageRow): number {
  const order = (row: CoverageRow) => [row.connection, row.day, row.name, row.userId].join("\n");
  return order(left) < order(right) ? -1 : 1;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes a thousand times longer than using it; `en-CA` writes days as ISO does. */
function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone) ?? new Intl.DateTimeFormat("en-CA", { timeZone });
  formats.set(timeZone, known);
  return known;
}
