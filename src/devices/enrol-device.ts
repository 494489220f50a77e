import { createHash, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { changeDevices, rememberOwner, savePullToken } from "../books/device-book.ts";
import { type RepRef, readRep } from "../books/rep-book.ts";
import { type ChannelKind, channelKindSchema, type Device } from "../domain/device.ts";
import type { Enrolment, EnrolmentIssue, EnrolOutcome } from "../domain/enrolment.ts";
import type { Channel } from "./channels/channel.ts";
import { claimBrowser } from "./claim-browser.ts";
import { handOverLivePrompt, type LivePromptQueue } from "./hand-over-live-prompt.ts";
import { addressDigest, sealAddress } from "./sealed-address.ts";

const TOKEN_BYTES = 32;
const ID_CHARACTERS = 22;
/** More than anybody carries; it bounds what one rep can make the bridge send. */
const MOST_DEVICES = 20;

/** What enrolling needs from the world. */
export interface EnrolDeviceDeps {
  readonly redis: Redis;
  /** The push channels this bridge can use; `pull` is always there. */
  readonly channels: ReadonlyMap<ChannelKind, Channel>;
  readonly secretKey: Buffer;
  readonly publicUrl: URL;
  readonly deliveries: LivePromptQueue;
  readonly nowMs: () => number;
}

/**
 * Enrols one device of a known rep.
 *
 * Push: the same address of the same rep is the same device, made active again. It gets the prompt that is
 * live right now, so that a rep who enrols in the middle of a visit is not left out. A browser is one rep's at a time. Pull: a new device with
 * a new token each time; only the token's digest is kept.
 */
export async function enrolDevice(
  deps: EnrolDeviceDeps,
  rep: RepRef,
  enrolment: Enrolment,
): Promise<EnrolOutcome> {
  if ((await readRep(deps.redis, rep)) === undefined) {
    return { kind: "unknown-rep" };
  }
  if (enrolment.channel === "pull") {
    return enrolPull(deps, rep, enrolment);
  }
  const channel = channelOf(deps, enrolment.channel);
  if (channel === undefined) {
    const names = [...deps.channels.keys(), "pull"].join(", ");
    return { kind: "refused", issues: [{ path: "channel", message: `must be one of: ${names}` }] };
  }
  const verdict = channel.checkAddress(enrolment.address, rep.connection);
  return verdict.kind === "usable"
    ? enrolPush(deps, { ...rep, channel: channel.kind }, enrolment)
    : { kind: "refused", issues: addressIssues(verdict.message) };
}

/** The digest under which a pull token is kept. */
export function pullTokenHash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

async function enrolPull(
  deps: EnrolDeviceDeps,
  { connection, userId }: RepRef,
  { label = "pull", platform }: Enrolment,
): Promise<EnrolOutcome> {
  const deviceId = `d${randomBytes(16).toString("base64url")}`;
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const tokenHash = pullTokenHash(token);
  const stored = await storeDevice(deps, {
    deviceId,
    connection,
    userId,
    channel: "pull",
    label,
    state: "active",
    sealedAddress: "",
    addressHash: tokenHash,
    createdAtMs: deps.nowMs(),
    ...(platform === undefined ? {} : { platform }),
  });
  if (stored.kind === "full") {
    return TOO_MANY;
  }
  await savePullToken(deps.redis, tokenHash, { connection, userId, deviceId });
  return { kind: "enrolled", deviceId, token };
}

async function enrolPush(
  deps: EnrolDeviceDeps,
  { connection, userId, channel }: RepRef & { readonly channel: ChannelKind },
  { address, label = channel, platform }: Enrolment,
): Promise<EnrolOutcome> {
  const { secretKey, nowMs } = deps;
  const parts = sortedEntries(address);
  // Made from the address: two enrolments at the same moment end in one device.
  const identity = addressDigest([connection, userId, channel, placeOf(parts)], secretKey);
  const deviceId = `d${identity.slice(0, ID_CHARACTERS)}`;
  const device: Device = {
    deviceId,
    connection,
    userId,
    channel,
    label,
    state: "active",
    sealedAddress: sealAddress(address, secretKey),
    addressHash: addressDigest(parts, secretKey),
    createdAtMs: nowMs(),
    ...(platform === undefined ? {} : { platform }),
  };
  const stored = await storeDevice(deps, device);
  if (stored.kind === "full") {
    return TOO_MANY;
  }
  await claimBrowser(deps, device, address);
  if (stored.known?.state !== "active") {
    await handOverLivePrompt(deps, device, stored.known !== undefined);
  }
  return { kind: "enrolled", deviceId };
}

type Stored = { readonly kind: "full" } | { readonly kind: "stored"; readonly known?: Device };

/** Stores a device; one that is known keeps its name and what was noted about it. */
async function storeDevice({ redis }: EnrolDeviceDeps, device: Device): Promise<Stored> {
  const stored = await changeDevices<Stored>(redis, device, (devices) => {
    const known = devices.find(({ deviceId }) => deviceId === device.deviceId);
    const active = devices.filter(({ state }) => state === "active").length;
    // One that comes back counts like a new one, or removing and enrolling anew would know no bound.
    if (known?.state !== "active" && active >= MOST_DEVICES) {
      return { result: { kind: "full" }, changed: [] };
    }
    if (known !== undefined) {
      const { endedAtMs: _, ...kept } = known;
      // A page enrols its browser again and again, and must not undo what the rep called it.
      const isNamed = device.label !== device.channel && known.state !== "active";
      const label = isNamed ? device.label : known.label;
      const next = { ...kept, ...device, label, createdAtMs: known.createdAtMs };
      return { result: { kind: "stored", known }, changed: [next] };
    }
    return { result: { kind: "stored" }, changed: [device] };
  });
  if (stored.kind === "stored") {
    await rememberOwner(redis, device);
  }
  return stored;
}

const TOO_MANY: EnrolOutcome = {
  kind: "refused",
  issues: [
    { path: "channel", message: `there are ${MOST_DEVICES} devices already; remove one first` },
  ],
};

function channelOf({ channels }: EnrolDeviceDeps, name: string): Channel | undefined {
  const kind = channelKindSchema.safeParse(name);
  return kind.success ? channels.get(kind.data) : undefined;
}

/** What can be renewed while the place stays the same. */
const RENEWED = new Set(["secret", "keys", "expirationTime"]);

/** A new secret for the same place is the same device: two would get every prompt twice. */
function placeOf(parts: unknown): unknown {
  return Array.isArray(parts) ? parts.filter(([name]) => !RENEWED.has(name)) : parts;
}

/** The order in which the parts of an address are written does not make it another address. */
function sortedEntries(address: unknown): unknown {
  return typeof address === "object" && address !== null
    ? Object.entries(address).sort(([left], [right]) => (left < right ? -1 : 1))
    : address;
}

/** Reads `address.url: reason; address.secret: reason`, as channels word it. */
function addressIssues(message: string): readonly EnrolmentIssue[] {
  return message.split(/; (?=address)/).map((part) => {
    const [, path = "address", reason = part] = /^(address[\w.]*): (.*)$/s.exec(part) ?? [];
    return { path, message: reason };
  });
}
