import { readUnreadable } from "../../books/unreadable-book.ts";
import { isoInstant } from "../../domain/instant.ts";
import type { AdminRoute } from "../admin-route.ts";
import { unreadableReply } from "../replies/connection-replies.ts";
import { type KnownConnectionsDeps, knownConnection } from "./known-connection.ts";

/** The route of the messages that nobody could read: the trail tells that somebody looked, never what they saw. */
export function unreadableRoute(deps: KnownConnectionsDeps): AdminRoute {
  return {
    method: "get",
    path: "/connections/:name/unreadable",
    describes: {
      summary: "Messages that nobody could read, the newest first; the audit trail tells of it",
      replies: { 200: unreadableReply },
    },
    role: "admin",
    handle: async ({ params }) => {
      const { name } = await knownConnection(deps, params["name"]);
      const kept = await readUnreadable(deps.redis, name, deps.connectionsHome.secretKey);
      const items = kept.map(({ atMs, reason, bytes }) => ({
        at: isoInstant(atMs),
        reason,
        body: bytes?.toString("utf8") ?? null,
      }));
      const audit = { what: "Looked at messages nobody could read", connection: name };
      return { status: 200, body: { items }, audit };
    },
  };
}
