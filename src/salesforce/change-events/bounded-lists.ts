import avro from "avsc";

/** As much of avsc's cursor over a payload as reading a list needs. */
interface Tap {
  readonly buf: Uint8Array;
  readonly pos: number;
  readLong(): number;
  skipLong(): void;
}

interface ItemType {
  _read(tap: Tap): unknown;
}

/**
 * A hook for avsc under which a list ends with its payload.
 *
 * A list says by itself how many items follow, and avsc believes it: six bytes that promise four billion items
 * would keep it busy until there is no memory left.
 *
 * @see https://avro.apache.org/docs/1.11.1/specification/ Arrays
 */
export function boundedLists(
  schema: avro.Schema,
  options: avro.ForSchemaOptions,
): avro.Type | undefined {
  return isArraySchema(schema) ? new BoundedList(schema, options) : undefined;
}

/** Stands where avsc's own list would; `_read` is what a type is read with. */
class BoundedList extends avro.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items: unknown = this.itemsType;
    return isItemType(items) ? readItems(items, tap) : [];
  }
}

/** @throws {RangeError} when there are more items than bytes. */
function readItems(items: ItemType, tap: Tap): unknown[] {
  const read: unknown[] = [];
  for (let left = readCount(tap); left !== 0; left = readCount(tap)) {
    for (; left > 0; left -= 1) {
      if (tap.pos > tap.buf.length || read.length > tap.buf.length) {
        throw new RangeError("a list promises more items than there are bytes");
      }
      read.push(items._read(tap));
    }
  }
  return read;
}

/** A count below zero is followed by the length of its items. */
function readCount(tap: Tap): number {
  const count = tap.readLong();
  if (count < 0) {
    tap.skipLong();
  }
  return Math.abs(count);
}

function isArraySchema(schema: avro.Schema): schema is avro.schema.ArrayType {
  return typeof schema === "object" && "type" in schema && schema.type === "array";
}

function isItemType(type: unknown): type is ItemType {
  return typeof type === "object" && type !== null && "_read" in type;
}
