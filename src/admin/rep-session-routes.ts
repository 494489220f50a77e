import { type RepRef, readRep } from "../books/rep-book.ts";
import { endAllSessions } from "../books/session-family-book.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { type AdminApiDeps, namedRep } from "./admin-api.ts";
import type { AdminRoute } from "./admin-route.ts";

/** The route that signs a rep out everywhere; safe to repeat. */
export function repSessionRoutes(deps: AdminApiDeps): readonly AdminRoute[] {
  return [
    {
      method: "delete",
      path: "/reps/:connection/:userId/sessions",
      describes: { summary: "Sign a rep out everywhere", replies: { 204: null } },
      handle: async ({ params }) => {
        const rep = namedRep(deps, params);
        await signOutEverywhere(deps, rep);
        const { connection, userId } = rep;
        const audit = { what: "Signed a rep out everywhere", connection, subject: userId };
        return { status: 204, audit };
      },
    },
  ];
}

/** A browser in which nobody is signed in must not go on showing alerts, so those devices go as well. */
async function signOutEverywhere({ redis, devices }: AdminApiDeps, rep: RepRef): Promise<void> {
  if ((await readRep(redis, rep)) === undefined) {
    throw new NotFoundError("There is no rep of that user id");
  }
  await endAllSessions(redis, rep);
  for (const { device } of await devices.list(rep)) {
    if (device.channel === "web-push" && device.state !== "revoked") {
      await devices.revoke(device.deviceId);
    }
  }
}
