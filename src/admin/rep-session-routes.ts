import { type RepRef, readRep } from "../books/rep-book.ts";
import { endAllSessions } from "../books/session-family-book.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { Route } from "../http/route.ts";
import { type AdminApiDeps, namedRep } from "./admin-api.ts";

/** The route that signs a rep out everywhere; safe to repeat. */
export function repSessionRoutes(deps: AdminApiDeps): readonly Route[] {
  return [
    {
      method: "delete",
      path: "/reps/:connection/:userId/sessions",
      handle: async ({ params }) => {
        await signOutEverywhere(deps, namedRep(deps, params));
        return { status: 204 };
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
