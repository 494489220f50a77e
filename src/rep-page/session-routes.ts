import type { Request } from "express";
import { readRep } from "../books/rep-book.ts";
import type { ListedDevice } from "../domain/device-health.ts";
import { errorReply } from "../http/error-reply.ts";
import type { Reply, Route } from "../http/route.ts";
import { type AdmitRepDeps, leaveSession } from "./admit-rep.ts";
import { presentDevice } from "./present-device.ts";
import { endedRepCookie, repCookie } from "./rep-cookie.ts";
import { RepUnknownError } from "./rep-errors.ts";
import type { SignedInRep } from "./rep-guard.ts";

/** Which roads to a rep's own devices there are on a connection. */
export interface RepRoads {
  readonly vapidPublicKey: string | null;
  readonly ntfy: { readonly serverUrl: string } | null;
}

/** A way to sign in that the page can offer. */
export interface SignInChoice {
  readonly connection: string;
  readonly url: string;
}

/** What the session's routes need from the world. */
export interface SessionRouteDeps extends AdmitRepDeps {
  readonly listDevices: (rep: SignedInRep) => Promise<readonly ListedDevice[]>;
  readonly roadsOf: (connection: string) => RepRoads;
  readonly signInChoices: readonly SignInChoice[];
}

/** The routes about who is signed in. */
export function sessionRoutes(deps: SessionRouteDeps): readonly Route[] {
  return [
    { method: "get", path: "/me", handle: (request) => me(deps, request) },
    {
      method: "post",
      path: "/sign-out",
      handle: async (request) => {
        await leaveSession(deps, request);
        return { status: 204, headers: { "set-cookie": endedRepCookie(deps.publicUrl) } };
      },
    },
  ];
}

/** A page that nobody is signed in to must know how one could. */
async function me(deps: SessionRouteDeps, request: Request): Promise<Reply> {
  try {
    return await present(deps, await deps.guard.rep(request));
  } catch (error) {
    if (!(error instanceof RepUnknownError)) {
      throw error;
    }
    const { status, headers, body } = errorReply(error);
    return { status, headers, body: { ...body, signIn: deps.signInChoices } };
  }
}

async function present(deps: SessionRouteDeps, signedIn: SignedInRep): Promise<Reply> {
  const { connection, userId, token, deviceId } = signedIn;
  const [rep, listed] = await Promise.all([
    readRep(deps.redis, signedIn),
    deps.listDevices(signedIn),
  ]);
  return {
    status: 200,
    // The session lives on with every use, and so must its cookie.
    headers: { "set-cookie": repCookie(token, deps.publicUrl) },
    body: {
      rep: { userId, name: rep?.name, timeZone: rep?.timeZone },
      connection,
      ...deps.roadsOf(connection),
      devices: listed
        .filter(({ device }) => device.state !== "revoked")
        .map((one) => ({ ...presentDevice(one), isThis: one.device.deviceId === deviceId })),
    },
  };
}
