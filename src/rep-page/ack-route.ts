import { type AckTarget, readAckToken } from "../ack-token.ts";
import type { FailureLimit } from "../http/failure-limit.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { Route } from "../http/route.ts";

/** What the route needs from the world. */
export interface AckRouteDeps {
  readonly secretKey: Buffer;
  readonly failures: FailureLimit;
  /** Notes that a device showed a prompt. */
  readonly recordShown: (target: AckTarget) => Promise<"recorded" | "unknown">;
}

/** The route by which a device says that it showed a prompt; saying so again changes nothing. */
export function ackRoute({ secretKey, failures, recordShown }: AckRouteDeps): Route {
  return {
    method: "post",
    path: "/ack/:token",
    handle: async (request) => {
      const isKnown = await failures.guard(request, async () => {
        const target = readAckToken(String(request.params["token"]), secretKey);
        const outcome = target === undefined ? "unknown" : await recordShown(target);
        return outcome === "recorded" ? true : undefined;
      });
      if (isKnown === undefined) {
        throw new NotFoundError("Nothing is known of that token");
      }
      return { status: 204, headers: { "cache-control": "no-store" } };
    },
  };
}
