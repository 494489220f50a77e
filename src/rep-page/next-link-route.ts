import { createHash } from "node:crypto";
import type { Request } from "express";
import type { Device } from "../domain/device.ts";
import type { NextLink } from "../domain/link-offer.ts";
import { bearerToken } from "../http/bearer-token.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import type { Reply, Route } from "../http/route.ts";
import { DeviceUnknownError } from "./rep-errors.ts";

/** What the route needs from the world. */
export interface NextLinkDeps {
  /** Finds the active pull device of a token's SHA-256 digest (base64url). */
  readonly findPullDevice: (tokenHash: string) => Promise<Device | undefined>;
  readonly serveNextLink: (device: Device) => Promise<NextLink>;
  readonly failures: FailureLimit;
}

const HEADERS = { "cache-control": "no-store" };

/** The route that phone automations ask: the link that is due now as plain text, else 204. Looks by HEAD are refused. */
export function nextLinkRoute(deps: NextLinkDeps): Route {
  return {
    method: "get",
    path: "/v1/next-link",
    handle: async (request) => {
      if (request.method === "HEAD") {
        return NO_LOOK;
      }
      const link = await deps.serveNextLink(await deviceOf(deps, request));
      return link.kind === "link" ? { status: 200, headers: HEADERS, body: link.url } : NOTHING_DUE;
    },
  };
}

/** Whoever serves a link counts it as sent, and a restart as used up; nobody would get it. */
const NO_LOOK: Reply = { status: 405, headers: { ...HEADERS, allow: "GET" } };

const NOTHING_DUE: Reply = { status: 204, headers: HEADERS };

/** The key under which a device's requests are counted, whether or not its token is right. */
export function tokenHashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

async function deviceOf(
  { findPullDevice, failures }: NextLinkDeps,
  request: Request,
): Promise<Device> {
  const token = bearerToken(request);
  if (token === undefined) {
    throw new DeviceUnknownError();
  }
  // Looked up by digest: how long that takes says nothing about the tokens that exist.
  const device = await failures.guard(request, () => findPullDevice(tokenHashOf(token)));
  if (device === undefined) {
    throw new DeviceUnknownError();
  }
  return device;
}
