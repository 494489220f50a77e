import { canonicalRecordId } from "../domain/crm-record-id.ts";
import type { CrmRecord } from "./crm-record.ts";
import { planFirstHop, readFirstHop } from "./first-hop.ts";
import { queriesAroundEvents, secondHopQueries } from "./hop-queries.ts";
import { type HopRows, hopRows, hopsOf, secondHopOf } from "./hop-rows.ts";
import { type Org, QUERIES_PER_CALL } from "./org.ts";
import { type ReadOutcome, type RecordRef, unreadableBecause } from "./read-outcome.ts";
import { recordGraph } from "./record-graph.ts";
import { runQueries } from "./run-queries.ts";
import { isRecordId } from "./soql-text.ts";

/** The ids that one query asks for. */
export const IDS_PER_QUERY = 500;

/**
 * Reads records of any mix of types, with all that mapping them needs.
 *
 * One API call for up to 500, and a second one only when some of them lead further (a contact role, a crew, a
 * lost work order). Every id that was asked for is a key of the answer; one bad record does not sink the others.
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError} when nothing could be read.
 */
export async function readRecords(
  org: Org,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const outcomes = new Map<string, ReadOutcome>();
  const distinct = new Map(refs.map((ref) => [canonicalRecordId(ref.recordId), ref.recordType]));
  const wanted = [...distinct].map(([recordId, recordType]) => ({ recordType, recordId }));
  for (const ref of wanted.filter(({ recordId }) => !isRecordId(recordId))) {
    outcomes.set(ref.recordId, malformed(ref));
  }
  const readable = wanted.filter(({ recordId }) => isRecordId(recordId));
  for (let from = 0; from < readable.length; from += IDS_PER_QUERY) {
    for (const [id, one] of await readChunk(org, readable.slice(from, from + IDS_PER_QUERY))) {
      outcomes.set(id, one);
    }
  }
  // Whoever asked with a 15-character id finds its record under that.
  return new Map([...outcomes, ...refs.flatMap((ref) => alias(ref, outcomes))]);
}

function alias(
  { recordId }: RecordRef,
  outcomes: ReadonlyMap<string, ReadOutcome>,
): readonly (readonly [string, ReadOutcome])[] {
  const outcome = outcomes.get(canonicalRecordId(recordId));
  return outcome === undefined ? [] : [[recordId, outcome]];
}

function malformed(ref: RecordRef): ReadOutcome {
  const problems = ["The id is no Salesforce id"];
  return { kind: "unreadable", ...ref, code: "MALFORMED_ID", retry: "never", problems };
}

async function readChunk(
  org: Org,
  refs: readonly RecordRef[],
): Promise<ReadonlyMap<string, ReadOutcome>> {
  const hops = planFirstHop(org, refs);
  const around = queriesAroundEvents(idsOf(hops.find(isOfEvents)?.refs ?? []));
  // With all four types the last of these does not fit into the first call; it needs no answer of it either.
  const early = around.slice(0, QUERIES_PER_CALL - hops.length);
  const late = around.slice(early.length);
  const first = await runQueries(
    org,
    [...hops, ...early].map(({ query }) => query),
  );
  const outcomes = new Map(
    hops.flatMap((hop, at) => [...readFirstHop(org, hop, first[at] ?? { kind: "absent" })]),
  );
  const further = [...late, ...secondHopQueries(recordsOf(outcomes), org.connection.mapping)];
  const second = await runQueries(
    org,
    further.map(({ query }) => query),
  );
  const rows = hopRows([...early, ...further], [...first.slice(hops.length), ...second]);
  return new Map([...outcomes].map(([id, outcome]) => [id, joined(outcome, rows)]));
}

function isOfEvents({ recordType }: Pick<RecordRef, "recordType">): boolean {
  return recordType === "Event";
}

function idsOf(refs: readonly RecordRef[]): readonly string[] {
  return refs.map(({ recordId }) => recordId);
}

function recordsOf(outcomes: ReadonlyMap<string, ReadOutcome>): readonly CrmRecord[] {
  return [...outcomes.values()].flatMap((one) => (one.kind === "found" ? [one.record] : []));
}

/** Without an answer that is only late, a record would be mapped to something else than it is. */
function joined(outcome: ReadOutcome, rows: HopRows): ReadOutcome {
  if (outcome.kind !== "found") {
    return outcome;
  }
  const { record, warnings, isParentGone } = outcome;
  const hop = secondHopOf(record, rows);
  const late = hopsOf(record).flatMap((name) => rows.passing.get(name) ?? [])[0];
  return late === undefined
    ? recordGraph(
        record,
        { ...hop, isParentGone: isParentGone || hop.isParentGone === true },
        warnings,
      )
    : unreadableBecause({ recordType: record.type, recordId: record.Id }, late);
}
