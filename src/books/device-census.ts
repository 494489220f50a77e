import type { Redis } from "ioredis";
import { deviceSchema } from "../domain/device.ts";
import { keyspace } from "../keyspace.ts";
import { listUserIds } from "./rep-book.ts";

/** How the devices of a connection stand. */
export interface DeviceCensus {
  readonly working: number;
  /** Reps of whose devices none works any more, and one at least was lost rather than removed. */
  readonly withoutDevice: readonly string[];
}

const READ_AT_ONCE = 500;
const stateSchema = deviceSchema.pick({ state: true });

/** Counts the devices of a connection. */
export async function countDevices(redis: Redis, connection: string): Promise<DeviceCensus> {
  const userIds = await listUserIds(redis, connection);
  const withoutDevice: string[] = [];
  let working = 0;
  for (let at = 0; at < userIds.length; at += READ_AT_ONCE) {
    const some = userIds.slice(at, at + READ_AT_ONCE);
    const lists = await Promise.all(
      some.map((userId) => redis.hvals(keyspace.repDevices(connection, userId))),
    );
    for (const [place, userId] of some.entries()) {
      const states = (lists[place] ?? []).map((text) => stateSchema.parse(JSON.parse(text)).state);
      const active = states.filter((state) => state === "active").length;
      working += active;
      if (active === 0 && states.includes("gone")) {
        withoutDevice.push(userId);
      }
    }
  }
  return { working, withoutDevice };
}
