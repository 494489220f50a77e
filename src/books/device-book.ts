import type { Redis } from "ioredis";
import { type Device, deviceSchema } from "../domain/device.ts";
import { StateContendedError } from "../errors.ts";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";
import type { RepRef } from "./rep-book.ts";

/** A pull token is kept as its digest; the token itself is shown once, at enrolment. */
export interface PullTokenOwner extends RepRef {
  readonly deviceId: string;
}

/** What is noted about a device in passing. */
export type DeviceNote = Partial<
  Pick<Device, "state" | "lastAcceptedAtMs" | "lastShownAtMs" | "lastSeenAtMs">
>;

const NOTE_DEVICE = redisScript(`
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then return 0 end
local device = cjson.decode(text)
local was = device.state
for name, value in pairs(cjson.decode(ARGV[2])) do device[name] = value end
if was ~= 'active' then device.state = was end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(device))
return 1
`);

/**
 * Notes something about a device and leaves the rest as it is now; a device may speak while another process
 * settles its delivery. An unknown device stays unknown, and only an active one can become gone: what the rep or an
 * operator revoked stays revoked.
 */
export async function noteDevice(
  redis: Redis,
  { connection, userId, deviceId }: PullTokenOwner,
  note: DeviceNote,
): Promise<void> {
  await runScript(redis, NOTE_DEVICE, {
    keys: [keyspace.repDevices(connection, userId)],
    args: [deviceId, JSON.stringify(note)],
  });
}

const CHANGE_DEVICES = redisScript(`
for at = 1, #ARGV, 3 do
  if (redis.call('HGET', KEYS[1], ARGV[at]) or '') ~= ARGV[at + 1] then return 0 end
end
for at = 1, #ARGV, 3 do
  if ARGV[at + 2] == '' then redis.call('HDEL', KEYS[1], ARGV[at])
  else redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2]) end
end
return 1
`);

/** More lost races than this in a row means that something is wrong, not busy. */
const COMMIT_TRIES = 50;

/**
 * Reads the devices of a rep, decides, stores what changed or is new, and forgets what is removed; again from the start
 * whenever another writer was faster. Without a change nothing is written.
 *
 * @throws {StateContendedError} when other writers were faster again and again.
 */
export async function changeDevices<Result>(
  redis: Redis,
  { connection, userId }: RepRef,
  decide: (devices: readonly Device[]) => {
    readonly result: Result;
    readonly changed: readonly Device[];
    readonly removed?: readonly Device[];
  },
): Promise<Result> {
  const key = keyspace.repDevices(connection, userId);
  for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
    const texts = await redis.hgetall(key);
    const devices = Object.values(texts).map((text) => deviceSchema.parse(JSON.parse(text)));
    const { result, changed, removed = [] } = decide(devices);
    const args = [
      ...changed.map((device) => [device.deviceId, JSON.stringify(device)] as const),
      ...removed.map(({ deviceId }) => [deviceId, ""] as const),
    ].flatMap(([deviceId, next]) => [deviceId, texts[deviceId] ?? "", next]);
    const isDone =
      args.length === 0 || (await runScript(redis, CHANGE_DEVICES, { keys: [key], args }));
    if (isDone !== 0) {
      return result;
    }
  }
  throw new StateContendedError(`the devices of rep ${userId} of ${connection} kept changing`);
}

/** Stores a device, new or changed. */
export async function saveDevice(redis: Redis, device: Device): Promise<void> {
  const { connection, userId, deviceId } = device;
  await redis.hset(keyspace.repDevices(connection, userId), deviceId, JSON.stringify(device));
  await rememberOwner(redis, device);
}

/** Makes a device be found by its id alone. */
export async function rememberOwner(
  redis: Redis,
  { connection, userId, deviceId }: PullTokenOwner,
): Promise<void> {
  await redis.hset(keyspace.devices(), deviceId, JSON.stringify({ connection, userId }));
}

/** Makes a device that was removed be found no more; one that was enrolled again meanwhile still is. */
export async function forgetOwner(redis: Redis, owner: PullTokenOwner): Promise<void> {
  await redis.hdel(keyspace.devices(), owner.deviceId);
  if ((await readDevice(redis, owner)) !== undefined) {
    await rememberOwner(redis, owner);
  }
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

const ownerSchema = deviceSchema.pick({ connection: true, userId: true, deviceId: true });

/** A page tells its endpoint at every launch; one that was not opened for much less than this is gone. */
const ENDPOINT_KEPT_SECONDS = 120 * 86_400;

/** Makes a device the owner of a browser's push endpoint; returns the owner before, which may be the same. */
export async function claimPushEndpoint(
  redis: Redis,
  endpointHash: string,
  { connection, userId, deviceId }: PullTokenOwner,
): Promise<PullTokenOwner | undefined> {
  const owner = JSON.stringify({ connection, userId, deviceId });
  const key = keyspace.pushEndpoint(endpointHash);
  const before = await redis.set(key, owner, "EX", ENDPOINT_KEPT_SECONDS, "GET");
  return before === null ? undefined : ownerSchema.parse(JSON.parse(before));
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
  const device = await readDevice(redis, ownerSchema.parse(JSON.parse(text)));
  // Whatever else the key says: the device has one token.
  return device?.state === "active" && device.addressHash === tokenHash ? device : undefined;
}
