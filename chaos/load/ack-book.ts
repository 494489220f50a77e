import type { Visit, VisitVersion } from "./visits.ts";

/** What the sender knows of one event: nothing of it comes from the bridge but the answers. */
export interface SentEvent {
  readonly visit: Visit;
  readonly version: VisitVersion;
  /** When the first acknowledgment came. */
  ackedAtMs: number | undefined;
  acks: number;
  /** Answers that were no acknowledgment, by status; 0 for none at all. */
  readonly refusals: number[];
}

/** One answer, or the lack of one. */
export interface Answer {
  readonly status: number;
  readonly tookMs: number;
  readonly atMs: number;
}

/** The sender's own book. */
export class AckBook {
  readonly #events = new Map<string, SentEvent>();
  readonly answers: Answer[] = [];

  /** Opens a line for an event before it is sent for the first time. */
  open(visit: Visit, version: VisitVersion): SentEvent {
    const known = this.#events.get(version.eventId);
    if (known !== undefined) {
      return known;
    }
    const line: SentEvent = { visit, version, ackedAtMs: undefined, acks: 0, refusals: [] };
    this.#events.set(version.eventId, line);
    return line;
  }

  /** Writes down an answer to some events. */
  note(lines: readonly SentEvent[], answer: Answer): void {
    this.answers.push(answer);
    for (const line of lines) {
      if (answer.status === 202) {
        line.acks += 1;
        line.ackedAtMs ??= answer.atMs;
      } else {
        line.refusals.push(answer.status);
      }
    }
  }

  /** Every event that was sent. */
  events(): readonly SentEvent[] {
    return [...this.#events.values()];
  }

  /** Every event that was acknowledged. */
  acked(): readonly SentEvent[] {
    return this.events().filter(({ ackedAtMs }) => ackedAtMs !== undefined);
  }
}
