import type { RecordType } from "./appointment.ts";
import type { PromptAction } from "./prompt.ts";

/**
 * How far a visit has come, as its rep sees it.
 *
 * planned: its start's moment has not come · due: it came, no device has it yet · sent: a device has it · opened:
 * the rep followed it · recording: there is evidence that a recording runs · done · canceled.
 */
export type VisitState = "planned" | "due" | "sent" | "opened" | "recording" | "done" | "canceled";

/** One visit of a rep's day. Times are epoch milliseconds. */
export interface DayVisit {
  readonly recordType: RecordType;
  readonly recordId: string;
  readonly title: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
  readonly state: VisitState;
}

/** The prompt that a rep can follow now, or the next one that will come. */
export interface DayPrompt extends Omit<DayVisit, "state"> {
  readonly promptId: string;
  readonly action: PromptAction;
  readonly dueAtMs: number;
  readonly expiresAtMs: number;
  readonly state: "planned" | "due" | "sent" | "opened";
  /** Siro's deep link while the prompt is live. */
  readonly link: string | undefined;
}

/** A rep's day in their own time zone. */
export interface RepDay {
  readonly nowMs: number;
  /** The midnight after which it is another day. */
  readonly untilMs: number;
  readonly timeZone: string;
  /** Today's visits, and any whose prompt is still live, by their start. */
  readonly visits: readonly DayVisit[];
  readonly next: DayPrompt | undefined;
}
