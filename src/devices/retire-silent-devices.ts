import type { Redis } from "ioredis";
import { changeDevices } from "../books/device-book.ts";
import { listUserIds } from "../books/rep-book.ts";
import { isSilent } from "./device-health.ts";

/** What retiring needs from the world. */
export interface RetireSilentDevicesDeps {
  readonly redis: Redis;
  readonly nowMs: () => number;
}

/**
 * Takes the browsers of a connection for gone that gave no sign for 60 days; returns how many. Safe to repeat.
 *
 * Push services go on accepting alerts for phones that nobody uses any more. A browser whose page is opened again is
 * active again.
 */
export async function retireSilentDevices(
  { redis, nowMs }: RetireSilentDevicesDeps,
  connection: string,
): Promise<number> {
  let retired = 0;
  for (const userId of await listUserIds(redis, connection)) {
    retired += await changeDevices(redis, { connection, userId }, (devices) => {
      const silent = devices.filter((device) => isSilent(device, nowMs()));
      return {
        result: silent.length,
        changed: silent.map((device) => ({ ...device, state: "gone" })),
      };
    });
  }
  return retired;
}
