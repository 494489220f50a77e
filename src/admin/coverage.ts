import type { AppointmentDossier } from "../books/appointment-book.ts";
import { confirmationOf, type Prompt } from "../domain/prompt.ts";
import type { Rep } from "../domain/rep.ts";

/** How one visit of one rep stands: every visit is in exactly one of these. */
export type Standing = "confirmed" | "notConfirmed" | "open" | "notSent";

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
  /** The team the rep is in now; empty when none is known. */
  readonly team: string;
  /** The day on the rep's calendar, in `timeZone`. */
  readonly day: string;
  readonly timeZone: string;
}

/** The visits of a whole connection on one day: the sum of its reps'. */
export interface CoverageTotal extends CoverageCounts {
  readonly connection: string;
  readonly day: string;
}

/** The visits of one team on one day: the sum of its reps'. */
export interface CoverageTeam extends CoverageTotal {
  /** Empty for the reps whose team is not known. */
  readonly team: string;
}

/** Counts visits by rep and day; holds the counts alone, whatever number of visits it is given. */
export interface CoverageTally {
  /** Nothing is counted for a visit that is not kept any more. */
  add(connection: string, dossier: AppointmentDossier | undefined): void;
  /** Counts what was read out of a visit before. */
  addFact(connection: string, fact: CoverageFact): void;
  /** In the order of connection, day, team and name. */
  rows(): readonly CoverageRow[];
  teams(): readonly CoverageTeam[];
  totals(): readonly CoverageTotal[];
}

/** How a visit stands for each of its reps, as far as it counts. */
export interface CoverageFact {
  readonly startAtMs: number;
  /** From then on it counts otherwise by time alone. */
  readonly untilMs: number;
  readonly standings: readonly RepStanding[];
}

/** Where a rep's time zone is not known. */
const NO_ZONE = "UTC";

/** Says in which team a rep is now; undefined when that is not known. */
export type TeamOf = (connection: string, userId: string) => string | undefined;

/**
 * Begins a tally. Pure but for what it holds.
 *
 * A visit of several reps counts once for each. Visits that have not begun count once their start was sent, and
 * canceled ones only if it was. A rep whose team is not told otherwise is in that of the visit's record.
 */
export function tallyCoverage(nowMs: number, teamOf: TeamOf = () => undefined): CoverageTally {
  const rows = new Map<string, CoverageRow>();
  const addFact = (connection: string, { startAtMs, standings }: CoverageFact) => {
    for (const { rep, standing } of standings) {
      const team = teamOf(connection, rep.userId) ?? rep.team ?? "";
      const empty = emptyRow(connection, { ...rep, team }, startAtMs);
      const key = [connection, empty.day, rep.userId].join("/");
      rows.set(key, counted(rows.get(key) ?? empty, standing));
    }
  };
  return {
    add: (connection, dossier) => {
      if (dossier !== undefined) {
        addFact(connection, coverageFact(dossier, nowMs));
      }
    },
    addFact,
    rows: () => [...rows.values()].sort(byPlace),
    teams: () =>
      sumsOf([...rows.values()].sort(byPlace), ({ connection, day, team }) => ({
        ...{ connection, day, team },
      })),
    totals: () =>
      sumsOf([...rows.values()].sort(byPlace), ({ connection, day }) => ({ connection, day })),
  };
}

/** How a visit stands for each of its reps, as far as it counts. Pure. */
export function visitStandings(dossier: AppointmentDossier, nowMs: number): readonly Standing[] {
  return standingsOf(dossier, nowMs).map(({ standing }) => standing);
}

/** How a visit stands for one of its reps. */
interface RepStanding {
  readonly rep: Rep;
  readonly standing: Standing;
}

/** Reads out of a dossier what coverage counts at a moment. Pure. */
export function coverageFact(dossier: AppointmentDossier, nowMs: number): CoverageFact {
  const { startAtMs } = dossier.stored.appointment;
  return {
    startAtMs,
    // A visit that begins without its start having been sent is missed from then on.
    untilMs: startAtMs > nowMs ? startAtMs : Number.POSITIVE_INFINITY,
    standings: standingsOf(dossier, nowMs),
  };
}

function standingsOf(dossier: AppointmentDossier, nowMs: number): readonly RepStanding[] {
  return repsOf(dossier).flatMap((rep) => {
    const standing = standingOf(dossier, rep.userId, nowMs);
    return standing === undefined ? [] : [{ rep, standing }];
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
  const { userId, name = "", email = "", timeZone = NO_ZONE, team = "" } = rep;
  const day = dayFormat(timeZone).format(startAtMs);
  return { connection, userId, name, email, team, day, timeZone, ...NOTHING };
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

/** Sums the rows of each place, in the order in which the places come. */
function sumsOf<Place extends object>(
  rows: readonly CoverageRow[],
  placeOf: (row: CoverageRow) => Place,
): readonly (Place & CoverageCounts)[] {
  const sums = new Map<string, Place & CoverageCounts>();
  for (const row of rows) {
    const place = placeOf(row);
    const key = JSON.stringify(place);
    const sum = sums.get(key) ?? NOTHING;
    sums.set(key, {
      ...place,
      visits: sum.visits + row.visits,
      startSent: sum.startSent + row.startSent,
      confirmed: sum.confirmed + row.confirmed,
      notConfirmed: sum.notConfirmed + row.notConfirmed,
      open: sum.open + row.open,
      notSent: sum.notSent + row.notSent,
    });
  }
  return [...sums.values()];
}

function byPlace(left: CoverageRow, right: CoverageRow): number {
  const order = (row: CoverageRow) =>
    [row.connection, row.day, row.team, row.name, row.userId].join("\n");
  return order(left) < order(right) ? -1 : 1;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes a thousand times longer than using it; `en-CA` writes days as ISO does. */
function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone) ?? new Intl.DateTimeFormat("en-CA", { timeZone });
  formats.set(timeZone, known);
  return known;
}
