import type { Appointment } from "../domain/appointment.ts";
import type { Prompt } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import type { RedisCommand } from "../redis-script.ts";
import { bucketEndsAtMs, bucketOf } from "./six-hours.ts";
import type { StoredAppointment } from "./stored-appointment.ts";
import { factsName, promptFacts, visitFacts } from "./visit-facts.ts";

/** The facts of six hours lie in so many hashes: small ones are packed, and take half the memory. */
export const SHARDS = 64;

/** An appointment as far as its facts need it. */
type Visit = Pick<StoredAppointment, "appointment" | "knownUserIds">;

/** The commands that make an appointment be found by its states; they belong into the commit that stores it. */
export function visitFactsCommands(
  connection: string,
  next: Visit,
  before: Visit | undefined,
): readonly RedisCommand[] {
  const known = before && { key: keyOf(connection, before), text: textOf(before) };
  return known !== undefined && known.key === keyOf(connection, next) && known.text === textOf(next)
    ? []
    : [putCommand(connection, next, { name: "", text: textOf(next), fromKey: known?.key ?? "" })];
}

/** One rep's prompts for an appointment, and those that stood in their place. */
export interface PromptsOfRep {
  readonly userId: string;
  readonly prompts: readonly Prompt[];
  /** Undefined where nobody knows what the facts say. */
  readonly before: readonly Prompt[] | undefined;
}

/** The commands that make it be found by the states of a rep's prompts; they belong into the commit that stores these. */
export function promptFactsCommands(
  connection: string,
  visit: Visit,
  { userId, prompts, before }: PromptsOfRep,
): readonly RedisCommand[] {
  const name = factsName(userId, visit.knownUserIds);
  const text = promptFacts(name, prompts);
  return before !== undefined && text === promptFacts(name, before)
    ? []
    : [putCommand(connection, visit, { name, text, fromKey: keyOf(connection, visit) })];
}

interface Part {
  readonly name: string;
  readonly text: string;
  readonly fromKey: string;
}

function putCommand(connection: string, visit: Visit, { name, text, fromKey }: Part): RedisCommand {
  const { appointment } = visit;
  const key = keyOf(connection, visit);
  const untilMs = bucketEndsAtMs(bucketOf(appointment));
  return ["PUTPART", key, appointment.recordId, name, text, untilMs, fromKey];
}

function textOf({ appointment, knownUserIds }: Visit): string {
  return visitFacts(appointment, knownUserIds);
}

function keyOf(connection: string, { appointment }: Visit): string {
  return keyspace.visitFacts(connection, bucketOf(appointment), shardOf(appointment));
}

/** Ids that follow each other lie apart; the look computes the same. */
function shardOf({ recordId }: Appointment): number {
  let hash = 0;
  for (let at = 0; at < recordId.length; at += 1) {
    hash = (hash * 31 + recordId.charCodeAt(at)) % 65_521;
  }
  return hash % SHARDS;
}
