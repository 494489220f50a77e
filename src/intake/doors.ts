import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Connection } from "../domain/connection.ts";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { type AddressTest, addressTest } from "../http/client-address.ts";

/** What is needed to know and check the senders of one connection, worked out once. */
export interface Door {
  /** Null behind the door of nobody, which is checked like any other and never opens. */
  readonly connection: Connection | null;
  /** The 18-character form. */
  readonly organizationId: string;
  /** Always two, so that a check costs the same whatever is configured. */
  readonly secretDigests: readonly [Buffer, Buffer];
  /** Two as well: each is tried on the whole body. */
  readonly signingKeys: readonly [Buffer, Buffer];
  /** What Siro signs its webhooks with. */
  readonly siroKey: Buffer;
  /** Null: any source address is fine. */
  readonly isAllowedSource: AddressTest | null;
}

/** All doors by connection name; an unknown name finds the door of nobody. */
export type Doors = (connectionName: string) => Door;

/**
 * Works out the doors of all connections; later changes of the map do not count.
 *
 * @throws {AddressRangeError} when `allowSourceIps` of a connection holds something else.
 */
export function createDoors(connections: ReadonlyMap<string, Connection>): Doors {
  const doors = new Map<string, Door>();
  for (const [name, connection] of connections) {
    doors.set(name, doorOf(connection));
  }
  const nobody: Door = {
    connection: null,
    organizationId: "",
    secretDigests: [randomBytes(32), randomBytes(32)],
    signingKeys: [randomBytes(32), randomBytes(32)],
    siroKey: randomBytes(32),
    isAllowedSource: null,
  };
  return (name) => doors.get(name) ?? nobody;
}

/**
 * Says whether a secret opens the door.
 *
 * Takes the same time whichever secret is meant, and whether or not anybody lives there: digests of equal
 * length are compared, always two of them.
 */
export function opensWith(door: Door, secret: string): boolean {
  const digest = digestOf(secret);
  const [first, second] = door.secretDigests;
  const isFirst = timingSafeEqual(digest, first);
  const isSecond = timingSafeEqual(digest, second);
  return isFirst || isSecond;
}

function doorOf(connection: Connection): Door {
  const { webhookSecrets, signingSecrets, allowSourceIps, siro } = connection;
  const [first, second] = webhookSecrets.map(digestOf);
  const [firstKey, secondKey] = signingSecrets.map(signingKey);
  return {
    connection,
    organizationId: canonicalRecordId(connection.organizationId),
    secretDigests: [first ?? randomBytes(32), second ?? randomBytes(32)],
    signingKeys: [firstKey ?? randomBytes(32), secondKey ?? randomBytes(32)],
    siroKey: siro?.webhookSecret === undefined ? randomBytes(32) : signingKey(siro.webhookSecret),
    isAllowedSource: allowSourceIps.length > 0 ? addressTest(allowSourceIps) : null,
  };
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function signingKey(secret: string): Buffer {
  return Buffer.from(secret.slice("whsec_".length), "base64");
}
