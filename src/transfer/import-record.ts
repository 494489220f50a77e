import { isDeepStrictEqual } from "node:util";
import type { Redis } from "ioredis";
import { changeStoredConnection, readStoredConnections } from "../books/connection-book.ts";
import {
  changeDevices,
  findDevice,
  forgetPullToken,
  readDevice,
  rememberOwner,
  savePullToken,
} from "../books/device-book.ts";
import { placeHold, readHold, releaseHold } from "../books/hold-book.ts";
import { changePeople, readPerson } from "../books/operator-book.ts";
import { addRep, readRep, saveRep } from "../books/rep-book.ts";
import type { Device } from "../domain/device.ts";
import { storedConnectionSchema } from "../domain/stored-connection.ts";
import { StateContendedError } from "../errors.ts";
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
  /** False when somebody else was faster: something else than what was read is here now. */
  readonly write: () => Promise<boolean>;
}

/** People, pages and the bridge itself rarely write the same record at once, and never this often in a row. */
const MOST_TRIES = 20;

/**
 * Brings one record into the store; safe to repeat. Nothing is sent because of it.
 *
 * @throws {StateContendedError} when other writers were faster again and again.
 */
export async function importRecord(
  redis: Redis,
  record: TransferRecord,
  options: ImportOptions,
): Promise<ImportResult> {
  if (record.kind === "appointment") {
    return "left";
  }
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const place = await placeOf(redis, record, options.secretKey);
    const result = resultOf(place, options);
    const isToWrite = !options.isTrial && (result === "added" || result === "replaced");
    if (!isToWrite || (await place.write())) {
      return result;
    }
  }
  throw new StateContendedError(`A ${record.kind} of the import was changed by too many at once`);
}

function resultOf({ here, brought }: Place, { isReplacing }: ImportOptions): ImportResult {
  if (here === undefined) {
    return "added";
  }
  if (isSame(here, brought)) {
    return "same";
  }
  return isReplacing ? "replaced" : "kept";
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
  const here = await readHold(redis, connection);
  return {
    here,
    brought: hold,
    write: async () => {
      await (here && releaseHold(redis, connection));
      return placeHold(redis, connection, hold);
    },
  };
}

async function placeOfRep(redis: Redis, { connection, rep }: Of<"rep">): Promise<Place> {
  const here = await readRep(redis, { connection, userId: rep.userId });
  return {
    here,
    brought: rep,
    write: async () => {
      if (here === undefined) {
        return addRep(redis, connection, rep);
      }
      await saveRep(redis, connection, rep);
      return true;
    },
  };
}

async function placeOfDevice(redis: Redis, device: Device): Promise<Place> {
  const here = await findDevice(redis, device.deviceId);
  const own = await readDevice(redis, device);
  return {
    here,
    brought: device,
    write: async () => {
      const isWritten = await changeDevices(redis, device, (devices) => {
        const now = devices.find(({ deviceId }) => deviceId === device.deviceId);
        const isAsRead = isDeepStrictEqual(now, own);
        return { result: isAsRead, changed: isAsRead ? [device] : [] };
      });
      if (!isWritten) {
        return false;
      }
      await rememberOwner(redis, device);
      if (device.channel === "pull") {
        await (here && forgetPullToken(redis, here.addressHash));
        await savePullToken(redis, device.addressHash, device);
      }
      return true;
    },
  };
}

async function placeOfPerson(redis: Redis, { person }: Of<"person">): Promise<Place> {
  const here = await readPerson(redis, person.name);
  return {
    here,
    brought: person,
    write: async () => {
      const change = await changePeople(redis, (people) =>
        isDeepStrictEqual(people.get(person.name), here) ? { save: person } : undefined,
      );
      return change !== undefined;
    },
  };
}

/** As they are written: what is absent is the same as what is undefined. */
function isSame(here: unknown, brought: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(here)), JSON.parse(JSON.stringify(brought)));
}
