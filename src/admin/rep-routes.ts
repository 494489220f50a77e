import { z } from "zod";
import { listUserIds, type RepRef, readRep, saveRep } from "../books/rep-book.ts";
import type { ListedDevice } from "../domain/device-health.ts";
import { enrolmentSchema } from "../domain/enrolment.ts";
import { isoInstant } from "../domain/instant.ts";
import { repSchema } from "../domain/rep.ts";
import { InputInvalidError, NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Reply, Route } from "../http/route.ts";
import { type AdminApiDeps, namedConnection, namedRep } from "./admin-api.ts";

/** An operator says who a rep is: everything but the time zone is needed. */
const newRepSchema = repSchema.required({ email: true, name: true }).extend({
  name: z.string().trim().min(1).max(200),
});

/** The routes of reps and their devices. */
export function repRoutes(deps: AdminApiDeps): readonly Route[] {
  return [
    {
      method: "get",
      path: "/reps/:connection",
      handle: async ({ params }) => {
        const { name } = namedConnection(deps, params["connection"]);
        return { status: 200, body: { items: await presentReps(deps, name) } };
      },
    },
    {
      method: "post",
      path: "/reps/:connection",
      handle: async ({ params, body }) => {
        const { name } = namedConnection(deps, params["connection"]);
        const rep = parseInput(newRepSchema, body);
        await saveRep(deps.redis, name, rep);
        return { status: 201, body: rep };
      },
    },
    {
      method: "post",
      path: "/reps/:connection/:userId/devices",
      handle: ({ params, body }) => enrol(deps, namedRep(deps, params), body),
    },
    {
      method: "post",
      path: "/reps/:connection/:userId/test-prompt",
      handle: async ({ params }) => {
        const devices = await deps.devices.test(namedRep(deps, params));
        if (devices === undefined) {
          throw unknownRep();
        }
        return { status: 200, body: { devices } };
      },
    },
    {
      method: "delete",
      path: "/devices/:deviceId",
      handle: async ({ params }) => {
        const outcome = await deps.devices.revoke(String(params["deviceId"]));
        if (outcome === "unknown") {
          throw new NotFoundError("There is no device of that id");
        }
        return { status: 204 };
      },
    },
  ];
}

async function enrol(deps: AdminApiDeps, rep: RepRef, body: unknown): Promise<Reply> {
  const outcome = await deps.devices.enrol(rep, parseInput(enrolmentSchema, body));
  switch (outcome.kind) {
    case "unknown-rep":
      throw unknownRep();
    case "refused":
      throw new InputInvalidError(outcome.issues);
    case "enrolled": {
      const { kind: _, ...enrolled } = outcome;
      return { status: 201, body: enrolled };
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
