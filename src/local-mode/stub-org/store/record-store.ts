import type { RecordInput, StubRecord } from "./record.ts";

/** One change of one record, as it happened. */
export interface RecordChange {
  readonly kind: "inserted" | "updated" | "deleted" | "undeleted" | "purged";
  readonly objectType: string;
  readonly recordId: string;
}

/** The records of the org. Every write stamps SystemModstamp and LastModifiedDate unless it carries them. */
export interface RecordStore {
  /**
   * Adds a record and returns it; an id is made unless one is given. Explicit values win over derived ones.
   *
   * @throws {Error} for an object or field the org does not have.
   */
  insert(objectType: string, input: RecordInput): StubRecord;
  update(recordId: string, input: RecordInput): StubRecord;
  /** Puts a record and its dependants into the bin, where only queryAll sees them. */
  delete(recordId: string): void;
  undelete(recordId: string): void;
  /** Removes a record for good, from the bin too. */
  purge(recordId: string): void;
  /** Finds a record by 15 or 18 characters, deleted ones too. */
  get(recordId: string | null): StubRecord | undefined;
  typeOf(recordId: string | null): string | undefined;
  /** All records of a type in the order of insertion, deleted ones too. */
  all(objectType: string): readonly StubRecord[];
  /** Calls back after every change, until the returned function is called. */
  onChange(listener: (change: RecordChange) => void): () => void;
  /** Remembers everything; the returned function brings it back. */
  snapshot(): () => void;
}
