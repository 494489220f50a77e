import type { Request } from "express";
import type { Redis } from "ioredis";
import { readDevice } from "../books/device-book.ts";
import type { RepRef } from "../books/rep-book.ts";
import { bindSessionDevice, separateRepSession } from "../books/rep-session-book.ts";
import { endDeviceFamilies, listDeviceFamilies } from "../books/session-family-book.ts";
import {
  type DeviceChange,
  type DeviceChangeOutcome,
  deviceChangeSchema,
} from "../domain/device-change.ts";
import type { EnrolOutcome } from "../domain/enrolment.ts";
import { type RepEnrolment, repEnrolmentSchema } from "../domain/rep-enrolment.ts";
import { InputInvalidError, NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Reply, Route } from "../http/route.ts";
import { RepUnknownError } from "./rep-errors.ts";
import type { RepGuard, SignedInRep } from "./rep-guard.ts";
import type { RepRoads } from "./session-routes.ts";

/** One device of one rep. */
export interface OwnDevice extends RepRef {
  readonly deviceId: string;
}

/** What reps can have done with their own devices; another rep's device is unknown. */
export interface OwnDevices {
  enrol(rep: RepRef, enrolment: RepEnrolment): Promise<EnrolOutcome & { readonly topic?: string }>;
  change(device: OwnDevice, change: DeviceChange): Promise<DeviceChangeOutcome>;
  succeed(rep: RepRef, devices: { readonly from: string; readonly to: string }): Promise<void>;
  rotateToken(device: OwnDevice): Promise<string | undefined>;
  revoke(device: OwnDevice): Promise<"revoked" | "unknown">;
}

/** What the routes need from the world. */
export interface DeviceRouteDeps {
  readonly redis: Redis;
  readonly guard: RepGuard;
  readonly ownDevices: OwnDevices;
  readonly roadsOf: (connection: string) => RepRoads;
}

/** The routes of a rep's own devices. */
export function deviceRoutes(deps: DeviceRouteDeps): readonly Route[] {
  const { guard, ownDevices } = deps;
  const path = "/devices/:deviceId";
  return [
    {
      method: "post",
      path: "/devices",
      handle: async (request) => enrol(deps, await guard.rep(request), request.body),
    },
    {
      method: "post",
      path,
      handle: async (request) => {
        const device = ownDevice(await guard.rep(request), request);
        const change = parseInput(deviceChangeSchema, request.body ?? {});
        return changed(await ownDevices.change(device, change));
      },
    },
    {
      method: "post",
      path: `${path}/token`,
      handle: async (request) => {
        const token = await ownDevices.rotateToken(ownDevice(await guard.rep(request), request));
        if (token === undefined) {
          throw unknownDevice();
        }
        return { status: 201, body: { token } };
      },
    },
    {
      method: "delete",
      path,
      handle: async (request) => remove(deps, await guard.rep(request), request),
    },
  ];
}

async function enrol(deps: DeviceRouteDeps, rep: SignedInRep, body: unknown): Promise<Reply> {
  const enrolment = parseInput(repEnrolmentSchema, body ?? {});
  const outcome = await deps.ownDevices.enrol(rep, enrolment);
  switch (outcome.kind) {
    case "unknown-rep":
      throw new RepUnknownError();
    case "refused":
      throw new InputInvalidError(outcome.issues);
    case "enrolled": {
      const { deviceId, token, topic } = outcome;
      if (enrolment.channel === "web-push") {
        await bind(deps, rep, deviceId);
      }
      const subscribe = subscription(deps.roadsOf(rep.connection), topic);
      return { status: 201, body: { deviceId, token, subscribe } };
    }
  }
}

/** This browser is that device now; if it was another one before, its subscription was renewed. */
async function bind(deps: DeviceRouteDeps, rep: SignedInRep, deviceId: string): Promise<void> {
  if (rep.deviceId === deviceId) {
    return;
  }
  // First: a session ends with its device.
  await bindSessionDevice(deps.redis, rep.token, deviceId);
  if (rep.deviceId !== undefined) {
    await deps.ownDevices.succeed(rep, { from: rep.deviceId, to: deviceId });
  }
}

function subscription({ ntfy }: RepRoads, topic: string | undefined) {
  if (topic === undefined || ntfy === null) {
    return undefined;
  }
  const serverUrl = ntfy.serverUrl.replace(/\/+$/, "");
  return { serverUrl, topic, url: `${serverUrl}/${topic}` };
}

function changed(outcome: DeviceChangeOutcome): Reply {
  switch (outcome) {
    case "changed":
      return { status: 204 };
    case "unknown":
      throw unknownDevice();
    case "cannot-be-primary":
      throw new InputInvalidError([
        { path: "isPrimary", message: "only a device that alerts reach can be tried first" },
      ]);
  }
}

async function remove(deps: DeviceRouteDeps, rep: SignedInRep, request: Request): Promise<Reply> {
  const device = ownDevice(rep, request);
  if (device.deviceId === rep.deviceId) {
    // First: a session ends with its device, and this rep goes on without alerts here.
    await bindSessionDevice(deps.redis, rep.token, undefined);
  } else {
    await endSessionsWith(deps, rep, device);
  }
  if ((await deps.ownDevices.revoke(device)) === "unknown") {
    throw unknownDevice();
  }
  return { status: 204 };
}

/** The other device may be lost: all that could sign in with it goes, but for the browser that asks for it. */
async function endSessionsWith(
  { redis }: DeviceRouteDeps,
  rep: SignedInRep,
  device: OwnDevice,
): Promise<void> {
  if ((await readDevice(redis, device)) === undefined) {
    throw unknownDevice();
  }
  const families = await listDeviceFamilies(redis, device.deviceId);
  if (rep.families.some((family) => families.includes(family))) {
    await separateRepSession(redis, rep.token);
  }
  await endDeviceFamilies(redis, device.deviceId);
}

function ownDevice({ connection, userId }: RepRef, { params }: Request): OwnDevice {
  return { connection, userId, deviceId: String(params["deviceId"]) };
}

function unknownDevice(): NotFoundError {
  return new NotFoundError("There is no device of that id");
}
