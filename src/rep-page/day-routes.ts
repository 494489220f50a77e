import type { RepRef } from "../books/rep-book.ts";
import type { RepDay } from "../domain/rep-day.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { Route } from "../http/route.ts";
import { presentDay } from "./present-day.ts";
import type { RepGuard } from "./rep-guard.ts";

/** What the day's routes need from the world. */
export interface DayRouteDeps {
  readonly guard: RepGuard;
  readonly readDay: (rep: RepRef) => Promise<RepDay>;
  /** Notes that the rep followed a prompt on the page; another rep's prompt is unknown. */
  readonly recordOpened: (
    rep: RepRef,
    promptId: string,
    deviceId?: string,
  ) => Promise<"recorded" | "unknown">;
}

/** The routes of a rep's day. */
export function dayRoutes({ guard, readDay, recordOpened }: DayRouteDeps): readonly Route[] {
  return [
    {
      method: "get",
      path: "/today",
      handle: async (request) => ({
        status: 200,
        body: presentDay(await readDay(await guard.rep(request))),
      }),
    },
    {
      method: "post",
      path: "/prompts/:promptId/opened",
      handle: async (request) => {
        const { connection, userId, deviceId } = await guard.rep(request);
        const promptId = String(request.params["promptId"]);
        const outcome = await recordOpened({ connection, userId }, promptId, deviceId);
        if (outcome === "unknown") {
          throw new NotFoundError("There is no prompt of that id");
        }
        return { status: 204 };
      },
    },
  ];
}
