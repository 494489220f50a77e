import type { Redis } from "ioredis";
import { noteDevice, readDevice } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";

/** More often than this nobody needs to know it. */
const NOTED_EVERY_MS = 3_600_000;

/** What noting needs from the world. */
export interface NoteSeenDeps {
  readonly redis: Redis;
  readonly nowMs: () => number;
}

/**
 * Notes that a rep uses the page on a device, at most once an hour.
 *
 * `revoked`: nobody may go on on that device; it was removed, or never was this rep's.
 */
export async function noteSeen(
  { redis, nowMs }: NoteSeenDeps,
  ref: RepRef & { readonly deviceId: string },
): Promise<"seen" | "revoked"> {
  const device = await readDevice(redis, ref);
  if (device === undefined || device.state === "revoked") {
    return "revoked";
  }
  if (nowMs() - (device.lastSeenAtMs ?? 0) >= NOTED_EVERY_MS) {
    await noteDevice(redis, ref, { lastSeenAtMs: nowMs() });
  }
  return "seen";
}
