import avro from "avsc";
import { boundedLists } from "./bounded-lists.ts";
import type { PubSub } from "./open-pubsub.ts";

/** More schemas than an org uses at a time; each change of an object's fields makes another. */
const MOST_SCHEMAS = 200;

/** Longs are BigInts: a commit number has 64 bits. */
const LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (left: bigint, right: bigint) => Number(left > right) - Number(left < right),
});

/** The schemas of a channel's events, each fetched once. */
export interface EventSchemas {
  /**
   * Decodes a payload by the schema of this id; longs come as BigInts.
   *
   * @throws {PubSubCallError} when the schema cannot be had; anything else means an unreadable payload.
   */
  decode(pubsub: PubSub, schemaId: string, payload: Uint8Array): Promise<unknown>;
}

/** Makes the store of schemas; an id names one schema for ever. */
export function createEventSchemas(): EventSchemas {
  const types = new Map<string, avro.Type>();
  return {
    decode: async (pubsub, schemaId, payload) => {
      const type = types.get(schemaId) ?? typeOf(await pubsub.schema(schemaId));
      if (types.size >= MOST_SCHEMAS) {
        types.clear();
      }
      types.set(schemaId, type);
      return type.fromBuffer(Buffer.from(payload));
    },
  };
}

function typeOf(schemaJson: string): avro.Type {
  return avro.Type.forSchema(JSON.parse(schemaJson), {
    registry: { long: LONG },
    typeHook: boundedLists,
  });
}
