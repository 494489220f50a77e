import type { Redis } from "ioredis";
import { type Device, deviceSchema } from "../domain/device.ts";
import { keyspace } from "../keyspace.ts";
import type { RepRef } from "./rep-book.ts";

/** A pull token is kept as its digest; the token itself is shown once, at enrolment. */
export interface PullTokenOwner extends RepRef {
  readonly deviceId: string;
}

/** Stores what changed about a device that is known already. */
export async function updateDevice(redis: Redis, device: Device): Promise<void> {
  const { connection, userId, deviceId } = device;
  await redis.hset(keyspace.repDevices(connection, userId), deviceId, JSON.stringify(device));
}

/** Stores a device, new or changed. */
export async function saveDevice(redis: Redis, device: Device): Promise<void> {
  const { connection, userId, deviceId } = device;
  await updateDevice(redis, device);
  await redis.hset(keyspace.devices(), deviceId, JSON.stringify({ connection, userId }));
}

/** All devices of a rep, the oldest first, gone and revoked ones included. */
export async function listDevices(
  redis: Redis,
  { connection, userId }: RepRef,
): Promise<readonly Device[]> {
  const values = await redis.hvals(keyspace.repDevices(connection, userId));
  return values
    .map((text) => deviceSchema.parse(JSON.parse(text)))
    .sort((left, right) => left.createdAtMs - right.createdAtMs);
}

/** One device of a rep. */
export async function readDevice(
  redis: Redis,
  { connection, userId, deviceId }: PullTokenOwner,
): Promise<Device | undefined> {
  const text = await redis.hget(keyspace.repDevices(connection, userId), deviceId);
  return text === null ? undefined : deviceSchema.parse(JSON.parse(text));
}

/** Finds a device by its id alone. */
export async function findDevice(redis: Redis, deviceId: string): Promise<Device | undefined> {
  const text = await redis.hget(keyspace.devices(), deviceId);
  if (text === null) {
    return undefined;
  }
  const owner = deviceSchema.pick({ connection: true, userId: true }).parse(JSON.parse(text));
  return readDevice(redis, { ...owner, deviceId });
}

/** Remembers which device a pull token belongs to. */
export async function savePullToken(
  redis: Redis,
  tokenHash: string,
  { connection, userId, deviceId }: PullTokenOwner,
): Promise<void> {
  const owner = JSON.stringify({ connection, userId, deviceId });
  await redis.set(keyspace.pullToken(tokenHash), owner);
}

/** Makes a pull token worthless. */
export async function forgetPullToken(redis: Redis, tokenHash: string): Promise<void> {
  await redis.del(keyspace.pullToken(tokenHash));
}

/** Finds the device of a pull token; undefined when it was revoked or never existed. */
export async function findPullDevice(redis: Redis, tokenHash: string): Promise<Device | undefined> {
  const text = await redis.get(keyspace.pullToken(tokenHash));
  if (text === null) {
    return undefined;
  }
  const owner = deviceSchema
    .pick({ connection: true, userId: true, deviceId: true })
    .parse(JSON.parse(text));
  const device = await readDevice(redis, owner);
  return device?.state === "active" ? device : undefined;
}
