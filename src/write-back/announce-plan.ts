import type { Connection } from "../domain/connection.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { WriteBackRef } from "../domain/write-back.ts";
import { begins } from "./wanted-fields.ts";

/** What a plan changes. */
export interface PlannedChange {
  readonly added: readonly Prompt[];
  readonly superseded: readonly Prompt[];
}

/**
 * Names the writes that a plan's change asks for: at most one of each kind per record.
 *
 * One write brings all fields of its record up to date, so the kind only says why it was made.
 */
export function announcePlan(
  { name: connection, writeBack: { startLinkField, stopLinkField } }: Connection,
  { added, superseded }: PlannedChange,
): readonly WriteBackRef[] {
  const recordIds = new Set([...added, ...superseded].map(({ recordId }) => recordId));
  return [...recordIds].flatMap((recordId): WriteBackRef[] => {
    const isHere = (prompt: Prompt) => prompt.recordId === recordId;
    const came = added.filter(isHere);
    const went = superseded.filter(isHere);
    const refOf = (
      kind: WriteBackRef["kind"],
      isKind: (prompt: Prompt) => boolean,
    ): WriteBackRef[] => {
      const planned = came.find(isKind);
      const promptId = planned?.promptId ?? went.find(isKind)?.promptId;
      const awaits = planned === undefined ? "dropped" : "planned";
      return promptId === undefined ? [] : [{ connection, recordId, kind, promptId, awaits }];
    };
    const isStop = (prompt: Prompt) => !begins(prompt);
    const start = startLinkField === null ? [] : refOf("start-link", begins);
    const stop = stopLinkField === null ? [] : refOf("stop-link", isStop);
    // A stop that comes alone may belong to a visit that was called off after its start was sent.
    const isAlone = startLinkField !== null && start.length + stop.length === 0;
    return [
      ...start,
      ...stop,
      ...(isAlone && came.some(isStop) ? refOf("start-link", isStop) : []),
    ];
  });
}
