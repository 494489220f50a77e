/** One row of a list of reps, as the bridge judged it. */
export interface CheckedRow {
  readonly line: number;
  readonly state: "new" | "known" | "bad";
  /** What to do about it, or what changes. */
  readonly notes: readonly string[];
  readonly cells: Readonly<Record<string, string>>;
}

/** What a list would do. */
export interface CheckedList {
  readonly canMail: boolean;
  readonly counts: Readonly<Record<CheckedRow["state"], number>>;
  readonly rows: readonly CheckedRow[];
}

/** One row after its rep was invited; a bad one was left out. */
export interface InvitedRow extends CheckedRow {
  readonly url?: string;
  /** "sent", or what the mail server said; absent where nothing was mailed. */
  readonly mailed?: string;
}

/** Some rows that were invited. */
export interface InvitedList {
  readonly rows: readonly InvitedRow[];
  /** The rows with their links, ready to be saved. */
  readonly csv: string;
}

/** A list whose reps were invited, as far as that has come. */
export interface Invited extends InvitedList {
  readonly total: number;
}

const LINE_END = "\r\n";

/** Puts the next rows behind those that are there; the names of the columns stand on top once. */
export function joined(known: Invited, { rows, csv }: InvitedList): Invited {
  const lines = csv.slice(csv.indexOf(LINE_END) + LINE_END.length);
  return {
    ...known,
    rows: [...known.rows, ...rows],
    csv: known.csv === "" ? csv : `${known.csv}${lines}`,
  };
}
