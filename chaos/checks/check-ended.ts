import type { BridgeRecord } from "../world/operator.ts";
import { type Evidence, type Terms, type Verdict, verdictOf } from "./evidence.ts";

/** A prompt that still waits so long after its moment was forgotten. */
const FORGOTTEN_MS = 10_000;

/** I6: every job ends; nothing waits whose moment passed, and what waits has its job. */
export function checkEnded(evidence: Evidence): Verdict {
  const { records, overview, parked } = evidence;
  const prompts = [...records].flatMap(([key, record]) =>
    record.prompts.map((prompt) => ({ key, record, prompt })),
  );
  const open = Object.entries(overview.queues).flatMap(([queue, { waiting, active }]) =>
    waiting + active > 0 && queue !== "upkeep" && queue !== "reconcile"
      ? [`${queue}: ${waiting} waiting and ${active} active at rest`]
      : [],
  );
  const forgotten = prompts.flatMap(({ key, record, prompt }) =>
    openPrompt(evidence, key, { record, prompt }),
  );
  const waiting = prompts.filter(({ prompt }) => prompt.state === "waiting").length;
  const jobs = overview.queues["prompts"]?.delayed ?? 0;
  const jobless =
    waiting > jobs ? [`${waiting} prompts wait and ${jobs} jobs are there for them`] : [];
  const failed = Object.values(overview.queues).reduce((sum, queue) => sum + queue.failed, 0);
  const dropped =
    failed > parked.length ? [`${failed} jobs failed and ${parked.length} are parked`] : [];
  const left = leftOver(evidence);
  return verdictOf("I6", prompts.length, [...open, ...forgotten, ...jobless, ...dropped, ...left]);
}

/** A delivery that is put off is tried again; at rest only those may be that cannot succeed. */
function leftOver({ records, overview, terms }: Evidence): readonly string[] {
  const hopeless = [...records].flatMap(([key, { deliveries }]) =>
    isHopeless(terms, key) ? deliveries.filter(({ state }) => state === "retrying") : [],
  );
  const putOff = overview.queues["deliveries"]?.delayed ?? 0;
  return putOff > hopeless.length
    ? [`${putOff} deliveries are put off at rest, ${hopeless.length} of which cannot succeed`]
    : [];
}

function isHopeless(terms: Terms, key: string): boolean {
  const [connection = "", recordId = ""] = key.split("/");
  return terms.isUnreachable(connection, recordId);
}

interface Standing {
  readonly record: BridgeRecord;
  readonly prompt: BridgeRecord["prompts"][number];
}

function openPrompt(
  { nowMs, factor, terms }: Evidence,
  key: string,
  { record, prompt }: Standing,
): readonly string[] {
  const overdueMs = nowMs - Date.parse(prompt.dueAt);
  if (overdueMs < FORGOTTEN_MS * factor || isHopeless(terms, key)) {
    return [];
  }
  const { promptId, action, state } = prompt;
  const isUndelivered =
    state === "due" && !record.deliveries.some((delivery) => delivery.promptId === promptId);
  return state === "waiting" || isUndelivered
    ? [`${key}: the ${action} is still ${state} ${overdueMs} ms after its moment`]
    : [];
}
