import { isDeepStrictEqual } from "node:util";
import type { Redis } from "ioredis";
import { changeStoredConnection, readStoredConnections } from "../books/connection-book.ts";
import { findDevice, forgetPullToken, saveDevice, savePullToken } from "../books/device-book.ts";
import { placeHold, readHold, releaseHold } from "../books/hold-book.ts";
import { changePeople, readPerson } from "../books/operator-book.ts";
import { readRep, saveRep } from "../books/rep-book.ts";
import type { Device } from "../domain/device.ts";
import { storedConnectionSchema } from "../domain/stored-connection.ts";
import { openValue } from "../sealed-value.ts";
import type { TransferRecord } from "./transfer-record.ts";

/**
 * What became of one record.
 *
 * same: it is here as it is · kept: something else is here, and stays · left: an import does not bring it.
 */
export type ImportResult = "added" | "replaced" | "same" | "kept" | "left";

/** How records are imported. */
export interface ImportOptions {
  readonly secretKey: Buffer;
  /** What is here and differs is overwritten. */
  readonly isReplacing: boolean;
  /** Nothing is written; the results are those there would be. */
  readonly isTrial: boolean;
}

/** What stands here in the place of a record, and how the record gets there. */
interface Place {
  readonly here: unknown;
  readonly brought: unknown;
  readonly write: () => Promise<unknown>;
}

/** Brings one record into the store; safe to repeat. Nothing is sent because of it. */
export async function importRecord(
  redis: Redis,
  record: TransferRecord,
  options: ImportOptions,
): Promise<ImportResult> {
  if (record.kind === "appointment") {
    return "left";
  }
  const { here, brought, write } = await placeOf(redis, record, options.secretKey);
  if (here !== undefined && isSame(here, brought)) {
    return "same";
  }
  if (here !== undefined && !options.isReplacing) {
    return "kept";
  }
  if (!options.isTrial) {
    await write();
  }
  return here === undefined ? "added" : "replaced";
}

function placeOf(
  redis: Redis,
  record: Exclude<TransferRecord, { readonly kind: "appointment" }>,
  secretKey: Buffer,
): Promise<Place> {
  switch (record.kind) {
    case "connection":
      return placeOfConnection(redis, record, secretKey);
    case "hold":
      return placeOfHold(redis, record);
    case "rep":
      return placeOfRep(redis, record);
    case "device":
      return placeOfDevice(redis, record.device);
    case "person":
      return placeOfPerson(redis, record);
  }
}

type Of<Kind> = Extract<TransferRecord, { readonly kind: Kind }>;

async function placeOfConnection(
  redis: Redis,
  { name, sealed }: Of<"connection">,
  secretKey: Buffer,
): Promise<Place> {
  const { entries } = await readStoredConnections(redis, secretKey);
  const before = entries.find((entry) => entry.name === name);
  const brought = storedConnectionSchema.parse(openValue(sealed, secretKey));
  return {
    // One that cannot be opened is here, too.
    here: before && (before.stored ?? null),
    brought,
    write: () => changeStoredConnection(redis, { name, secretKey }, { before, next: brought }),
  };
}

async function placeOfHold(redis: Redis, { connection, hold }: Of<"hold">): Promise<Place> {
  return {
    here: await readHold(redis, connection),
    brought: hold,
    write: async () => {
      await releaseHold(redis, connection);
      await placeHold(redis, connection, hold);
    },
  };
}

async function placeOfRep(redis: Redis, { connection, rep }: Of<"rep">): Promise<Place> {
  return {
    here: await readRep(redis, { connection, userId: rep.userId }),
    brought: rep,
    write: () => saveRep(redis, connection, rep),
  };
}

async function placeOfDevice(redis: Redis, device: Device): Promise<Place> {
  const here = await findDevice(redis, device.deviceId);
  return {
    here,
    brought: device,
    write: async () => {
      await saveDevice(redis, device);
      if (device.channel === "pull") {
        await (here && forgetPullToken(redis, here.addressHash));
        await savePullToken(redis, device.addressHash, device);
      }
    },
  };
}

async function placeOfPerson(redis: Redis, { person }: Of<"person">): Promise<Place> {
  return {
    here: await readPerson(redis, person.name),
    brought: person,
    write: () => changePeople(redis, () => ({ save: person })),
  };
}

/** As they are written: what is absent is the same as what is undefined. */
function isSame(here: unknown, brought: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(here)), JSON.parse(JSON.stringify(brought)));
}
