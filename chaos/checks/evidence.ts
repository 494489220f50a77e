import type { AckBook, SentEvent } from "../load/ack-book.ts";
import { byVisit } from "../load/expected.ts";
import type { BridgeOverview, BridgeRecord, OperatorDesk, ParkedLine } from "../world/operator.ts";
import type { Arrival } from "../world/sink.ts";
import type { HandedBack } from "./hand-back.ts";

/** What a scenario says of itself before its evidence is judged. */
export interface Terms {
  /** An event counts as known so long after its acknowledgment. */
  readonly graceMs: number;
  /** Something was away for so long: what was due meanwhile may come later by that. */
  readonly outageMs: number;
  /** These visits' deliveries cannot succeed, by the scenario's own doing. */
  readonly isUnreachable: (connection: string, recordId: string) => boolean;
  /** How many entries must be parked, by reason; nothing else may be. */
  readonly parked: Readonly<Record<string, number>>;
  /** The share of visits whose last change must have been in time, so that the run proves anything. */
  readonly leastStrictShare: number;
}

/** The three sides that are compared, and what the processes looked like. */
export interface Evidence {
  readonly book: AckBook;
  /** All that any book knows of: events that no longer count and an org's own visits, too. */
  readonly everAsked: readonly SentEvent[];
  readonly arrivals: readonly Arrival[];
  readonly records: ReadonlyMap<string, BridgeRecord>;
  readonly parked: readonly ParkedLine[];
  /** What came of handing some of it back; undefined before that was tried. */
  readonly handedBack: readonly HandedBack[] | undefined;
  readonly overview: BridgeOverview;
  readonly terms: Terms;
  readonly factor: number;
  readonly nowMs: number;
  readonly memory: { readonly beforeMiB: number; readonly afterMiB: number };
}

/** How one invariant stood. */
export interface Verdict {
  readonly invariant: string;
  readonly isKept: boolean;
  /** How many things were looked at. */
  readonly looked: number;
  /** What was found wrong, a few of many. */
  readonly findings: readonly string[];
  /** Too little was settled in time to say anything. */
  readonly isUnproved?: boolean;
}

const MOST_FINDINGS = 5;

/** Words a verdict. */
export function verdictOf(invariant: string, looked: number, findings: readonly string[]): Verdict {
  const more = findings.length - MOST_FINDINGS;
  return {
    invariant,
    isKept: findings.length === 0,
    looked,
    findings: [...findings.slice(0, MOST_FINDINGS), ...(more > 0 ? [`and ${more} more`] : [])],
  };
}

const READ_AT_ONCE = 8;

/** Asks the bridge for every visit that was ever sent to it. */
export async function readRecords(
  desk: OperatorDesk,
  book: AckBook,
): Promise<ReadonlyMap<string, BridgeRecord>> {
  const visits = [...byVisit(book.events())].map(([key, [{ visit }]]) => ({ key, visit }));
  const found = new Map<string, BridgeRecord>();
  for (let at = 0; at < visits.length; at += READ_AT_ONCE) {
    await Promise.all(
      visits.slice(at, at + READ_AT_ONCE).map(async ({ key, visit }) => {
        const record = await desk.record(visit.connection, visit.recordId);
        if (record !== undefined) {
          found.set(key, record);
        }
      }),
    );
  }
  return found;
}
