import type { Logger } from "pino";
import { checkLinks } from "./doctor/check-links.ts";
import type { Connection } from "./domain/connection.ts";

/** Warns once, at the start, of what every link of a connection will lack; jobs say nothing of it. */
export function warnAtStart(log: Pick<Logger, "warn">, connections: Iterable<Connection>): void {
  for (const connection of connections) {
    for (const { level, message, whatToDo } of checkLinks(connection)) {
      if (level !== "ok") {
        log.warn({
          event: "connection.incomplete",
          connection: connection.name,
          finding: message,
          whatToDo,
        });
      }
    }
  }
}
