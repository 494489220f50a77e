import { z } from "zod";
import { listUserIds, type RepRef, readRep, saveRep } from "../books/rep-book.ts";
import type { ListedDevice } from "../domain/device-health.ts";
import { enrolmentSchema } from "../domain/enrolment.ts";
import { isoInstant } from "../domain/instant.ts";
import { repSchema } from "../domain/rep.ts";
import { InputInvalidError, NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import { type AdminApiDeps, namedConnection, namedRep } from "./admin-api.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { enrolledReply, repReply, repsReply, testPromptReply } from "./replies/rep-replies.ts";

/** An operator says who a rep is: everything but the time zone is needed. */
export const newRepSchema = repSchema.required({ email: true, name: true }).extend({
  name: z.string().trim().min(1).max(200),
});

/** The routes of reps and their devices. */
export function repRoutes(deps: AdminApiDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/reps/:connection",
      describes: {
        summary: "The reps of a connection with their devices",
        replies: { 200: repsReply },
      },
      handle: async ({ params }) => {
        const { name } = namedConnection(deps, params["connection"]);
        return { status: 200, body: { items: await presentReps(deps, name) } };
      },
    },
    {
      method: "post",
      path: "/reps/:connection",
      describes: {
        summary: "Make a rep known, or change what is known",
        body: newRepSchema,
        replies: { 201: repReply },
      },
      handle: async ({ params, body }) => {
        const { name } = namedConnection(deps, params["connection"]);
        const rep = parseInput(newRepSchema, body);
        await saveRep(deps.redis, name, rep);
        const audit = { what: "Added a rep", connection: name, subject: rep.userId };
        return { status: 201, body: rep, audit };
      },
    },
    {
      method: "post",
      path: "/reps/:connection/:userId/devices",
      describes: {
        summary: "Enrol a device",
        body: enrolmentSchema,
        replies: { 201: enrolledReply },
      },
      handle: ({ params, body }) => enrol(deps, namedRep(deps, params), body),
    },
    {
      method: "post",
      path: "/reps/:connection/:userId/test-prompt",
      describes: {
        summary: "Send a harmless test prompt to every device of a rep",
        replies: { 200: testPromptReply },
      },
      handle: async ({ params }) => {
        const rep = namedRep(deps, params);
        const devices = await deps.devices.test(rep);
        if (devices === undefined) {
          throw unknownRep();
        }
        const { connection, userId } = rep;
        const audit = { what: "Sent a test prompt", connection, subject: userId };
        return { status: 200, body: { devices }, audit };
      },
    },
    {
      method: "delete",
      path: "/devices/:deviceId",
      describes: { summary: "Revoke a device", replies: { 204: null } },
      handle: async ({ params }) => {
        const deviceId = String(params["deviceId"]);
        const outcome = await deps.devices.revoke(deviceId);
        if (outcome === "unknown") {
          throw new NotFoundError("There is no device of that id");
        }
        return { status: 204, audit: { what: "Revoked a device", subject: deviceId } };
      },
    },
  ];
}

async function enrol(deps: AdminApiDeps, rep: RepRef, body: unknown): Promise<AdminReply> {
  const outcome = await deps.devices.enrol(rep, parseInput(enrolmentSchema, body));
  switch (outcome.kind) {
    case "unknown-rep":
      throw unknownRep();
    case "refused":
      throw new InputInvalidError(outcome.issues);
    case "enrolled": {
      const { kind: _, ...enrolled } = outcome;
      const { connection, userId } = rep;
      const { deviceId } = enrolled;
      const audit = { what: "Enrolled a device", connection, subject: userId, after: { deviceId } };
      return { status: 201, body: enrolled, audit };
    }
  }
}

function unknownRep(): NotFoundError {
  return new NotFoundError("There is no rep of that user id; POST the rep first");
}

async function presentReps({ redis, devices: desk }: AdminApiDeps, connection: string) {
  const userIds = await listUserIds(redis, connection);
  const reps = await Promise.all(
    userIds.map(async (userId) => {
      const ref = { connection, userId };
      const [rep, devices] = await Promise.all([readRep(redis, ref), desk.list(ref)]);
      return rep === undefined ? undefined : { ...rep, devices: devices.map(presentDevice) };
    }),
  );
  return reps.filter((rep) => rep !== undefined);
}

/** Never the address: whoever may look at devices need not be able to send to them. */
function presentDevice({ device, health }: ListedDevice) {
  const { deviceId, channel, state, label, createdAtMs, lastAcceptedAtMs } = device;
  return {
    deviceId,
    channel,
    state,
    label,
    createdAt: isoInstant(createdAtMs),
    ...(lastAcceptedAtMs === undefined ? {} : { lastAcceptedAt: isoInstant(lastAcceptedAtMs) }),
    health,
  };
}
