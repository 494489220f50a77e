import type { Logger } from "pino";
import { BridgeError } from "./errors.ts";
import type { ConnectionsNews } from "./live-connections.ts";

/** Writes into the log what becomes known about the connections: names and counts, never a setting's value. */
export function logConnectionsNews(
  log: Pick<Logger, "info" | "warn" | "error">,
): (news: ConnectionsNews) => void {
  return (news) => {
    switch (news.kind) {
      case "taken-up":
        log.info({
          event: "connections.taken-up",
          version: news.version,
          connections: news.connections,
        });
        return;
      case "unusable":
        log.warn({
          event: "connections.unusable",
          connection: news.connection,
          code: "CONNECTION_UNUSABLE",
          why: news.why,
        });
        return;
      case "not-taken-up":
        log.error({ event: "connections.not-taken-up", cause: causeOf(news.error) });
    }
  };
}

/** The text of an unforeseen error may quote anything. */
function causeOf(error: unknown): string {
  if (error instanceof BridgeError) {
    return error.code;
  }
  return error instanceof Error ? error.name : "unknown";
}
