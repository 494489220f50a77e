import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { WrittenFields } from "../books/written-fields-book.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { Retry } from "../errors.ts";
import type { WantedFields } from "./wanted-fields.ts";

/** A value that changes while it is written is written once more; it does not change on and on. */
const MOST_ROUNDS = 3;

/** New values for one record; null empties a field. */
export interface RecordWrite {
  readonly type: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** How the CRM took one record's values. */
export type RecordWriteAnswer =
  | { readonly kind: "ok" }
  | { readonly kind: "refused"; readonly code: string; readonly retry: Retry };

/** What writing needs from the world. */
export interface WriteBackDeps {
  readonly wanted: (dossier: AppointmentDossier) => WantedFields;
  readonly readDossier: (recordId: string) => Promise<AppointmentDossier | undefined>;
  readonly readWritten: (recordId: string, fields: readonly string[]) => Promise<WrittenFields>;
  readonly saveWritten: (recordId: string, written: RecordWrite["fields"]) => Promise<void>;
  /** Makes `/go/` know a prompt before anyone can read its link on the record. */
  readonly rememberToken: (prompt: Prompt) => Promise<void>;
  /** One call; the answers come in the order of the records. */
  readonly update: (records: readonly RecordWrite[]) => Promise<readonly RecordWriteAnswer[]>;
}

/** What came of one record. */
export type WriteBackOutcome =
  | { readonly kind: "written" | "unchanged" }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly retry: Retry;
      readonly fields: readonly string[];
    };

/**
 * Brings records' fields to what they should hold, all in one call; a record that holds it already is not touched.
 *
 * Each record is looked at again after its write: a writer elsewhere may have been overtaken by this one.
 *
 * @throws whatever `update` throws, when the call as a whole fails.
 */
export async function writeBack(
  deps: WriteBackDeps,
  recordIds: readonly string[],
): Promise<ReadonlyMap<string, WriteBackOutcome>> {
  const outcomes = new Map<string, WriteBackOutcome>(
    recordIds.map((recordId) => [recordId, { kind: "unchanged" }]),
  );
  let open = recordIds;
  for (let round = 0; open.length > 0 && round < MOST_ROUNDS; round += 1) {
    const found = await Promise.all(open.map((recordId) => changeOf(deps, recordId)));
    const changes = found.filter((change) => change !== undefined);
    const answers = changes.length === 0 ? [] : await deps.update(changes);
    await Promise.all(
      changes.map(async ({ id, fields }, at) => {
        const answer = answers[at];
        if (answer?.kind === "ok") {
          await deps.saveWritten(id, fields);
          outcomes.set(id, { kind: "written" });
        } else if (answer !== undefined) {
          outcomes.set(id, { ...answer, fields: Object.keys(fields) });
        }
      }),
    );
    open = changes.flatMap(({ id }, at) => (answers[at]?.kind === "ok" ? [id] : []));
  }
  return outcomes;
}

/** What has to be written into one record; undefined when it holds what it should. */
async function changeOf(deps: WriteBackDeps, recordId: string): Promise<RecordWrite | undefined> {
  const dossier = await deps.readDossier(recordId);
  if (dossier === undefined) {
    return undefined;
  }
  const { fields, linked, onlyLater } = deps.wanted(dossier);
  const written = await deps.readWritten(recordId, [...fields.keys()]);
  // A field that was never written is taken for empty: emptying it would be a call for nothing.
  const changed = [...fields].filter(([field, value]) => {
    const before = written.get(field) ?? null;
    return before !== value && !(onlyLater.has(field) && isLater(before, value));
  });
  if (changed.length === 0) {
    return undefined;
  }
  await Promise.all(linked.map((prompt) => deps.rememberToken(prompt)));
  const { recordType: type } = dossier.stored.appointment;
  return { type, id: recordId, fields: Object.fromEntries(changed) };
}

/** Both are ISO instants in UTC, which sort as text. */
function isLater(one: string | null, other: string | null): boolean {
  return one !== null && (other === null || one > other);
}
