import { groupBy } from "../../src/siro/group-by.ts";
import { type ExpectedPrompt, expectedPrompts } from "../load/expected.ts";
import type { Arrival } from "../world/sink.ts";
import { type Evidence, type Verdict, verdictOf } from "./evidence.ts";
import { type StrictVisit, strictVisits } from "./strict-visits.ts";

/** I3: what fired is the newest version, all of it and nothing else; nothing after a cancel. */
export function checkNewest(evidence: Evidence): Verdict {
  const { arrivals, terms, factor } = evidence;
  const { strict, all } = strictVisits(evidence);
  const byRecord = groupBy(arrivals, (one) => `${one.connection}/${one.recordId}`);
  const findings = strict.flatMap((visit) =>
    compare(evidence, visit, byRecord.get(visit.key) ?? []),
  );
  const isTooFew = strict.length < all * terms.leastStrictShare;
  const few = `only ${strict.length} of ${all} visits were settled before they were due, on a machine ${factor} times slower than usual: nothing is proved`;
  const verdict = verdictOf("I3", strict.length, [...findings, ...(isTooFew ? [few] : [])]);
  return { ...verdict, isUnproved: isTooFew };
}

function compare(
  evidence: Evidence,
  { key, visit, newest }: StrictVisit,
  arrived: readonly Arrival[],
): readonly string[] {
  const expected = expectedPrompts(visit, newest.version);
  const surplus = arrived
    .filter((one) => !expected.some((prompt) => isSame(prompt, one)))
    .map((one) => `${key}: ${one.action} of ${iso(one.dueAtMs)} must not come`);
  const missing = expected
    .filter((prompt) => !arrived.some((one) => isSame(prompt, one)))
    .filter((prompt) => !isExcused(evidence, prompt))
    .map((prompt) => `${key}: ${prompt.action} of ${iso(prompt.dueAtMs)} did not come`);
  return [...surplus, ...missing];
}

function isSame(prompt: ExpectedPrompt, one: Arrival): boolean {
  return (
    prompt.action === one.action && prompt.dueAtMs === one.dueAtMs && prompt.userId === one.userId
  );
}

/** Whether it could not come yet, or not at all by the drill's own doing; what the bridge says of it excuses nothing. */
function isExcused(
  { terms, nowMs }: Evidence,
  { connection, recordId, dueAtMs }: ExpectedPrompt,
): boolean {
  return dueAtMs > nowMs || terms.isUnreachable(connection, recordId);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
