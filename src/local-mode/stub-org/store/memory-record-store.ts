import { canonicalRecordId } from "../../../domain/crm-record-id.ts";
import type { ObjectDefinition } from "../schema/object-definition.ts";
import { fieldOf, type OrgSchema } from "../schema/org-schema.ts";
import { createAutoNumbers } from "./auto-numbers.ts";
import { derivedValues } from "./derived-values.ts";
import { idOf, type RecordInput, type StubRecord, textOf } from "./record.ts";
import { createRecordIds } from "./record-ids.ts";
import type { RecordStamps } from "./record-stamps.ts";
import type { RecordChange, RecordStore } from "./record-store.ts";
import { storedValue } from "./stored-value.ts";

/** What a store is made of. */
export interface RecordStoreDeps {
  readonly schema: OrgSchema;
  readonly stamp: RecordStamps;
  /** The user who owns and changes what a write says nothing about. */
  readonly userId: string;
  readonly makeId?: (keyPrefix: string) => string;
}

interface Row {
  readonly objectType: string;
  readonly record: StubRecord;
  /** The record whose deletion took this one along. */
  readonly deletedWith: string | null;
}

interface Draft {
  readonly objectType: string;
  readonly record: StubRecord;
  readonly touched: readonly string[];
}

/** Makes an empty store. */
export function createMemoryRecordStore(deps: RecordStoreDeps): RecordStore {
  return new MemoryStore(deps);
}

class MemoryStore implements RecordStore {
  #rows = new Map<string, Row>();
  readonly #listeners = new Set<(change: RecordChange) => void>();
  readonly #autoNumber = createAutoNumbers();
  readonly #deps: RecordStoreDeps;
  readonly #makeId: (keyPrefix: string) => string;

  constructor(deps: RecordStoreDeps) {
    this.#deps = deps;
    this.#makeId = deps.makeId ?? createRecordIds();
  }

  insert(objectType: string, input: RecordInput): StubRecord {
    const object = this.#object(objectType);
    const given = storedFields(object, input);
    const recordId = textOf(given, "Id") ?? this.#makeId(object.keyPrefix);
    if (this.#rows.has(recordId)) {
      throw new Error(`There is already a record ${recordId}`);
    }
    const stamp = this.#deps.stamp();
    const { userId } = this.#deps;
    const record: StubRecord = {
      ...emptyFields(object),
      ...(fieldOf(object, "OwnerId") === undefined ? {} : { OwnerId: userId }),
      ...this.#autoNumber(object.name),
      CreatedDate: stamp,
      CreatedById: userId,
      ...given,
      Id: recordId,
    };
    return this.#write(
      "inserted",
      { objectType: object.name, record, touched: object.fields.map(({ name }) => name) },
      given,
    );
  }

  update(recordId: string, input: RecordInput): StubRecord {
    const { objectType, record } = this.#row(recordId);
    const given = storedFields(this.#object(objectType), input);
    return this.#write(
      "updated",
      { objectType, record: { ...record, ...given }, touched: Object.keys(given) },
      given,
    );
  }

  delete(recordId: string): void {
    this.#bin(idOf(this.#row(recordId).record), null);
  }

  undelete(recordId: string): void {
    const { record } = this.#row(recordId);
    const companions = [...this.#rows.values()].filter(
      ({ deletedWith }) => deletedWith === idOf(record),
    );
    for (const row of [this.#row(recordId), ...companions]) {
      this.#setDeleted(row, false, null);
    }
  }

  purge(recordId: string): void {
    const { objectType, record } = this.#row(recordId);
    this.#rows.delete(idOf(record));
    this.#tell({ kind: "purged", objectType, recordId: idOf(record) });
  }

  get(recordId: string | null): StubRecord | undefined {
    return recordId === null ? undefined : this.#rows.get(canonicalRecordId(recordId))?.record;
  }

  typeOf(recordId: string | null): string | undefined {
    return recordId === null ? undefined : this.#rows.get(canonicalRecordId(recordId))?.objectType;
  }

  all(objectType: string): readonly StubRecord[] {
    return this.#rowsOf(objectType).map(({ record }) => record);
  }

  onChange(listener: (change: RecordChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): () => void {
    const kept = new Map(this.#rows);
    return () => {
      this.#rows = kept;
    };
  }

  #write(kind: "inserted" | "updated", draft: Draft, given: StubRecord): StubRecord {
    const stamp = this.#deps.stamp();
    const derived = derivedValues(draft.objectType, {
      record: draft.record,
      touched: new Set(draft.touched),
      find: (id) => this.get(id),
      typeOf: (id) => this.typeOf(id),
    });
    const record = {
      ...draft.record,
      ...derived,
      LastModifiedDate: stamp,
      LastModifiedById: this.#deps.userId,
      SystemModstamp: stamp,
      ...given,
      Id: draft.record["Id"] ?? null,
    };
    const { objectType } = draft;
    const deletedWith = this.#rows.get(idOf(record))?.deletedWith ?? null;
    this.#rows.set(idOf(record), { objectType, record, deletedWith });
    this.#tell({ kind, objectType, recordId: idOf(record) });
    return record;
  }

  #bin(recordId: string, deletedWith: string | null): void {
    const row = this.#row(recordId);
    if (row.record["IsDeleted"] === true) {
      return;
    }
    this.#setDeleted(row, true, deletedWith);
    const parent = this.#object(row.objectType);
    for (const { child, field } of this.#deps.schema.children(parent)) {
      const dependants = field.cascadeDelete ? this.#rowsOf(child.name) : [];
      for (const { record } of dependants.filter((one) => one.record[field.name] === recordId)) {
        this.#bin(idOf(record), deletedWith ?? recordId);
      }
    }
  }

  #setDeleted(row: Row, isDeleted: boolean, deletedWith: string | null): void {
    const stamp = this.#deps.stamp();
    const { objectType } = row;
    const recordId = idOf(row.record);
    const stamps = { LastModifiedDate: stamp, SystemModstamp: stamp };
    const record = { ...row.record, IsDeleted: isDeleted, ...stamps };
    this.#rows.set(recordId, { objectType, record, deletedWith });
    this.#tell({ kind: isDeleted ? "deleted" : "undeleted", objectType, recordId });
  }

  #tell(change: RecordChange): void {
    for (const listener of this.#listeners) {
      listener(change);
    }
  }

  #rowsOf(objectType: string): Row[] {
    return [...this.#rows.values()].filter((row) => row.objectType === objectType);
  }

  #row(recordId: string): Row {
    const row = this.#rows.get(canonicalRecordId(recordId));
    if (row === undefined) {
      throw new Error(`There is no record ${recordId}`);
    }
    return row;
  }

  #object(name: string): ObjectDefinition {
    const object = this.#deps.schema.wholeObject(name);
    if (object === undefined) {
      throw new Error(`The stub has no object ${name}`);
    }
    return object;
  }
}

function emptyFields(object: ObjectDefinition): StubRecord {
  return Object.fromEntries(object.fields.map(({ name, defaultValue }) => [name, defaultValue]));
}

function storedFields(object: ObjectDefinition, input: RecordInput): StubRecord {
  const stored = Object.entries(input).map(([name, value]) => {
    const field = fieldOf(object, name);
    if (field === undefined) {
      throw new Error(`${object.name} has no field ${name}`);
    }
    return [field.name, storedValue(field, value)] as const;
  });
  return Object.fromEntries(stored);
}
