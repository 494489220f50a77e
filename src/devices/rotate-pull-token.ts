import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { changeDevices, forgetPullToken, savePullToken } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import { pullTokenHash } from "./enrol-device.ts";

const TOKEN_BYTES = 32;

/** What rotating needs from the world. */
export interface RotatePullTokenDeps {
  readonly redis: Redis;
}

/**
 * Gives a pull device of a rep a new token; the old one is worth nothing at once. Undefined when the rep has no
 * active pull device of that id.
 *
 * Of two rotations at the same moment the later one's token is the device's.
 */
export async function rotatePullToken(
  { redis }: RotatePullTokenDeps,
  { connection, userId, deviceId }: RepRef & { readonly deviceId: string },
): Promise<string | undefined> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const addressHash = pullTokenHash(token);
  const owner = { connection, userId, deviceId };
  // Known before the device names it: there is no moment at which neither token works.
  await savePullToken(redis, addressHash, owner);
  const oldHash = await changeDevices(redis, owner, (devices) => {
    const device = devices.find(
      (one) => one.deviceId === deviceId && one.channel === "pull" && one.state === "active",
    );
    return {
      result: device?.addressHash,
      changed: device === undefined ? [] : [{ ...device, addressHash }],
    };
  });
  await forgetPullToken(redis, oldHash ?? addressHash);
  return oldHash === undefined ? undefined : token;
}
